// The clock of the runtime: CLOCK_MONOTONIC, in nanoseconds. It stands still while the machine is
// suspended, as the timers of the kernel do.
//
// Thread safety: any thread, signal handlers included.

#ifndef PROCTOR_RUNTIME_OS_LINUX_CLOCK_H_
#define PROCTOR_RUNTIME_OS_LINUX_CLOCK_H_

#include <time.h>

#include <cstdint>

namespace proctor::runtime {

inline constexpr int64_t kNsPerSecond = 1'000'000'000;

inline int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

// The time that it is in so long. Never INT64_MAX, which stands for "never".
inline int64_t DeadlineNs(int64_t duration_ns) {
  int64_t deadline_ns;
  if (__builtin_add_overflow(NowNs(), duration_ns, &deadline_ns)) return INT64_MAX - 1;
  return deadline_ns;
}

inline timespec ToTimespec(int64_t duration_ns) {
  if (duration_ns < 0) duration_ns = 0;
  return {.tv_sec = duration_ns / kNsPerSecond, .tv_nsec = duration_ns % kNsPerSecond};
}

// One relative sleep that is taken up again after signals, so it is never short.
inline void SleepNs(int64_t duration_ns) {
  timespec left = ToTimespec(duration_ns);
  while (nanosleep(&left, &left) != 0) {
  }
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_OS_LINUX_CLOCK_H_
