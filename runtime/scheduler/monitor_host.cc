#include "runtime/scheduler/monitor_host.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/deadlock.h"
#include "runtime/scheduler/hand_off.h"
#include "runtime/scheduler/network.h"
#include "runtime/scheduler/own_tasks.h"
#include "runtime/scheduler/parts.h"
#include "runtime/scheduler/preemption.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/syscalls.h"
#include "runtime/scheduler/trace_text.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

// With libc interceptors no wait is longer, so that they are called often.
constexpr int64_t kWaitPieceNs = 10'000'000;

}  // namespace

template <typename T>
T MonitorHost::Read(TraceVariable variable, T value, int32_t processor) {
  s_.trace.Read(variable, value, processor);
  return value;
}

int64_t MonitorHost::NowNs() {
  const int64_t now_ns = runtime::NowNs();
  s_.trace.Emit(TraceKind::kNow, -1, -1, now_ns);
  return now_ns;
}

bool MonitorHost::Sleep(int64_t duration_ns) {
  if (s_.ending.over(std::memory_order_seq_cst)) return false;
  s_.trace.Emit(TraceKind::kShallowSleep, -1, -1, duration_ns);
  SleepNs(duration_ns);
  s_.trace.Emit(TraceKind::kShallowWake);
  return !s_.ending.over(std::memory_order_seq_cst);
}

// Linux has no coarse clock to go back to: its timers are exact when asked and cost nothing
// meanwhile.
void MonitorHost::RelaxClock(bool relaxed) { s_.trace.Emit(TraceKind::kRelax, -1, -1, relaxed); }

class Lock& MonitorHost::LockOf(LockId lock) {
  switch (lock) {
    case LockId::kMonitor:
      return monitor_lock_;
    case LockId::kScavenger:
      return s_.scavenger.lock();
    case LockId::kForcedGc:
      return s_.collections.helper_lock();
    case LockId::kAllTasks:
      return s_.tasks.lock();
    case LockId::kAllP:
      return s_.processors.lock();
    case LockId::kSched:
    case LockId::kTimers:
      break;
  }
  Panic("the monitor takes a lock that it must not take");
}

// The locks are the monitor's to take and to drop, in calls of their own, which no analysis can
// follow.
void MonitorHost::Lock(LockId lock) NO_THREAD_SAFETY_ANALYSIS {
  if (lock == LockId::kSched) return s_.sched.Acquire();
  LockOf(lock).Acquire();
  s_.trace.Emit(TraceKind::kLock, -1, -1, lock);
}

void MonitorHost::Unlock(LockId lock) NO_THREAD_SAFETY_ANALYSIS {
  if (lock == LockId::kSched) return s_.sched.Release();
  s_.trace.Emit(TraceKind::kUnlock, -1, -1, lock);
  LockOf(lock).Release();
}

bool MonitorHost::SleepOnNote(int64_t timeout_ns) {
  s_.trace.Emit(TraceKind::kDeepSleep, -1, -1, timeout_ns);
  Note& note = s_.monitor.note();
  bool woken = false;
  if (s_.options.yield_hook == nullptr) {
    woken = note.SleepFor(timeout_ns);
  } else {
    const int64_t deadline_ns = runtime::NowNs() + timeout_ns;
    for (int64_t left_ns = timeout_ns; !woken && left_ns > 0;
         left_ns = deadline_ns - runtime::NowNs()) {
      const int64_t piece_ns = std::min(left_ns, kWaitPieceNs);
      s_.trace.Emit(TraceKind::kWaitPiece, -1, -1, piece_ns);
      woken = note.SleepFor(piece_ns);
      if (!woken) CallYieldHook();
    }
  }
  s_.trace.Emit(TraceKind::kDeepWake, -1, -1, woken);
  return woken;
}

void MonitorHost::ClearNote() {
  s_.trace.Emit(TraceKind::kNoteClear);
  s_.monitor.note().Clear();
}

void MonitorHost::SetMonitorWaits(bool waits) {
  s_.sched.AssumeHeld();
  s_.monitor.SetWaits(s_.trace, waits);
  // The thread that ended the runtime found nobody to wake.
  if (waits && s_.ending.begun()) s_.monitor.note().Wake();
}

bool MonitorHost::StopPending() { return s_.stop.ReadPending(s_.trace, std::memory_order_seq_cst); }

int32_t MonitorHost::IdleProcessors() {
  return s_.idle.ReadCount(s_.trace, std::memory_order_seq_cst);
}

int32_t MonitorHost::Processors() { return s_.processors.ReadProcs(s_.trace); }

int32_t MonitorHost::SpinningThreads() {
  return Read(TraceVariable::kSpinningThreads, s_.spinning.count(std::memory_order_seq_cst));
}

// The heaps publish their earliest timer, so no lock of theirs is needed; the list's is, as it may
// change.
int64_t MonitorHost::EarliestTimerNs() {
  Lock(LockId::kAllP);
  s_.trace.Emit(TraceKind::kLock, -1, -1, LockId::kTimers);
  const int64_t timer_ns = s_.processors.EarliestTimerNs();
  s_.trace.Emit(TraceKind::kUnlock, -1, -1, LockId::kTimers);
  Unlock(LockId::kAllP);
  return Read(TraceVariable::kEarliestTimer, timer_ns);
}

