// Whether a process has come to rest, as the kernel says it: all threads sleep, and none has run
// for a while, but for the monitor, which looks around from time to time in any case. A thread that
// can run and gets no CPU does not sleep.
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
// so that timers and calls have ended by then, and what they cause has begun. Without stamps of the
// operations, beyond all those of a task. What takes seconds longer than was asked for may still
// end; only a deadlock, where the scenario ends in one, has nothing to wait for.
int64_t LongestRestNs(const Scenario& scenario);

class RestWatch {
 public:
  explicit RestWatch(pid_t process) : process_(process) {}

  // Looks now. `monitor` is the thread that may run. 0: it is not known, or there is none; then one
  // thread may, always the same, if it sleeps for most of the time, as one that ticks.
  void Look(pid_t monitor, int64_t now_ns);

  // A task has shown that it runs.
  void Restart();

  // For how long, by the looks so far, no other thread has run. Of the time between two looks
  // 200 ms count at most.
  int64_t rested_ns() const { return rested_ns_; }

 private:
  struct Thread {
    int64_t ran_ns;  // CPU time
    bool sleeps;
  };

  std::map<pid_t, Thread> Threads() const;
  bool Rests(const std::map<pid_t, Thread>& before, pid_t monitor, int64_t since_last_ns);

  pid_t process_;
  std::map<pid_t, Thread> threads_;  // at the last look
  pid_t runner_ = 0;                 // the thread that ran since the rest began
  int64_t looked_ns_ = 0;            // when it looked last
  int64_t rested_ns_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_REST_WATCH_H_
