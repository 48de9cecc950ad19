#include "conformance/world/hand_off.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void HandOff::Start(int32_t m, int32_t p) {
  Trace(EventKind::kHandOff, m, p);
  if (Deviates(Deviation::kMonitorRunsTasks)) Trace(EventKind::kAcquire, m, p);
  w_.loop.Interleave(m);
  if (WorkForHandOff(m, p)) {
    w_.threads.StartThread(m, p, false);
  } else {
    TraceRead(m, Variable::kSpinningThreads, w_.threads.spinning());
    TraceRead(m, Variable::kIdleProcessors, w_.processors.idle());
    if (w_.threads.spinning() + w_.processors.idle() == 0 &&
        !Deviates(Deviation::kHandOffStartsNoSpinner)) {
      w_.threads.BecomeSpinning(m);
      w_.threads.StartThread(m, p, true);
    } else {
      w_.loop.Interleave(m);
      // A stop that came earlier would have taken the idle processors along, and be seen before.
      w_.stop.SpringAmbush();
      UnderSched(m, p);
    }
  }
  Trace(EventKind::kHandOffEnd, m, p);
}

bool HandOff::WorkForHandOff(int32_t m, int32_t p) {
  const int32_t local =
      Deviates(Deviation::kHandOffIgnoresLocalWork) ? 0 : RunQueues::LocalWork(ProcessorOf(p));
  const int32_t global =
      Deviates(Deviation::kHandOffIgnoresGlobalWork) ? 0 : w_.queues.global().size();
  if (!Deviates(Deviation::kHandOffIgnoresLocalWork)) TraceRead(m, Variable::kLocalWork, local, p);
  if (local > 0) return true;
  if (!Deviates(Deviation::kHandOffIgnoresGlobalWork)) TraceRead(m, Variable::kGlobalQueue, global);
  if (global > 0) return true;
  if (Deviates(Deviation::kHandOffIgnoresWaitingWork)) return false;
  TraceRead(m, Variable::kTraceWork, w_.surroundings.trace_work());
  if (w_.surroundings.trace_work()) return true;
  TraceRead(m, Variable::kMarkWork, w_.collector.mark_work());
  return w_.collector.mark_work();
}

void HandOff::UnderSched(int32_t m, int32_t p) {
  P& processor = ProcessorOf(p);
  Take(LockId::kSched, m);
  TraceRead(m, Variable::kStopPending, w_.stop.pending());
  if (w_.stop.pending() && Deviates(Deviation::kStartedDuringStop)) {
    Drop(LockId::kSched, m);
    return w_.threads.StartThread(m, p, false);
  }
  if (w_.stop.pending() && !Deviates(Deviation::kHandOffIgnoresStop)) {
    processor.status = PROCTOR_P_STOPPED;
    TraceWrite(m, Variable::kStatus, PROCTOR_P_STOPPED, p);
    w_.stop.OneStopped(m);
    return Drop(LockId::kSched, m);
  }
  TraceRead(m, Variable::kSafePoint, processor.safe_point, p);
  if (!Deviates(Deviation::kHandOffSkipsSafePoint)) w_.processors.RunSafePoint(m, p);
  TraceRead(m, Variable::kGlobalQueue, w_.queues.global().size());
  if (!w_.queues.global().empty()) {
    Drop(LockId::kSched, m);
    return w_.threads.StartThread(m, p, false);
  }
  TraceRead(m, Variable::kIdleProcessors, w_.processors.idle());
  TraceRead(m, Variable::kLastPoll, w_.poller.last_poll_ns());
  if (w_.processors.idle() == w_.processors.procs() - 1 && w_.poller.last_poll_ns() != 0 &&
      !Deviates(Deviation::kHandOffLastPoller)) {
    Drop(LockId::kSched, m);
    return w_.threads.StartThread(m, p, false);
  }
  const int64_t timer_ns = processor.timers.empty() ? 0 : processor.timers.front().when_ns;
  TraceRead(m, Variable::kNextTimer, timer_ns, p);
  TraceWrite(m, Variable::kStatus, processor.status = PROCTOR_P_IDLE, p);
  w_.processors.PutIdle(m, p);
  Drop(LockId::kSched, m);
  // Not under the lock: waking the poller may start a thread.
  if (timer_ns != 0 && !Deviates(Deviation::kHandOffForgetsPoller)) w_.poller.Wake(m, timer_ns);
}

}  // namespace proctor
