// Mutants that do what no clause asks for at that moment: each effect belongs to one clause, which
// says when it is due and when it is allowed.

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/noting_monitor.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::Constants;
using runtime::Host;
using runtime::LockId;
using runtime::Monitor;
using runtime::ProcessorStatus;
using enum ClauseId;

// Without a look at the length of the list, so that this is no scan.
void RequestEverywhere(Host& host) {
  for (int32_t processor = 0; processor < host.Processors(); ++processor) {
    if (host.StatusOf(processor) == ProcessorStatus::kRunning) host.RequestPreemption(processor);
  }
}

struct PreemptsAllBeforeScan : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    RequestEverywhere(host_);
    return Monitor::Retake(now_ns);
  }
};

struct PreemptsAllAfterScan : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    const int32_t taken = Monitor::Retake(now_ns);
    RequestEverywhere(host_);
    return taken;
  }
};

struct PreemptsAllBeforeDuties : Monitor {
  using Monitor::Monitor;
  void DoDuties() override {
    RequestEverywhere(host_);
    Monitor::DoDuties();
  }
};

// In good order, as TakeBySwap does.
struct TakesAllAfterScan : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    int32_t taken = Monitor::Retake(now_ns);
    for (int32_t processor = 0; processor < host_.Processors(); ++processor) {
      if (host_.StatusOf(processor) != ProcessorStatus::kSyscall) continue;
      if (TakeBySwap(processor)) ++taken;
    }
    return taken;
  }
};

struct StartsThreads : Monitor {
  using Monitor::Monitor;
  void RescueTimers(int64_t) override { host_.StartThread(); }
};

struct RelaxesShallowSleep : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t duration_ns) override {
    host_.RelaxClock(true);
    const bool goes_on = host_.Sleep(duration_ns);
    host_.RelaxClock(false);
    return goes_on;
  }
};

struct RescuesTwice : Monitor {
  using Monitor::Monitor;
  void RescueTimers(int64_t now_ns) override {
    Monitor::RescueTimers(now_ns);
    Monitor::RescueTimers(now_ns);
  }
};

struct RescuesAnyTimer : Monitor {
  using Monitor::Monitor;
  void RescueTimers(int64_t) override {
    if (host_.EarliestTimerNs() < INT64_MAX) host_.StartThread();
  }
};

struct WakesScavengerTwice : Monitor {
  using Monitor::Monitor;
  void KickScavenger() override {
    if (!host_.ScavengerAskedFor()) return;
    host_.WakeScavenger();
    host_.WakeScavenger();
  }
};

struct BumpsTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void BumpSyscallTick(int32_t processor) override {
    host_.BumpSyscallTick(processor);
    host_.BumpSyscallTick(processor);
  }
};

struct SwapsAgain : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SwapSyscallToIdle(int32_t processor) override {
    return host_.SwapSyscallToIdle(processor) || host_.SwapSyscallToIdle(processor);
  }
};

struct SwapsRunning : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    int32_t taken = Monitor::Retake(now_ns);
    for (int32_t processor = 0; processor < host_.Processors(); ++processor) {
      if (host_.StatusOf(processor) != ProcessorStatus::kRunning) continue;
      if (TakeBySwap(processor)) ++taken;
    }
    return taken;
  }
};

struct HookTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void CallYieldHook() override {
    host_.CallYieldHook();
    host_.CallYieldHook();
  }
};

struct HookBeforeLock : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    if (lock == LockId::kMonitor) host_.CallYieldHook();
    host_.Lock(lock);
  }
  void CallYieldHook() override {}
};

struct DropsAllPForRequest : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RequestPreemption(int32_t processor) override {
    host_.Unlock(LockId::kAllP);
    host_.RequestPreemption(processor);
    host_.Lock(LockId::kAllP);
  }
};

struct ClearsNoteBeforeSleep : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SleepOnNote(int64_t timeout_ns) override {
    host_.ClearNote();
    return host_.SleepOnNote(timeout_ns);
  }
};

struct ChecksTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void CheckDeadlock() override {
    host_.CheckDeadlock();
    host_.CheckDeadlock();
  }
};

struct StartsAfterInjection : Monitor {
  using Monitor::Monitor;
  void InjectReady(const runtime::ReadyList& ready) override {
    Monitor::InjectReady(ready);
    host_.StartThread();
  }
};

struct StartsAfterTake : Monitor {
  using Monitor::Monitor;
  bool TakeBySwap(int32_t processor) override {
    const bool won = Monitor::TakeBySwap(processor);
    if (won) host_.StartThread();
    return won;
  }
};

struct TakesWhenExpired : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) override {
    return Monitor::LeaveInSyscall(processor, expired, now_ns) && !expired;
  }
};

// Collections that were on once stay on.
struct PercentOnKept : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  runtime::CollectorState Collector() override {
    runtime::CollectorState state = host_.Collector();
    on = on || state.percent >= 0;
    if (on && state.percent < 0) state.percent = 0;
    return state;
  }
  bool on = false;
};

