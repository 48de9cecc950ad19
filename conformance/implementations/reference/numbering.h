// The runtime and the evidence number what crosses between them alike: a trace holds the runtime's
// numbers, and the judges read the evidence's. If one of these lists is reordered, this does
// not compile.
//
// Thread safety: constant; there is nothing to call.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_NUMBERING_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_NUMBERING_H_

#include <cstdint>

#include "conformance/evidence/event.h"
#include "runtime/scheduler/scheduler.h"
#include "runtime/scheduler/task.h"
#include "runtime/sysmon/host.h"

namespace proctor::reference {

#define SAME_NUMBER(runtime_enum, evidence_enum, enumerator)               \
  static_assert(static_cast<int64_t>(runtime::runtime_enum::enumerator) == \
                static_cast<int64_t>(evidence_enum::enumerator))

SAME_NUMBER(LockId, LockId, kMonitor);
SAME_NUMBER(LockId, LockId, kScavenger);
SAME_NUMBER(LockId, LockId, kForcedGc);
SAME_NUMBER(LockId, LockId, kSched);
SAME_NUMBER(LockId, LockId, kAllTasks);
SAME_NUMBER(LockId, LockId, kAllP);
SAME_NUMBER(LockId, LockId, kTimers);

SAME_NUMBER(ProcessorStatus, ProcessorStatus, kNone);
SAME_NUMBER(ProcessorStatus, ProcessorStatus, kIdle);
SAME_NUMBER(ProcessorStatus, ProcessorStatus, kRunning);
SAME_NUMBER(ProcessorStatus, ProcessorStatus, kSyscall);
SAME_NUMBER(ProcessorStatus, ProcessorStatus, kStopped);
SAME_NUMBER(ProcessorStatus, ProcessorStatus, kDead);

SAME_NUMBER(TaskStatus, TaskStatus, kGone);
SAME_NUMBER(TaskStatus, TaskStatus, kWaiting);
SAME_NUMBER(TaskStatus, TaskStatus, kRunnable);
SAME_NUMBER(TaskStatus, TaskStatus, kRunning);
SAME_NUMBER(TaskStatus, TaskStatus, kInSyscall);

SAME_NUMBER(QueueId, Queue, kGlobal);
SAME_NUMBER(QueueId, Queue, kLocal);
SAME_NUMBER(QueueId, Queue, kNext);

SAME_NUMBER(OutReason, OutReason, kWaits);
SAME_NUMBER(OutReason, OutReason, kYielded);
SAME_NUMBER(OutReason, OutReason, kPreempted);
SAME_NUMBER(OutReason, OutReason, kEnded);

SAME_NUMBER(ExitPath, ExitPath, kReacquired);
SAME_NUMBER(ExitPath, ExitPath, kIdleFast);
SAME_NUMBER(ExitPath, ExitPath, kIdleSlow);
SAME_NUMBER(ExitPath, ExitPath, kQueued);

SAME_NUMBER(Waker, Waker, kStartTheWorld);
SAME_NUMBER(Waker, Waker, kEnter);
SAME_NUMBER(Waker, Waker, kExitFast);
SAME_NUMBER(Waker, Waker, kExitSlow);

SAME_NUMBER(InternalError, InternalError, kNegativeRunning);
SAME_NUMBER(InternalError, InternalError, kRunnableButNobodyRuns);
SAME_NUMBER(InternalError, InternalError, kHelperAlreadyIdle);

#undef SAME_NUMBER

// The runtime's trace has a 0 or a 1 (runtime/trace/kinds.def).
static_assert(static_cast<int64_t>(WakeCause::kTimeout) == 0);
static_assert(static_cast<int64_t>(WakeCause::kWoken) == 1);

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_NUMBERING_H_
