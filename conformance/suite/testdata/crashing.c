#include "conformance/port/port.h"

/* Uses a processor's number as an address, after its second sleep. */
static void Run(const proctor_host* host, void* argument) {
  (void)argument;
  host->sleep_ns(host->self, host->constants->shallow_min_ns);
  host->sleep_ns(host->self, host->constants->shallow_min_ns);
  *(volatile int*)(uintptr_t)host->processor_count(host->self) = 1;
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "crashing", "1", Run, NULL};
  return &implementation;
}
