#include "runtime/scheduler/monitor_host.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {
namespace {

// With libc interceptors no wait is longer, so that they are called often.
constexpr int64_t kWaitPieceNs = 10'000'000;

}  // namespace

int64_t MonitorHost::Read(TraceVariable variable, int64_t value, int32_t processor) {
  s_.TellRead(variable, value, processor);
  return value;
}

int64_t MonitorHost::NowNs() {
  const int64_t now_ns = runtime::NowNs();
  s_.Tell(TraceKind::kNow, -1, -1, now_ns);
  return now_ns;
}

bool MonitorHost::Sleep(int64_t duration_ns) {
  if (s_.over_.load(std::memory_order_seq_cst)) return false;
  s_.Tell(TraceKind::kShallowSleep, -1, -1, duration_ns);
  SleepNs(duration_ns);
  s_.Tell(TraceKind::kShallowWake);
  return !s_.over_.load(std::memory_order_seq_cst);
}

// Linux has no coarse clock to go back to: its timers are exact when asked and cost nothing
// meanwhile.
void MonitorHost::RelaxClock(bool relaxed) { s_.Tell(TraceKind::kRelax, -1, -1, relaxed); }

class Lock* MonitorHost::LockOf(LockId lock) {
  switch (lock) {
    case LockId::kMonitor:
      return &monitor_lock_;
    case LockId::kScavenger:
      return &s_.scavenger_lock_;
    case LockId::kForcedGc:
      return &s_.helper_lock_;
    case LockId::kSched:
      return &s_.sched_;
    case LockId::kAllTasks:
      return &s_.tasks_lock_;
    case LockId::kAllP:
      return &s_.all_p_lock_;
    case LockId::kTimers:
      break;
  }
  Panic("the monitor takes a lock that it has no business with");
}

// The locks are the monitor's to take and to drop, in calls of their own, which no analysis can
// follow.
void MonitorHost::Lock(LockId lock) NO_THREAD_SAFETY_ANALYSIS {
  LockOf(lock)->Acquire();
  s_.Tell(TraceKind::kLock, -1, -1, static_cast<int64_t>(lock));
}

void MonitorHost::Unlock(LockId lock) NO_THREAD_SAFETY_ANALYSIS {
  s_.Tell(TraceKind::kUnlock, -1, -1, static_cast<int64_t>(lock));
  LockOf(lock)->Release();
}

bool MonitorHost::SleepOnNote(int64_t timeout_ns) {
  s_.Tell(TraceKind::kDeepSleep, -1, -1, timeout_ns);
  bool woken = false;
  if (s_.options_.yield_hook == nullptr) {
    woken = s_.monitor_note_.SleepFor(timeout_ns);
  } else {
    const int64_t deadline_ns = runtime::NowNs() + timeout_ns;
    for (int64_t left_ns = timeout_ns; !woken && left_ns > 0;
         left_ns = deadline_ns - runtime::NowNs()) {
      const int64_t piece_ns = std::min(left_ns, kWaitPieceNs);
      s_.Tell(TraceKind::kWaitPiece, -1, -1, piece_ns);
      woken = s_.monitor_note_.SleepFor(piece_ns);
      if (!woken) CallYieldHook();
    }
  }
  s_.Tell(TraceKind::kDeepWake, -1, -1, woken);
  return woken;
}

void MonitorHost::ClearNote() {
  s_.Tell(TraceKind::kNoteClear);
  s_.monitor_note_.Clear();
}

void MonitorHost::SetMonitorWaits(bool waits) {
  s_.TellWrite(TraceVariable::kMonitorWaits, waits);
  s_.monitor_waits_.store(waits, std::memory_order_seq_cst);
  s_.sched_.AssumeHeld();
  // Whoever ended the runtime found nobody to wake.
  if (waits && s_.ending_) s_.monitor_note_.Wake();
}

bool MonitorHost::StopPending() {
  return Read(TraceVariable::kStopPending, s_.stop_pending_.load()) != 0;
}

