// What the kernel counts of a thread: /proc/TID/schedstat, held open for who reads it often.
//
// Thread safety: Read from any thread; all else none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_SCHED_STAT_H_
#define PROCTOR_CONFORMANCE_OBSERVER_SCHED_STAT_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "conformance/process/pipe.h"

namespace proctor {

class SchedStat {
 public:
  struct Times {
    int64_t ran_ns;     // on a CPU
    int64_t waited_ns;  // for one, able to run
  };

  SchedStat() = default;
  explicit SchedStat(pid_t thread);

  // So far; nullopt: the thread is gone, or nobody counts.
  std::optional<Times> Read() const;

 private:
  Descriptor file_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_SCHED_STAT_H_
