// How many CPUs the process may use.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_USABLE_CPUS_H_
#define PROCTOR_RUNTIME_SCHEDULER_USABLE_CPUS_H_

#include <sched.h>

#include <algorithm>
#include <cstdint>

namespace proctor::runtime {

// At least 1.
inline int32_t UsableCpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) return 1;
  return std::max(1, CPU_COUNT(&cpus));
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_USABLE_CPUS_H_
