#include "conformance/world/deadlock_check.h"

#include <string>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

// Under sched.
void DeadlockCheck::Run(int32_t m) {
  const int32_t running = w_.threads.Running();
  const int32_t waiting = w_.tasks.Count(TaskStatus::kWaiting);
  const int32_t active = w_.tasks.Count(TaskStatus::kRunnable) +
                         w_.tasks.Count(TaskStatus::kRunning) +
                         w_.tasks.Count(TaskStatus::kInSyscall);
  Trace(EventKind::kDeadlockCheck, m, kNobody, kNobody, running, waiting, w_.timers.count());
  if ((w_.setup.knobs.library && !Deviates(Deviation::kLibraryReported)) ||
      w_.surroundings.dying() || running > 0)
    return;
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
  if (w_.timers.count() > 0 && !Deviates(Deviation::kTimersIgnored)) return;
  Fatal(m, WorldEnd::kDeadlock, EventKind::kDeadlockReport);
}

// The report may want the lock itself, for a last line of the scheduler trace.
void DeadlockCheck::Fatal(int32_t m, WorldEnd end, EventKind kind, int64_t argument) {
  if (!Deviates(Deviation::kFatalHoldsLock)) Drop(LockId::kSched, m);
  Trace(kind, m, kNobody, kNobody, argument);
  w_.Finish(end, end == WorldEnd::kInternalError
                     ? std::string(InternalErrorNames()[static_cast<size_t>(argument)])
                     : "");
}

}  // namespace proctor
