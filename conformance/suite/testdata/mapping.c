/* Maps one page more in each cycle. */

#define _DEFAULT_SOURCE
#include <sys/mman.h>

#include "conformance/port/port.h"

static void run(const proctor_host* host, void* argument) {
  (void)argument;
  while (host->sleep_ns(host->self, host->constants->shallow_min_ns) == 0) {
    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "mapping", "1", run, NULL};
  return &implementation;
}