int32_t MonitorHost::IdleProcessors() {
  return static_cast<int32_t>(Read(TraceVariable::kIdleProcessors, s_.idle_processors_.load()));
}

int32_t MonitorHost::Processors() {
  return static_cast<int32_t>(Read(TraceVariable::kProcs, s_.procs()));
}

int32_t MonitorHost::SpinningThreads() {
  return static_cast<int32_t>(Read(TraceVariable::kSpinningThreads, s_.spinning_.load()));
}

// The heaps publish their earliest timer, so no lock of theirs is needed; the list's is, as it may
// change.
int64_t MonitorHost::EarliestTimerNs() {
  Lock(LockId::kAllP);
  s_.Tell(TraceKind::kLock, -1, -1, static_cast<int64_t>(LockId::kTimers));
  const int64_t timer_ns = s_.EarliestTimerNs();
  s_.Tell(TraceKind::kUnlock, -1, -1, static_cast<int64_t>(LockId::kTimers));
  Unlock(LockId::kAllP);
  return Read(TraceVariable::kEarliestTimer, timer_ns);
}

void MonitorHost::AddSystemThread() {
  s_.sched_.AssumeHeld();
  s_.TellWrite(TraceVariable::kSystemThreads, ++s_.system_threads_);
}

void MonitorHost::CheckDeadlock() {
  s_.sched_.AssumeHeld();
  s_.CheckDeadlock();
}

void MonitorHost::AddIdleLocked(int32_t delta) {
  s_.LockSched();
  s_.idle_locked_ += delta;
  s_.TellWrite(TraceVariable::kIdleLocked, s_.idle_locked_);
  if (delta > 0) s_.CheckDeadlock();
  s_.UnlockSched();
}

bool MonitorHost::PollerReady() {
  return Read(TraceVariable::kPollerReady, s_.poller_.open()) != 0;
}

int64_t MonitorHost::LastPollNs() { return Read(TraceVariable::kLastPoll, s_.last_poll_.load()); }

bool MonitorHost::SwapLastPoll(int64_t expected_ns, int64_t new_ns) {
  int64_t expected = expected_ns;
  const bool won = s_.last_poll_.compare_exchange_strong(expected, new_ns);
  s_.TellSwap(TraceVariable::kLastPoll, expected_ns, new_ns, won);
  return won;
}

ReadyList MonitorHost::Poll(int64_t timeout_ns) {
  ready_ = {};
  ReadyList list;
  s_.GatherReady(timeout_ns, ready_, list.waiters_delta);
  list.tasks = &ready_;
  list.count = ready_.size();
  return list;
}

void MonitorHost::Inject(const ReadyList& list) {
  s_.InjectWithoutProcessor(*static_cast<TaskList*>(list.tasks));
}

void MonitorHost::AdjustWaiters(int32_t delta) {
  if (delta != 0) s_.CountWaiters(delta);
}

int32_t MonitorHost::ProcessorCount() {
  return static_cast<int32_t>(Read(TraceVariable::kProcessorCount, s_.processor_count_.load()));
}

ProcessorStatus MonitorHost::StatusOf(int32_t processor) {
  const auto status = s_.ProcessorAt(processor).status.load(std::memory_order_acquire);
  Read(TraceVariable::kStatus, static_cast<int64_t>(status), processor);
  return status;
}

uint32_t MonitorHost::ScheduleTickOf(int32_t processor) {
  return static_cast<uint32_t>(Read(TraceVariable::kScheduleTick,
                                    s_.ProcessorAt(processor).schedule_tick.load(), processor));
}

uint32_t MonitorHost::SyscallTickOf(int32_t processor) {
  return static_cast<uint32_t>(
      Read(TraceVariable::kSyscallTick, s_.ProcessorAt(processor).syscall_tick.load(), processor));
}

