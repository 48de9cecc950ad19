#include "runtime/scheduler/hand_off.h"

#include "runtime/scheduler/timers.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

bool HasWork(SchedulerParts& s, Processor& p) {
  const bool local = !p.queue.Empty();
  s.trace.Read(TraceVariable::kLocalWork, local, p.id);
  if (local) return true;
  const int32_t global = s.global.size(std::memory_order_seq_cst);
  s.trace.Read(TraceVariable::kGlobalQueue, global);
  if (global > 0) return true;
  // The trace is read by threads of others, and marking happens with the world stopped.
  s.trace.Read(TraceVariable::kTraceWork, 0);
  s.trace.Read(TraceVariable::kMarkWork, 0);
  return false;
}

// A thread that is to come for the processor, if somebody has to; `timer_ns`: of the idle
// processor, if nobody does.
Assignment AssignOrPutIdle(SchedulerParts& s, Processor& p, int64_t& timer_ns)
    REQUIRES(under_sched) {
  s.trace.Read(TraceVariable::kSafePoint, p.safe_point.Load(std::memory_order_relaxed), p.id);
  s.safe_points.RunIfAsked(s.trace, p);
  const int32_t global = s.global.size();
  s.trace.Read(TraceVariable::kGlobalQueue, global);
  if (global > 0) return Assign(s, &p, false);
  const int32_t idle = s.idle.ReadCount(s.trace, std::memory_order_relaxed);
  const int64_t last_poll_ns = s.poll.ReadLastPollNs(s.trace, std::memory_order_relaxed);
  // The last one to go idle makes sure that a thread waits for the network.
  if (idle == s.processors.procs() - 1 && last_poll_ns != 0) return Assign(s, &p, false);
  timer_ns = p.timers.earliest_ns();
  s.trace.Read(TraceVariable::kNextTimer, timer_ns == kNoTimer ? 0 : timer_ns, p.id);
  p.TraceThenChange(s.trace, ProcessorStatus::kIdle, ProcessorStatus::kIdle);
  s.idle.Put(s.trace, &p);
  return {};
}

void HandOffUnderSched(SchedulerParts& s, Processor& p) EXCLUDES(under_sched) {
  Assignment assignment;
  int64_t timer_ns = kNoTimer;
  s.sched.Acquire();
  if (s.stop.ReadPending(s.trace, std::memory_order_relaxed)) {
    p.TraceThenChange(s.trace, ProcessorStatus::kIdle, ProcessorStatus::kStopped);
    s.stop.CountAndWake(s.trace);
  } else {
    assignment = AssignOrPutIdle(s, p, timer_ns);
  }
  s.sched.Release();
  Dispatch(assignment);
  // Not under the lock: waking the poller may start a thread.
  if (timer_ns != kNoTimer) WakePoller(s, timer_ns);
}

}  // namespace

void HandOff(SchedulerParts& s, Processor& p) {
  s.trace.Emit(TraceKind::kHandOff, p.id);
  if (HasWork(s, p)) {
    StartThread(s, &p, false);
  } else {
    const int32_t spinning = s.spinning.count(std::memory_order_seq_cst);
    const int32_t idle = s.idle.count(std::memory_order_seq_cst);
    s.trace.Read(TraceVariable::kSpinningThreads, spinning);
    s.trace.Read(TraceVariable::kIdleProcessors, idle);
    if (spinning + idle != 0) {
      HandOffUnderSched(s, p);
    } else {
      const bool first = s.spinning.TryJoinFirst();
      s.trace.Swap(TraceVariable::kSpinningThreads, 0, 1, first);
      first ? StartThread(s, &p, true) : HandOffUnderSched(s, p);
    }
  }
  s.trace.Emit(TraceKind::kHandOffEnd, p.id);
}

}  // namespace proctor::runtime
