/* The same monitor with a real bug (golang/go#56374): it hands microseconds to a sleep that takes
 * nanoseconds. */

#define proctor_implementation_under_test right_implementation
#include "monitor.c"
#undef proctor_implementation_under_test

static const proctor_host* real_host;

static int sleep_in_wrong_unit(void* self, int64_t duration_ns) {
  return real_host->sleep_ns(self, duration_ns / 1000);
}

static void run_in_wrong_unit(const proctor_host* host, void* argument) {
  proctor_host wrong = *host;
  real_host = host;
  wrong.sleep_ns = sleep_in_wrong_unit;
  run(&wrong, argument);
}

const proctor_implementation* proctor_implementation_under_test(void);
const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "wrong_unit", "1",
                                                        run_in_wrong_unit, NULL};
  return &implementation;
}
