// Whether a process has come to rest, as the kernel says it: no thread has run for a while, but for
// the monitor, which looks around from time to time in any case.
//
// What has not happened by then will not happen: the process has no thread left to do it.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_REST_WATCH_H_
#define PROCTOR_CONFORMANCE_ADAPTER_REST_WATCH_H_

#include <sys/types.h>

#include <cstdint>
#include <map>

#include "conformance/scenario/scenario.h"

namespace proctor {

// For how long a process that is not done with the scenario may rest: beyond the longest operation,
// so that timers and calls have ended by then, and what they cause has begun.
int64_t LongestRestNs(const Scenario& scenario);

class RestWatch {
 public:
  explicit RestWatch(pid_t process) : process_(process) {}

  // Looks now; `monitor` is the thread that may run, 0 where it is not known: then one thread may,
  // always the same.
  void Look(pid_t monitor, int64_t now_ns);

  // For how long, by the looks so far, no other thread has run. Of the time between two looks
  // 200 ms count at most.
  int64_t rested_ns() const { return rested_ns_; }

 private:
  pid_t process_;
  std::map<pid_t, int64_t> ran_ns_;  // CPU time of every thread at the last look
  pid_t runner_ = 0;                 // the thread that ran since the rest began
  int64_t looked_ns_ = 0;            // when it looked last
  int64_t rested_ns_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_REST_WATCH_H_
