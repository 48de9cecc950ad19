// The CPU time of this process.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_PROCESS_OWN_CPU_TIME_H_
#define PROCTOR_CONFORMANCE_PROCESS_OWN_CPU_TIME_H_

#include <sys/resource.h>

#include <cstdint>

namespace proctor {

// What all its threads have used so far, as a program and in the kernel, in nanoseconds; counted in
// microseconds.
inline int64_t OwnCpuNs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ns = [](const timeval& time) {
    return time.tv_sec * 1'000'000'000 + time.tv_usec * 1'000;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_OWN_CPU_TIME_H_
