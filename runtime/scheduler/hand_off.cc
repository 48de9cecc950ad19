// The hand-off of a processor whose thread is in a system call. In this order: work that waits here
// or globally gets a thread; so does work of the runtime's own; if nobody looks for work at all,
// somebody has to; a stopper gets the processor; and only what nobody wants goes idle.

#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

void Scheduler::HandOff(Processor& p) {
  Tell(TraceKind::kHandOff, p.id);
  if (WorkForHandOff(p)) {
    StartThread(&p, false);
  } else {
    const int32_t spinning = spinning_.load(std::memory_order_seq_cst);
    const int32_t idle = idle_processors_.load(std::memory_order_seq_cst);
    TellRead(TraceVariable::kSpinningThreads, spinning);
    TellRead(TraceVariable::kIdleProcessors, idle);
    int32_t none = 0;
    if (spinning + idle != 0) {
      HandOffUnderSched(p);
    } else if (spinning_.compare_exchange_strong(none, 1)) {
      TellSwap(TraceVariable::kSpinningThreads, 0, 1, true);
      StartThread(&p, true);
    } else {
      TellSwap(TraceVariable::kSpinningThreads, 0, 1, false);
      HandOffUnderSched(p);
    }
  }
  Tell(TraceKind::kHandOffEnd, p.id);
}

bool Scheduler::WorkForHandOff(Processor& p) {
  const int32_t local = p.queue.Empty() ? 0 : 1;
  TellRead(TraceVariable::kLocalWork, local, p.id);
  if (local > 0) return true;
  const int32_t global = global_size_.load(std::memory_order_seq_cst);
  TellRead(TraceVariable::kGlobalQueue, global);
  if (global > 0) return true;
  // The trace is read by threads of others, and marking happens with the world stopped.
  TellRead(TraceVariable::kTraceWork, 0);
  TellRead(TraceVariable::kMarkWork, 0);
  return false;
}

void Scheduler::HandOffUnderSched(Processor& p) {
  Assignment assignment;
  int64_t timer_ns = kNoTimer;
  LockSched();
  const bool stop = stop_pending_.load(std::memory_order_relaxed);
  TellRead(TraceVariable::kStopPending, stop);
  if (stop) {
    TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kStopped), p.id);
    p.Change(ProcessorStatus::kIdle, ProcessorStatus::kStopped);
    OneStopped();
    UnlockSched();
    return;
  }
  TellRead(TraceVariable::kSafePoint, p.safe_point.load(std::memory_order_relaxed), p.id);
  RunSafePoint(p);
  const int32_t global = global_.size();
  TellRead(TraceVariable::kGlobalQueue, global);
  if (global > 0) {
    assignment = Assign(&p, false);
  } else {
    const int32_t idle = idle_processors_.load(std::memory_order_relaxed);
    const int64_t last_poll_ns = last_poll_.load(std::memory_order_relaxed);
    TellRead(TraceVariable::kIdleProcessors, idle);
    TellRead(TraceVariable::kLastPoll, last_poll_ns);
    // The last one to go idle sees to it that somebody waits for the network.
    if (idle == procs() - 1 && last_poll_ns != 0) {
      assignment = Assign(&p, false);
    } else {
      timer_ns = p.timers.earliest_ns();
      TellRead(TraceVariable::kNextTimer, timer_ns == kNoTimer ? 0 : timer_ns, p.id);
      TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kIdle), p.id);
      p.Change(ProcessorStatus::kIdle, ProcessorStatus::kIdle);
      PutIdle(&p);
    }
  }
  UnlockSched();
  Dispatch(assignment);
  // Not under the lock: waking the poller may start a thread.
  if (timer_ns != kNoTimer) WakePoller(timer_ns);
}

// Claimed by whoever comes first.
void Scheduler::RunSafePoint(Processor& p) {
  bool pending = true;
  if (!p.safe_point.compare_exchange_strong(pending, false)) return;
  TellSwap(TraceVariable::kSafePoint, 1, 0, true, p.id);
  Tell(TraceKind::kSafePointRun, p.id);
  safe_point_function_(p.id);
  safe_points_left_.fetch_sub(1, std::memory_order_acq_rel);
}

}  // namespace proctor::runtime
