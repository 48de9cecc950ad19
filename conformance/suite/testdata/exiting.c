/* Ends its process, as if all were well. */

#include <stdlib.h>

#include "conformance/port/port.h"

static void run(const proctor_host* host, void* argument) {
  (void)argument;
  while (host->sleep_ns(host->self, host->constants->shallow_min_ns) == 0) {
    exit(0);
  }
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "exiting", "1", run, NULL};
  return &implementation;
}
