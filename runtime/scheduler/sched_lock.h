// The scheduler's lock: the global queue, the idle lists and the counts that have to agree change
// under it only.
//
// These are objects of their own, which do not hold the lock. So what the compiler checks is a
// role: `under_sched`, which a thread plays from Acquire to Release. It does not tell two
// schedulers' locks apart; no thread deals with two.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SCHED_LOCK_H_
#define PROCTOR_RUNTIME_SCHEDULER_SCHED_LOCK_H_

#include "runtime/base/lock.h"
#include "runtime/base/thread_annotations.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/sysmon/host.h"

namespace proctor::runtime {

class CAPABILITY("role") SchedulerRole {};
inline SchedulerRole under_sched;

class SchedLock {
 public:
  explicit SchedLock(SchedulerTrace& trace) : trace_(trace) {}
  SchedLock(const SchedLock&) = delete;
  SchedLock& operator=(const SchedLock&) = delete;

  void Acquire() ACQUIRE(under_sched) NO_THREAD_SAFETY_ANALYSIS {
    lock_.Acquire();
    trace_.Emit(TraceKind::kLock, -1, -1, LockId::kSched);
  }
  void Release() RELEASE(under_sched) NO_THREAD_SAFETY_ANALYSIS {
    trace_.Emit(TraceKind::kUnlock, -1, -1, LockId::kSched);
    lock_.Release();
  }
  // Says to the analysis, which cannot see it, that the caller holds it. Checks nothing.
  void AssumeHeld() const ASSERT_CAPABILITY(under_sched) {}

 private:
  SchedulerTrace& trace_;
  Lock lock_{LockRank::kSched};
};

// For a scope.
class SCOPED_CAPABILITY SchedGuard {
 public:
  explicit SchedGuard(SchedLock& lock) ACQUIRE(under_sched) : lock_(lock) { lock_.Acquire(); }
  ~SchedGuard() RELEASE() { lock_.Release(); }
  SchedGuard(const SchedGuard&) = delete;
  SchedGuard& operator=(const SchedGuard&) = delete;

 private:
  SchedLock& lock_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SCHED_LOCK_H_
