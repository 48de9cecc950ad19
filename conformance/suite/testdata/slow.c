/* Spends real time in each cycle, which no world can see. */

#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "conformance/port/port.h"

static void run(const proctor_host* host, void* argument) {
  (void)argument;
  while (host->sleep_ns(host->self, host->constants->shallow_min_ns) == 0) {
    const struct timespec real = {0, 10000000};
    nanosleep(&real, NULL);
  }
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "slow", "1", run, NULL};
  return &implementation;
}
