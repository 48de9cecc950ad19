// The scavenger: a task that gives free memory back. A collection asks for it, and the monitor
// wakes it, once a cycle at most.
//
// Thread safety: asked() and Ask anywhere; the rest under lock().

#ifndef PROCTOR_RUNTIME_SCHEDULER_SCAVENGER_H_
#define PROCTOR_RUNTIME_SCHEDULER_SCAVENGER_H_

#include "runtime/base/lock.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/task.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

class Scavenger {
 public:
  // Before any thread runs. Without one nothing is ever asked for.
  void set_task(Task* task) { task_ = task; }
  Lock& lock() RETURN_CAPABILITY(lock_) { return lock_; }

  bool ReadAsked(SchedulerTrace& trace) const { return asked_.Read(trace); }
  void Ask(SchedulerTrace& trace) EXCLUDES(lock_) {
    if (task_ == nullptr || asked_.Load()) return;
    LockGuard guard(lock_);
    if (asked_.Load()) return;
    asked_.TraceThenStore(trace, true);
  }

  // By the scavenger, which waits from now on.
  void Park(SchedulerTrace& trace) REQUIRES(lock_) {
    trace.Write(TraceVariable::kScavengerParked, true);
    parked_ = true;
  }
  // The task, to be made runnable, and what was asked for is withdrawn; null: it is not parked.
  Task* Wake(SchedulerTrace& trace) REQUIRES(lock_) {
    trace.Emit(TraceKind::kScavengerWake, -1, -1, parked_);
    if (!parked_) return nullptr;
    asked_.TraceThenStore(trace, false);
    trace.Write(TraceVariable::kScavengerParked, false);
    parked_ = false;
    return task_;
  }

 private:
  Lock lock_{LockRank::kScavenger};
  Traced<bool, TraceVariable::kScavengerAsked> asked_;
  bool parked_ GUARDED_BY(lock_) = false;
  Task* task_ = nullptr;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SCAVENGER_H_
