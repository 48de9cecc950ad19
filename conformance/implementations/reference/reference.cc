#include "conformance/implementations/reference/reference.h"

#include "runtime/sysmon/sysmon.h"

namespace proctor {
namespace {

// The two sides number locks and statuses alike, so that a cast translates.
static_assert(static_cast<int>(runtime::LockId::kMonitor) == PROCTOR_LOCK_MONITOR);
static_assert(static_cast<int>(runtime::LockId::kScavenger) == PROCTOR_LOCK_SCAVENGER);
static_assert(static_cast<int>(runtime::LockId::kForcedGc) == PROCTOR_LOCK_FORCED_GC);
static_assert(static_cast<int>(runtime::LockId::kSched) == PROCTOR_LOCK_SCHED);
static_assert(static_cast<int>(runtime::LockId::kAllTasks) == PROCTOR_LOCK_ALL_TASKS);
static_assert(static_cast<int>(runtime::LockId::kAllP) == PROCTOR_LOCK_ALL_P);
static_assert(static_cast<int>(runtime::LockId::kTimers) == PROCTOR_LOCK_TIMERS);
static_assert(static_cast<int>(runtime::ProcessorStatus::kNone) == PROCTOR_P_NONE);
static_assert(static_cast<int>(runtime::ProcessorStatus::kIdle) == PROCTOR_P_IDLE);
static_assert(static_cast<int>(runtime::ProcessorStatus::kRunning) == PROCTOR_P_RUNNING);
static_assert(static_cast<int>(runtime::ProcessorStatus::kSyscall) == PROCTOR_P_SYSCALL);
static_assert(static_cast<int>(runtime::ProcessorStatus::kStopped) == PROCTOR_P_STOPPED);
static_assert(static_cast<int>(runtime::ProcessorStatus::kDead) == PROCTOR_P_DEAD);

void RunReference(const proctor_host* host, void*) {
  PortedHost ported(host);
  runtime::Monitor(ported, FromPort(*host->constants)).Run();
}

}  // namespace

const proctor_implementation& ReferenceImplementation() {
  static const proctor_implementation implementation = {PROCTOR_PORT, "reference", "1",
                                                        RunReference, nullptr};
  return implementation;
}

runtime::Constants FromPort(const proctor_constants& constants) {
  return {.shallow_min_ns = constants.shallow_min_ns,
          .shallow_max_ns = constants.shallow_max_ns,
          .flat_cycles = constants.flat_cycles,
          .poll_stale_ns = constants.poll_stale_ns,
          .slice_ns = constants.slice_ns,
          .syscall_cap_ns = constants.syscall_cap_ns,
          .forcegc_period_ns = constants.forcegc_period_ns,
          .relax_min_ns = constants.relax_min_ns,
          .trace_interval_ns = constants.trace_interval_ns,
          .adjust_waiters = constants.adjust_waiters != 0,
          .refresh_procs_ns = constants.refresh_procs_ns,
          .take_by_task_lock = constants.take_by_task_lock != 0,
          .rescue_timers = constants.rescue_timers != 0};
}

int64_t PortedHost::NowNs() { return host_.now_ns(host_.self); }
bool PortedHost::Sleep(int64_t duration_ns) { return host_.sleep_ns(host_.self, duration_ns) == 0; }
void PortedHost::RelaxClock(bool relaxed) { host_.relax_clock(host_.self, relaxed); }
void PortedHost::Lock(runtime::LockId lock) { host_.lock(host_.self, static_cast<int32_t>(lock)); }
void PortedHost::Unlock(runtime::LockId lock) {
  host_.unlock(host_.self, static_cast<int32_t>(lock));
}
bool PortedHost::SleepOnNote(int64_t timeout_ns) {
  return host_.sleep_on_note(host_.self, timeout_ns) != 0;
}
void PortedHost::ClearNote() { host_.clear_note(host_.self); }
void PortedHost::SetMonitorWaits(bool waits) { host_.set_monitor_waits(host_.self, waits); }
bool PortedHost::StopPending() { return host_.stop_pending(host_.self) != 0; }
int32_t PortedHost::IdleProcessors() { return host_.idle_processors(host_.self); }
int32_t PortedHost::Processors() { return host_.processors(host_.self); }
int32_t PortedHost::SpinningThreads() { return host_.spinning_threads(host_.self); }
int64_t PortedHost::EarliestTimerNs() { return host_.earliest_timer_ns(host_.self); }
void PortedHost::AddSystemThread() { host_.add_system_thread(host_.self); }
void PortedHost::CheckDeadlock() { host_.check_deadlock(host_.self); }
void PortedHost::AddIdleLocked(int32_t delta) { host_.add_idle_locked(host_.self, delta); }
bool PortedHost::PollerReady() { return host_.poller_ready(host_.self) != 0; }
int64_t PortedHost::LastPollNs() { return host_.last_poll_ns(host_.self); }
bool PortedHost::SwapLastPoll(int64_t expected_ns, int64_t new_ns) {
  return host_.swap_last_poll(host_.self, expected_ns, new_ns) != 0;
}
runtime::ReadyList PortedHost::Poll(int64_t timeout_ns) {
  proctor_ready_list ready = {};
  host_.poll(host_.self, timeout_ns, &ready);
  return {.tasks = ready.tasks, .count = ready.count, .waiters_delta = ready.waiters_delta};
}
void PortedHost::Inject(const runtime::ReadyList& list) {
  const proctor_ready_list ready = {list.tasks, list.count, list.waiters_delta};
  host_.inject(host_.self, &ready);
}
void PortedHost::AdjustWaiters(int32_t delta) { host_.adjust_waiters(host_.self, delta); }
int32_t PortedHost::ProcessorCount() { return host_.processor_count(host_.self); }
runtime::ProcessorStatus PortedHost::StatusOf(int32_t processor) {
  return static_cast<runtime::ProcessorStatus>(host_.status_of(host_.self, processor));
}
uint32_t PortedHost::ScheduleTickOf(int32_t processor) {
  return host_.schedule_tick_of(host_.self, processor);
}
uint32_t PortedHost::SyscallTickOf(int32_t processor) {
  return host_.syscall_tick_of(host_.self, processor);
}
bool PortedHost::HasLocalWork(int32_t processor) {
  return host_.has_local_work(host_.self, processor) != 0;
}
void PortedHost::RequestPreemption(int32_t processor) {
  host_.request_preemption(host_.self, processor);
}
bool PortedHost::SwapSyscallToIdle(int32_t processor) {
  return host_.swap_syscall_to_idle(host_.self, processor) != 0;
}
bool PortedHost::LockTaskInSyscall(int32_t processor) {
  return host_.lock_task_in_syscall(host_.self, processor) != 0;
}
void PortedHost::TakeFromLockedTask(int32_t processor) {
  host_.take_from_locked_task(host_.self, processor);
}
void PortedHost::UnlockTask(int32_t processor) { host_.unlock_task(host_.self, processor); }
void PortedHost::BumpSyscallTick(int32_t processor) {
  host_.bump_syscall_tick(host_.self, processor);
}
void PortedHost::HandOff(int32_t processor) { host_.hand_off(host_.self, processor); }
runtime::CollectorState PortedHost::Collector() {
  proctor_collector state = {};
  host_.collector(host_.self, &state);
  return {.enabled = state.enabled != 0,
          .dying = state.dying != 0,
          .collecting = state.collecting != 0,
          .percent = state.percent,
          .last_end_ns = state.last_end_ns};
}
bool PortedHost::HelperIdle() { return host_.helper_idle(host_.self) != 0; }
void PortedHost::ClearHelperIdle() { host_.clear_helper_idle(host_.self); }
void PortedHost::InjectHelper() { host_.inject_helper(host_.self); }
bool PortedHost::ScavengerAskedFor() { return host_.scavenger_asked_for(host_.self) != 0; }
void PortedHost::WakeScavenger() { host_.wake_scavenger(host_.self); }
void PortedHost::PrintTrace(int64_t now_ns) { host_.print_trace(host_.self, now_ns); }
void PortedHost::CallYieldHook() { host_.call_yield_hook(host_.self); }
void PortedHost::StartThread() { host_.start_thread(host_.self); }
void PortedHost::RefreshProcessors() { host_.refresh_processors(host_.self); }

}  // namespace proctor
