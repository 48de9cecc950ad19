// The state of a runtime as white-box evidence shows it: variables, locks, owners, queues, and
// where the monitor is in its cycle.
//
// Judges of tiers V and T share one State. They see each event before the State takes it in, so
// "the value read under the lock" and "the value there is" can be compared.
//
// Memory: grows with processors, threads and tasks, not with the length of the evidence.
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_STATE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/judge/stalls.h"

namespace proctor::white_box {

// The values of the variable `status` of a processor.
enum Status : int64_t {
  kNotMade = 0,
  kIdle = 1,
  kRunning = 2,
  kInSyscall = 3,
  kStopped = 4,
  kDead = 5
};
// The values of the variable `task_status`.
enum TaskStatus : int64_t {
  kGone = 0,
  kTaskWaiting = 1,
  kRunnable = 2,
  kTaskRunning = 3,
  kTaskInSyscall = 4
};

struct Processor {
  int64_t status = kNotMade;
  int64_t schedule_tick = 0;
  int64_t syscall_tick = 0;
  int64_t safe_point = 0;
  int64_t marked = 0;
  int64_t queued = 0;    // tasks on its own queue, run-next included
  int32_t owner = -1;    // the thread that acquired it
  int64_t running = -1;  // the task
  // When its status, one of its ticks, its queue or its task last changed: a number of steps.
  int64_t changed = 0;
  int64_t ticked_ns = 0;  // when its schedule tick last changed
};

// Where a table by processor has p: evidence may lack it where it should not.
inline size_t PlaceOf(int32_t p) {
  return p < 0 || p >= kProcessorsMost ? 0 : static_cast<size_t>(p);
}

struct Task {
  int64_t status = kGone;
  int64_t marked = 0;
  int64_t changed = 0;  // when its status last did
};

class State {
 public:
  // The kinds of events that it is made from.
  static EventKinds Kinds() {
    using enum EventKind;
    return KindSet({kMonitorStart, kWrite,     kSwap,     kLock,      kUnlock,  kAssign,
                    kAcquire,      kRelease,   kEnqueue,  kDequeue,   kExecute, kSwitchOut,
                    kShallowSleep, kDeepSleep, kDeepWake, kNow,       kHandOff, kHandOffEnd,
                    kInject,       kInjectEnd, kTimerSet, kTimerFired});
  }

  void Apply(const Event& event);
  // No event is missing so far.
  bool whole() const { return whole_; }

  // The monitor's thread; -1 before monitor_start.
  int32_t monitor() const { return monitor_; }
  bool ByMonitor(const Event& event) const { return monitor_ >= 0 && event.m == monitor_; }

  int64_t value(Variable variable) const { return variables_[static_cast<size_t>(variable)]; }
  const Processor& processor(int32_t p) const;
  const Task& task(int64_t g) const;
  int32_t processors() const { return static_cast<int32_t>(processors_.size()); }
  int64_t global_queued() const { return global_queued_; }
  int64_t all_queued() const { return all_queued_; }
  int64_t owned() const { return owned_; }
  int64_t assigned() const { return assigned_; }  // given to a thread that has not acquired it yet
  int64_t computing_or_runnable() const { return runnable_ + running_; }

  // Who holds a lock; -1: nobody.
  int32_t holder(LockId lock) const { return holders_[static_cast<size_t>(lock)]; }
  bool Holds(int32_t m, LockId lock) const { return m >= 0 && holder(lock) == m; }
  bool MonitorHolds(LockId lock) const { return Holds(monitor_, lock); }

  // Steps so far. What did not change since some step was seen as it is by all who looked after it.
  int64_t step() const { return step_; }
  bool IsSince(Variable variable, int64_t step) const {
    return changed_[static_cast<size_t>(variable)] <= step;
  }
  // ... since the monitor began its duties; and since the cycle began with its shallow sleep.
  int64_t duties_step() const { return duties_step_; }
  int64_t cycle_step() const { return cycle_step_; }

  // When the earliest timer is due; INT64_MAX: none is pending.
  int64_t earliest_timer_ns() const {
    return timers_by_time_.empty() ? INT64_MAX : *timers_by_time_.begin();
  }

  // How much of the time from `begin_ns` to `end_ns` the process could run: bounds in time are for
  // that only.
  int64_t RunNs(int64_t begin_ns, int64_t end_ns) const {
    return end_ns - begin_ns - stalls_.Within(begin_ns, end_ns);
  }

  bool AllIdle() const { return value(Variable::kIdleProcessors) == value(Variable::kProcs); }

  // The monitor's cycle.
  int64_t cycle() const { return cycle_; }                  // shallow sleeps begun
  bool in_duties() const { return in_duties_; }             // it holds the monitor lock
  int64_t now_ns() const { return now_ns_; }                // as it last read the clock
  int64_t duties_now_ns() const { return duties_now_ns_; }  // ... within its duties; -1: not yet
  bool slept_deep() const { return slept_deep_; }           // in this cycle
  bool sleeping_deep() const { return sleeping_deep_; }
  // It is within a call that does more than one step: a hand-off or an injection.
  bool within_call() const { return within_calls_ > 0; }

 private:
  void ApplyWrite(const Event& event, int64_t value);
  void ApplyTimer(const Event& event);
  void ApplyMonitor(const Event& event);
  Processor& processor_at(int32_t p);
  Task& task_at(int64_t g);

  bool whole_ = true;
  int32_t monitor_ = -1;
  std::array<int64_t, 64> variables_{};
  std::array<int32_t, 8> holders_{-1, -1, -1, -1, -1, -1, -1, -1};
  std::vector<Processor> processors_;
  std::vector<Task> tasks_;
  std::unordered_map<int64_t, Task> system_tasks_;  // the runtime's own, numbered far above
  int64_t global_queued_ = 0;
  int64_t all_queued_ = 0;
  int64_t owned_ = 0;
  int64_t assigned_ = 0;
  int64_t runnable_ = 0;
  int64_t running_ = 0;

  int64_t step_ = 0;
  std::array<int64_t, 64> changed_{};            // by variable
  std::unordered_map<int64_t, int64_t> timers_;  // by the task that waits for it
  std::multiset<int64_t> timers_by_time_;

  int64_t cycle_ = 0;
  int64_t cycle_step_ = 0;
  int64_t duties_step_ = 0;
  bool in_duties_ = false;
  int64_t now_ns_ = 0;
  int64_t duties_now_ns_ = -1;
  Stalls stalls_;
  bool slept_deep_ = false;
  bool sleeping_deep_ = false;
  int32_t within_calls_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_STATE_H_
