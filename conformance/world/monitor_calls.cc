#include "conformance/world/monitor_calls.h"

#include <fmt/core.h>

#include <string>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void MonitorCalls::Misuse(const std::string& what) {
  w_.Finish(WorldEnd::kPortMisuse, "the monitor " + what);
}

int64_t MonitorCalls::EarliestTimer() {
  if (!w_.locks.CanTake(LockId::kAllP, "earliest_timer_ns")) return kNoTimer;
  Take(LockId::kAllP, kMonitorM);
  Take(LockId::kTimers, kMonitorM);
  const int64_t timer_ns = w_.timers.EarliestNs();
  Drop(LockId::kTimers, kMonitorM);
  Drop(LockId::kAllP, kMonitorM);
  return ReadVariable(Variable::kEarliestTimer, timer_ns);
}

void MonitorCalls::AddSystemThread() { w_.threads.AddSystem(kMonitorM); }

void MonitorCalls::CheckDeadlock() { w_.deadlock.Run(kMonitorM); }

void MonitorCalls::AddIdleLocked(int32_t delta) {
  if (delta != 1 && delta != -1) {
    return Misuse(fmt::format("calls add_idle_locked with {}; it takes 1 or -1", delta));
  }
  if (!w_.locks.CanTake(LockId::kSched, "add_idle_locked")) return;
  Take(LockId::kSched, kMonitorM);
  w_.threads.AddIdleLocked(kMonitorM, delta);
  if (delta > 0) w_.deadlock.Run(kMonitorM);
  if (!ended()) Drop(LockId::kSched, kMonitorM);
}

int32_t MonitorCalls::ProcessorCount() {
  return static_cast<int32_t>(ReadVariable(Variable::kProcessorCount, w_.processors.count()));
}

// nullptr: no such processor, and the world has ended because of it.
const P* MonitorCalls::Processor(const char* call, int32_t p) {
  if (p >= 0 && p < w_.processors.made()) return &ProcessorOf(p);
  Misuse(fmt::format("calls {} for processor {}; there are {}", call, p, w_.processors.count()));
  return nullptr;
}

int32_t MonitorCalls::StatusOf(int32_t p) {
  const P* processor = Processor("status_of", p);
  if (processor == nullptr) return PROCTOR_P_NONE;
  return static_cast<int32_t>(ReadVariable(Variable::kStatus, processor->status, p));
}

uint32_t MonitorCalls::ScheduleTickOf(int32_t p) {
  const P* processor = Processor("schedule_tick_of", p);
  if (processor == nullptr) return 0;
  w_.edges.SeeScheduleTick(p, processor->schedule_tick);
  return static_cast<uint32_t>(ReadVariable(Variable::kScheduleTick, processor->schedule_tick, p));
}

uint32_t MonitorCalls::SyscallTickOf(int32_t p) {
  const P* processor = Processor("syscall_tick_of", p);
  if (processor == nullptr) return 0;
  w_.edges.SeeSyscallTick(p, processor->syscall_tick);
  return static_cast<uint32_t>(ReadVariable(Variable::kSyscallTick, processor->syscall_tick, p));
}

bool MonitorCalls::HasLocalWork(int32_t p) {
  const P* processor = Processor("has_local_work", p);
  if (processor == nullptr) return false;
  const int32_t more = Deviates(Deviation::kLocalWorkCountsGlobal) ? w_.queues.global().size() : 0;
  return ReadVariable(Variable::kLocalWork, RunQueues::LocalWork(*processor) + more, p) != 0;
}

void MonitorCalls::RequestPreemption(int32_t p) {
  if (Processor("request_preemption", p) != nullptr) w_.preemption.Preempt(kMonitorM, p);
}

bool MonitorCalls::SwapSyscallToIdle(int32_t p) {
  if (Processor("swap_syscall_to_idle", p) == nullptr) return false;
  P& processor = ProcessorOf(p);
  const bool won = processor.status == PROCTOR_P_SYSCALL;
  TraceSwap(kMonitorM, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_IDLE, won, p);
  if (won) processor.status = PROCTOR_P_IDLE;
  processor.won = won;
  return won;
}

void MonitorCalls::BumpSyscallTick(int32_t p) {
  if (Processor("bump_syscall_tick", p) == nullptr) return;
  w_.processors.MoveSyscallTick(kMonitorM, p);
  // Traced before it is refused: a judge that knows whose tick it is says more.
  if (!ProcessorOf(p).won) {
    Misuse(fmt::format("calls bump_syscall_tick for processor {}, which it has not won", p));
  }
}

void MonitorCalls::HandOff(int32_t p) {
  if (Processor("hand_off", p) == nullptr || !w_.locks.CanTake(LockId::kSched, "hand_off")) return;
  if (!ProcessorOf(p).won) {
    // Traced before it is refused: this is what having two owners looks like.
    Trace(EventKind::kHandOff, kMonitorM, p);
    return Misuse(fmt::format("hands off processor {}, which it has not won", p));
  }
  ProcessorOf(p).won = false;
  w_.hand_off.Start(kMonitorM, p);
}

void MonitorCalls::PrintTrace(int64_t now_ns) {
  if (!w_.locks.CanTake(LockId::kSched, "print_trace")) return;
  Take(LockId::kSched, kMonitorM);
  w_.edges.SeeTraceLine();
  Trace(EventKind::kTraceLine, kMonitorM, kNobody, kNobody, now_ns);
  Drop(LockId::kSched, kMonitorM);
}

void MonitorCalls::CallYieldHook() {
  if (w_.setup.knobs.interceptors) Trace(EventKind::kYieldHook, kMonitorM);
}

void MonitorCalls::StartThread() {
  if (!w_.locks.CanTake(LockId::kSched, "start_thread")) return;
  Trace(EventKind::kThreadRequest, kMonitorM);
  Take(LockId::kSched, kMonitorM);
  const int32_t p = w_.processors.GetIdle(kMonitorM);
  if (p != kNobody) w_.threads.StartThread(kMonitorM, p, false, true);
  Drop(LockId::kSched, kMonitorM);
}

void MonitorCalls::RefreshProcessors() {
  if (!w_.locks.CanTake(LockId::kSched, "refresh_processors")) return;
  w_.edges.SeeRefresh();
  Trace(EventKind::kAffinityRead, kMonitorM);
}

}  // namespace proctor