void MonitorHost::AddSystemThread() {
  s_.sched.AssumeHeld();
  s_.threads.AddSystemThread(s_.trace);
}

void MonitorHost::CheckDeadlock() {
  s_.sched.AssumeHeld();
  runtime::CheckDeadlock(s_);
}

void MonitorHost::AddIdleLocked(int32_t delta) {
  const SchedGuard guard(s_.sched);
  s_.threads.AddIdleLocked(s_.trace, delta);
  if (delta > 0) runtime::CheckDeadlock(s_);
}

bool MonitorHost::PollerReady() { return Read(TraceVariable::kPollerReady, s_.poller.open()); }

int64_t MonitorHost::LastPollNs() {
  return s_.poll.ReadLastPollNs(s_.trace, std::memory_order_seq_cst);
}

bool MonitorHost::SwapLastPoll(int64_t expected_ns, int64_t new_ns) {
  return s_.poll.SwapLastPollNs(s_.trace, expected_ns, new_ns);
}

ReadyList MonitorHost::Poll(int64_t timeout_ns) {
  ready_ = {};
  ReadyList list;
  list.waiters_delta = GatherReady(s_, timeout_ns, ready_);
  list.tasks = &ready_;
  list.count = ready_.size();
  return list;
}

void MonitorHost::Inject(const ReadyList& list) {
  InjectWithoutProcessor(s_, *static_cast<TaskList*>(list.tasks));
}

void MonitorHost::AdjustWaiters(int32_t delta) { runtime::AdjustWaiters(s_, delta); }

int32_t MonitorHost::ProcessorCount() { return s_.processors.ReadCount(s_.trace); }

ProcessorStatus MonitorHost::StatusOf(int32_t processor) {
  return s_.processors.At(processor).status.Read(s_.trace, std::memory_order_acquire, processor);
}

uint32_t MonitorHost::ScheduleTickOf(int32_t processor) {
  return s_.processors.At(processor).schedule_tick.Read(s_.trace, std::memory_order_seq_cst,
                                                        processor);
}

uint32_t MonitorHost::SyscallTickOf(int32_t processor) {
  return s_.processors.At(processor).syscall_tick.Read(s_.trace, std::memory_order_seq_cst,
                                                       processor);
}

bool MonitorHost::HasLocalWork(int32_t processor) {
  const bool work = !s_.processors.At(processor).queue.Empty();
  return Read(TraceVariable::kLocalWork, work, processor);
}

void MonitorHost::RequestPreemption(int32_t processor) {
  runtime::RequestPreemption(s_, s_.processors.At(processor));
}

bool MonitorHost::SwapSyscallToIdle(int32_t processor) {
  return s_.processors.At(processor).status.TracedSwap(s_.trace, ProcessorStatus::kSyscall,
                                                       ProcessorStatus::kIdle, processor);
}

bool MonitorHost::LockTaskInSyscall(int32_t processor) {
  return runtime::LockTaskInSyscall(s_, s_.processors.At(processor));
}

void MonitorHost::TakeFromLockedTask(int32_t processor) {
  runtime::TakeFromLockedTask(s_, s_.processors.At(processor));
}

void MonitorHost::UnlockTask(int32_t processor) {
  runtime::UnlockTask(s_, s_.processors.At(processor));
}

void MonitorHost::BumpSyscallTick(int32_t processor) {
  s_.processors.At(processor).syscall_tick.Bump(s_.trace, processor);
}

void MonitorHost::HandOff(int32_t processor) { runtime::HandOff(s_, s_.processors.At(processor)); }

CollectorState MonitorHost::Collector() {
  const CollectorState state = s_.collections.State(s_.ending.dying());
  s_.trace.Emit(TraceKind::kCollectorRead, -1, -1,
                state.enabled && !state.dying && !state.collecting, state.percent,
                state.last_end_ns);
  return state;
}

bool MonitorHost::HelperIdle() { return s_.collections.ReadHelperIdle(s_.trace); }

void MonitorHost::ClearHelperIdle() {
  s_.collections.helper_lock().AssumeHeld();
  s_.collections.SetHelperIdle(s_.trace, false);
}

void MonitorHost::InjectHelper() { InjectWithoutProcessor(s_, s_.collections.helper()); }

bool MonitorHost::ScavengerAskedFor() { return s_.scavenger.ReadAsked(s_.trace); }

void MonitorHost::WakeScavenger() {
  Lock(LockId::kScavenger);
  s_.scavenger.lock().AssumeHeld();
  if (Task* task = s_.scavenger.Wake(s_.trace); task != nullptr) InjectWithoutProcessor(s_, task);
  Unlock(LockId::kScavenger);
}

void MonitorHost::PrintTrace(int64_t now_ns) {
  s_.trace.Emit(TraceKind::kTraceLine);
  const std::string text = TraceText(s_, now_ns, s_.trace_detail);
  // One call: others write to the same place.
  while (write(STDERR_FILENO, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

void MonitorHost::CallYieldHook() {
  if (s_.options.yield_hook == nullptr) return;
  s_.trace.Emit(TraceKind::kYieldHook);
  s_.options.yield_hook();
}

void MonitorHost::StartThread() { StartThreadForIdle(s_); }

void MonitorHost::RefreshProcessors() { FollowMachine(s_); }

}  // namespace proctor::runtime
