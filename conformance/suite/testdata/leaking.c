/* Keeps one KiB more in each cycle. */

#include <stdlib.h>

#include "conformance/port/port.h"

static void* volatile kept;

static void run(const proctor_host* host, void* argument) {
  (void)argument;
  while (host->sleep_ns(host->self, host->constants->shallow_min_ns) == 0) {
    kept = malloc(1024);
  }
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "leaking", "1", run, NULL};
  return &implementation;
}
