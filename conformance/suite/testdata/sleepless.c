#include "conformance/port/port.h"

static void Run(const proctor_host* host, void* argument) {
  (void)argument;
  for (;;) host->now_ns(host->self);
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "sleepless", "1", Run, NULL};
  return &implementation;
}