bool MonitorHost::HasLocalWork(int32_t processor) {
  const bool work = !s_.ProcessorAt(processor).queue.Empty();
  return Read(TraceVariable::kLocalWork, work, processor) != 0;
}

void MonitorHost::RequestPreemption(int32_t processor) {
  s_.RequestPreemption(s_.ProcessorAt(processor));
}

bool MonitorHost::SwapSyscallToIdle(int32_t processor) {
  const bool won =
      s_.ProcessorAt(processor).Swap(ProcessorStatus::kSyscall, ProcessorStatus::kIdle);
  s_.TellSwap(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall),
              static_cast<int64_t>(ProcessorStatus::kIdle), won, processor);
  return won;
}

bool MonitorHost::LockTaskInSyscall(int32_t processor) {
  return s_.LockTaskInSyscall(s_.ProcessorAt(processor));
}

void MonitorHost::TakeFromLockedTask(int32_t processor) {
  s_.TakeFromLockedTask(s_.ProcessorAt(processor));
}

void MonitorHost::UnlockTask(int32_t processor) { s_.UnlockTask(s_.ProcessorAt(processor)); }

void MonitorHost::BumpSyscallTick(int32_t processor) {
  Processor& p = s_.ProcessorAt(processor);
  p.BumpSyscallTick();
  s_.TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(), processor);
}

void MonitorHost::HandOff(int32_t processor) { s_.HandOff(s_.ProcessorAt(processor)); }

CollectorState MonitorHost::Collector() {
  const CollectorState state = s_.ReadCollector();
  s_.Tell(TraceKind::kCollectorRead, -1, -1, state.enabled && !state.dying && !state.collecting,
          state.percent, state.last_end_ns);
  return state;
}

bool MonitorHost::HelperIdle() {
  return Read(TraceVariable::kHelperIdle, s_.helper_idle_.load()) != 0;
}

void MonitorHost::ClearHelperIdle() {
  s_.TellWrite(TraceVariable::kHelperIdle, 0);
  s_.helper_idle_.store(false);
}

void MonitorHost::InjectHelper() {
  TaskList helper;
  helper.Append(s_.helper_);
  s_.InjectWithoutProcessor(helper);
}

bool MonitorHost::ScavengerAskedFor() {
  return Read(TraceVariable::kScavengerAsked, s_.scavenger_asked_.load()) != 0;
}

void MonitorHost::WakeScavenger() {
  Lock(LockId::kScavenger);
  s_.scavenger_lock_.AssumeHeld();
  const bool parked = s_.scavenger_parked_;
  s_.Tell(TraceKind::kScavengerWake, -1, -1, parked);
  if (parked) {
    s_.TellWrite(TraceVariable::kScavengerAsked, 0);
    s_.scavenger_asked_.store(false);
    s_.TellWrite(TraceVariable::kScavengerParked, 0);
    s_.scavenger_parked_ = false;
    TaskList scavenger;
    scavenger.Append(s_.scavenger_);
    s_.InjectWithoutProcessor(scavenger);
  }
  Unlock(LockId::kScavenger);
}

void MonitorHost::PrintTrace(int64_t now_ns) {
  s_.Tell(TraceKind::kTraceLine);
  const std::string text = s_.TraceText(now_ns, s_.trace_detail_);
  // One call: others write to the same place.
  while (write(STDERR_FILENO, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

void MonitorHost::CallYieldHook() {
  if (s_.options_.yield_hook == nullptr) return;
  s_.Tell(TraceKind::kYieldHook);
  s_.options_.yield_hook();
}

void MonitorHost::StartThread() {
  s_.LockSched();
  Processor* p = s_.stop_pending_.load() ? nullptr : s_.GetIdle();
  Scheduler::Assignment assignment;
  if (p != nullptr) assignment = s_.Assign(p, false);
  s_.UnlockSched();
  s_.Dispatch(assignment);
}

void MonitorHost::RefreshProcessors() { s_.RefreshProcs(); }

}  // namespace proctor::runtime
