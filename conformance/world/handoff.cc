// The hand-off of a processor whose thread is in a system call, in the order of the contract.

#include "conformance/world/scheduler.h"

namespace proctor {

void Scheduler::HandOff(int32_t m, int32_t p) {
  Tell(EventKind::kHandOff, m, p);
  if (Deviates(Deviation::kMonitorRunsTasks)) Tell(EventKind::kAcquire, m, p);
  Interleave(m);
  if (WorkForHandOff(m, p)) {
    StartThread(m, p, false);
  } else {
    TellRead(m, Variable::kSpinningThreads, spinning_);
    TellRead(m, Variable::kIdleProcessors, idle_processors());
    if (spinning_ + idle_processors() == 0 && !Deviates(Deviation::kHandOffStartsNoSpinner)) {
      TellSwap(m, Variable::kSpinningThreads, 0, 1, true);
      spinning_ = 1;
      StartThread(m, p, true);
    } else {
      Interleave(m);
      // A stop that came earlier would have taken the idle processors along, and be seen before.
      if (ambush_ && !CalledOff(*ambush_)) Do(*ambush_);
      HandOffUnderSched(m, p);
    }
  }
  Tell(EventKind::kHandOffEnd, m, p);
}

bool Scheduler::WorkForHandOff(int32_t m, int32_t p) {
  const int32_t local =
      Deviates(Deviation::kHandOffIgnoresLocalWork) ? 0 : LocalWork(ProcessorOf(p));
  const int32_t global = Deviates(Deviation::kHandOffIgnoresGlobalWork) ? 0 : global_.size();
  if (!Deviates(Deviation::kHandOffIgnoresLocalWork)) TellRead(m, Variable::kLocalWork, local, p);
  if (local > 0) return true;
  if (!Deviates(Deviation::kHandOffIgnoresGlobalWork)) TellRead(m, Variable::kGlobalQueue, global);
  if (global > 0) return true;
  if (Deviates(Deviation::kHandOffIgnoresWaitingWork)) return false;
  TellRead(m, Variable::kTraceWork, trace_work_);
  if (trace_work_) return true;
  TellRead(m, Variable::kMarkWork, mark_work_);
  return mark_work_;
}

void Scheduler::HandOffUnderSched(int32_t m, int32_t p) {
  P& processor = ProcessorOf(p);
  Take(LockId::kSched, m);
  TellRead(m, Variable::kStopPending, stop_pending_);
  if (stop_pending_ && Deviates(Deviation::kStartedDuringStop)) {
    Drop(LockId::kSched, m);
    return StartThread(m, p, false);
  }
  if (stop_pending_ && !Deviates(Deviation::kHandOffIgnoresStop)) {
    processor.status = PROCTOR_P_STOPPED;
    TellWrite(m, Variable::kStatus, PROCTOR_P_STOPPED, p);
    OneStopped(m);
    return Drop(LockId::kSched, m);
  }
  TellRead(m, Variable::kSafePoint, processor.safe_point, p);
  if (!Deviates(Deviation::kHandOffSkipsSafePoint)) RunSafePoint(m, p);
  TellRead(m, Variable::kGlobalQueue, global_.size());
  if (!global_.empty()) {
    Drop(LockId::kSched, m);
    return StartThread(m, p, false);
  }
  TellRead(m, Variable::kIdleProcessors, idle_processors());
  TellRead(m, Variable::kLastPoll, last_poll_ns_);
  if (idle_processors() == procs_ - 1 && last_poll_ns_ != 0 &&
      !Deviates(Deviation::kHandOffLastPoller)) {
    Drop(LockId::kSched, m);
    return StartThread(m, p, false);
  }
  const int64_t timer_ns = processor.timers.empty() ? 0 : processor.timers.front().when_ns;
  TellRead(m, Variable::kNextTimer, timer_ns, p);
  TellWrite(m, Variable::kStatus, processor.status = PROCTOR_P_IDLE, p);
  PutIdle(m, p);
  Drop(LockId::kSched, m);
  // Not under the lock: waking the poller may start a thread.
  if (timer_ns != 0 && !Deviates(Deviation::kHandOffForgetsPoller)) WakePoller(m, timer_ns);
}

}  // namespace proctor
