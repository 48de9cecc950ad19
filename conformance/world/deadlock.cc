// The deadlock check, and what happens when it finds one.

#include "conformance/world/scheduler.h"

namespace proctor {

// Under sched.
void Scheduler::CheckDeadlock(int32_t m) {
  const int32_t system = Deviates(Deviation::kMonitorCounted) ? 0 : system_threads_;
  const int32_t running = threads_ - static_cast<int32_t>(idle_ms_.size()) - idle_locked_ - system;
  const int32_t waiting = tasks_by_status_[static_cast<size_t>(TaskStatus::kWaiting)];
  const int32_t active = tasks_by_status_[static_cast<size_t>(TaskStatus::kRunnable)] +
                         tasks_by_status_[static_cast<size_t>(TaskStatus::kRunning)] +
                         tasks_by_status_[static_cast<size_t>(TaskStatus::kInSyscall)];
  Tell(EventKind::kDeadlockCheck, m, kNobody, kNobody, running, waiting, timer_count_);
  if ((knobs_.library && !Deviates(Deviation::kLibraryReported)) || dying_ || running > 0) return;
  if (running < 0) {
    return Fatal(m, WorldEnd::kInternalError, EventKind::kInternalError,
                 static_cast<int64_t>(InternalError::kNegativeRunning));
  }
  if (active > 0) {
    if (Deviates(Deviation::kRunnableOverlooked)) return;
    return Fatal(m, WorldEnd::kInternalError, EventKind::kInternalError,
                 static_cast<int64_t>(InternalError::kRunnableButNobodyRuns));
  }
  if (Deviates(Deviation::kDeadlockIgnored)) return;
  if (waiting == 0) return Fatal(m, WorldEnd::kNobodyLeft, EventKind::kNobodyLeft);
  if (timer_count_ > 0 && !Deviates(Deviation::kTimersIgnored)) return;
  Fatal(m, WorldEnd::kDeadlock, EventKind::kDeadlockReport);
}

// The report may want the lock itself, for a last line of the scheduler trace.
void Scheduler::Fatal(int32_t m, WorldEnd end, EventKind kind, int64_t argument) {
  if (!Deviates(Deviation::kFatalHoldsLock)) Drop(LockId::kSched, m);
  Tell(kind, m, kNobody, kNobody, argument);
  Finish(end, end == WorldEnd::kInternalError
                  ? std::string(InternalErrorNames()[static_cast<size_t>(argument)])
                  : "");
}

}  // namespace proctor