struct LocksTaskTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void UnlockTask(int32_t processor) override {
    host_.UnlockTask(processor);
    if (host_.LockTaskInSyscall(processor)) host_.UnlockTask(processor);
  }
};

constexpr MonitorMutant kMutants[] = {
    {.name = "locks_task_twice",
     .clause = kVER_3,
     .text = "a task is locked once more after the decision about its P",
     .profile = kGo1_26,
     .run = RunBehind<LocksTaskTwice>},
    {.name = "starts_thread_after_injection",
     .clause = kCYC_6,
     .text = "a thread more is asked for after an injection, be a P idle or not",
     .run = Run<StartsAfterInjection>},
    {.name = "starts_thread_after_take",
     .clause = kCYC_6,
     .text = "a thread more is asked for when a P has been taken, be a P idle or not",
     .run = Run<StartsAfterTake>},
    {.name = "takes_when_expired",
     .clause = kSYS_2,
     .text = "a P in a system call is taken as soon as its slice is over",
     .run = Run<TakesWhenExpired>},
    {.name = "percent_on_kept",
     .clause = kGC_3,
     .text = "collections are forced though they have been turned off",
     .run = RunBehind<PercentOnKept>},
    {.name = "checks_twice",
     .clause = kID_3,
     .text = "it checks for a deadlock twice at its start",
     .run = RunBehind<ChecksTwice>},
    {.name = "preempts_all_before_scan",
     .clause = kSLICE_3,
     .text = "every running P is asked to yield in each cycle, before the scan",
     .run = Run<PreemptsAllBeforeScan>},
    {.name = "preempts_all_after_scan",
     .clause = kSLICE_3,
     .text = "every running P is asked to yield in each cycle, after the scan",
     .run = Run<PreemptsAllAfterScan>},
    {.name = "preempts_all_before_duties",
     .clause = kSLICE_3,
     .text = "every running P is asked to yield in each cycle, before the monitor lock is taken",
     .run = Run<PreemptsAllBeforeDuties>},
    {.name = "takes_all_after_scan",
     .clause = kSYS_1,
     .text = "every P in a system call is taken after the scan, in good order",
     .run = Run<TakesAllAfterScan>},
    {.name = "starts_threads",
     .clause = kCYC_6,
     .text = "a thread is started in each cycle",
     .run = Run<StartsThreads>},
    {.name = "relaxes_shallow_sleep",
     .clause = kDEEP_5,
     .text = "the clock is relaxed around shallow sleeps, too",
     .run = RunBehind<RelaxesShallowSleep>},
    {.name = "rescue_in_wrong_profile",
     .clause = kCYC_6,
     .text = "an overdue timer gets a thread in a profile that has no such rescue",
     .run = RunWith<[](Constants& c) { c.rescue_timers = true; }>},
    {.name = "rescues_twice",
     .clause = kVER_1,
     .text = "an overdue timer gets two threads",
     .profile = kNetbsd,
     .run = Run<RescuesTwice>},
    {.name = "rescues_any_timer",
     .clause = kVER_1,
     .text = "a timer that is not overdue gets a thread, too",
     .profile = kNetbsd,
     .run = Run<RescuesAnyTimer>},
    {.name = "wakes_scavenger_twice",
     .clause = kSCAV_1,
     .text = "the scavenger is woken twice for one request",
     .run = Run<WakesScavengerTwice>},
    {.name = "bumps_tick_twice",
     .clause = kSYS_6,
     .text = "the tick of a taken P moves by two",
     .run = RunBehind<BumpsTwice>},
    {.name = "lost_swap_tried_again",
     .clause = kSYS_6,
     .text = "a lost swap of a P's status is tried again",
     .run = RunBehind<SwapsAgain>},
    {.name = "swaps_running",
     .clause = kSYS_6,
     .text = "the swap is tried on running P, too",
     .run = Run<SwapsRunning>},
    {.name = "hook_twice",
     .clause = kCYC_5,
     .text = "the yield hook is called twice in a cycle",
     .run = RunBehind<HookTwice>},
    {.name = "hook_before_lock",
     .clause = kCYC_5,
     .text = "the yield hook is called before the monitor lock is taken",
     .run = RunBehind<HookBeforeLock>},
    {.name = "drops_all_p_for_request",
     .clause = kCYC_4,
     .text = "the all-P lock is dropped for a preemption request and taken again",
     .run = RunBehind<DropsAllPForRequest>},
    {.name = "note_cleared_before_sleep",
     .clause = kDEEP_6,
     .text = "the note is cleared after the flag is published and before the sleep",
     .run = RunBehind<ClearsNoteBeforeSleep>},
};

}  // namespace

std::span<const MonitorMutant> Unasked() { return kMutants; }

}  // namespace proctor::mutants
