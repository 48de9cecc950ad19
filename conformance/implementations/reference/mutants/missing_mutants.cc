// Mutants that leave out what is due: a duty that never comes or comes seldom, a term of a rule, a
// step in its place.

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/noting_monitor.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::CollectorState;
using runtime::Constants;
using runtime::LockId;
using runtime::Monitor;
using runtime::ProcessorStatus;
using enum ClauseId;

struct HookNever : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void CallYieldHook() override {}
};

struct HookEveryOther : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void CallYieldHook() override {
    if (turn = !turn; turn) host_.CallYieldHook();
  }
  bool turn = false;
};

struct NeverRefreshes : Monitor {
  using Monitor::Monitor;
  void RefreshProcessors(int64_t) override {}
};

struct NoScanAfterDeepSleep : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  int32_t Retake(int64_t now_ns) override {
    return note_.slept_deep ? 0 : NotingMonitor::Retake(now_ns);
  }
};

struct NoScanAfterPoll : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  int32_t Retake(int64_t now_ns) override {
    return note_.polled ? 0 : NotingMonitor::Retake(now_ns);
  }
};

struct NoScanAtCap : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    return delay_ns_ == constants_.shallow_max_ns ? 0 : Monitor::Retake(now_ns);
  }
};

struct NoScanDuringStop : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    return host_.StopPending() ? 0 : Monitor::Retake(now_ns);
  }
};

struct ScansEveryOther : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    turn_ = !turn_;
    return turn_ ? Monitor::Retake(now_ns) : 0;
  }
  bool turn_ = false;
};

struct NeverDeepAgain : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  bool NothingToWatch() override {
    constexpr int64_t kCyclesMost = 8'000;
    return note_.cycles <= kCyclesMost && NotingMonitor::NothingToWatch();
  }
};

struct LoopEnds : NotingHost {
  using NotingHost::NotingHost;
  bool Sleep(int64_t duration_ns) override {
    constexpr int64_t kCyclesMost = 20'000;
    return cycles < kCyclesMost && NotingHost::Sleep(duration_ns);
  }
};

struct TaskLockWinnerDoesNotBump : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void BumpSyscallTick(int32_t) override {}
};

struct SpinningNotCounted : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int32_t SpinningThreads() override {
    host_.SpinningThreads();
    return 0;
  }
};

// Takes it for granted that somebody looks for work or could.
struct CountsUnread : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) override {
    Sighting& seen = StampOf(processor).syscall;
    const uint32_t tick = host_.SyscallTickOf(processor);
    if (!expired && !seen.Is(tick)) {
      seen = {.tick = tick, .since_ns = now_ns};
      return true;
    }
    return !host_.HasLocalWork(processor) && seen.since_ns + constants_.syscall_cap_ns > now_ns;
  }
};

struct NoForceAfterTake : Monitor {
  using Monitor::Monitor;
  void CountIdle(int32_t taken) override {
    taken_ = taken;
    Monitor::CountIdle(taken);
  }
  void ForceCollection(int64_t now_ns) override {
    if (taken_ == 0) Monitor::ForceCollection(now_ns);
  }
  int32_t taken_ = 0;
};

struct CountsLastOnly : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    int32_t taken = 0;
    host_.Lock(LockId::kAllP);
    for (int32_t processor = 0; processor < host_.ProcessorCount(); ++processor) {
      taken = RetakeBySwap(processor, host_.StatusOf(processor), now_ns) ? 1 : 0;
    }
    host_.Unlock(LockId::kAllP);
    return taken;
  }
};

struct StopsAtEmptyPlace : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    int32_t taken = 0;
    host_.Lock(LockId::kAllP);
    for (int32_t processor = 0; processor < host_.ProcessorCount(); ++processor) {
      const ProcessorStatus status = host_.StatusOf(processor);
      if (status == ProcessorStatus::kNone) break;
      taken += RetakeBySwap(processor, status, now_ns) ? 1 : 0;
    }
    host_.Unlock(LockId::kAllP);
    return taken;
  }
};

struct StampsDead : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    int32_t taken = 0;
    host_.Lock(LockId::kAllP);
    for (int32_t processor = 0; processor < host_.ProcessorCount(); ++processor) {
      const ProcessorStatus status = host_.StatusOf(processor);
      if (status == ProcessorStatus::kDead || status == ProcessorStatus::kStopped) {
        PreemptIfExpired(processor, now_ns);
      } else {
        taken += RetakeBySwap(processor, status, now_ns) ? 1 : 0;
      }
    }
    host_.Unlock(LockId::kAllP);
    return taken;
  }
};

struct ChecksBeforeCounting : Monitor {
  using Monitor::Monitor;
  void Enlist() override {
    host_.Lock(LockId::kSched);
    host_.CheckDeadlock();
    host_.AddSystemThread();
    host_.Unlock(LockId::kSched);
  }
};

struct CountsUnlocked : Monitor {
  using Monitor::Monitor;
  void Enlist() override {
    host_.AddSystemThread();
    host_.Lock(LockId::kSched);
    host_.CheckDeadlock();
    host_.Unlock(LockId::kSched);
  }
};

struct CountsItselfTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void AddSystemThread() override {
    host_.AddSystemThread();
    host_.AddSystemThread();
  }
};

struct BumpsAfterHandOff : Monitor {
  using Monitor::Monitor;
  bool TakeBySwap(int32_t processor) override {
    host_.AddIdleLocked(-1);
    const bool won = host_.SwapSyscallToIdle(processor);
    if (won) {
      host_.HandOff(processor);
      host_.BumpSyscallTick(processor);
    }
    host_.AddIdleLocked(1);
    return won;
  }
};

struct FlagClearedUnlocked : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SleepOnNote(int64_t timeout_ns) override {
    const bool woken = host_.SleepOnNote(timeout_ns);
    host_.SetMonitorWaits(false);
    return woken;
  }
  void SetMonitorWaits(bool waits) override {
    if (waits) host_.SetMonitorWaits(true);
  }
};

struct ForcesBeforeScan : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    Monitor::ForceCollection(now_ns);
    return Monitor::Retake(now_ns);
  }
  void ForceCollection(int64_t) override {}
};

struct ScansUnlocked : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    if (lock != LockId::kAllP) host_.Lock(lock);
  }
  void Unlock(LockId lock) override {
    if (lock != LockId::kAllP) host_.Unlock(lock);
  }
};

struct WaitersWithWrongSign : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void AdjustWaiters(int32_t delta) override { host_.AdjustWaiters(-delta); }
};

// Collections that were off once stay off.
struct PercentOffKept : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  runtime::CollectorState Collector() override {
    runtime::CollectorState state = host_.Collector();
    off = off || state.percent < 0;
    if (off) state.percent = -1;
    return state;
  }
  bool off = false;
};

struct NoForceAfterWakeUp : NotingMonitor {
  using NotingMonitor::NotingMonitor;
  void ForceCollection(int64_t now_ns) override {
    if (!note_.woken) NotingMonitor::ForceCollection(now_ns);
  }
};

constexpr MonitorMutant kMutants[] = {
    {.name = "no_force_after_wake_up",
     .clause = kGC_1,
     .text = "no collection is forced in a cycle that was woken up",
     .run = Run<NoForceAfterWakeUp>},
    {.name = "percent_off_kept",
     .clause = kGC_1,
     .text = "no collection is forced after collections have been turned on",
     .run = RunBehind<PercentOffKept>},
    {.name = "hook_never",
     .clause = kCYC_5,
     .text = "the yield hook is never called",
     .run = RunBehind<HookNever>},
    {.name = "hook_every_other_cycle",
     .clause = kCYC_5,
     .text = "the yield hook is called in every other cycle",
     .run = RunBehind<HookEveryOther>},
    {.name = "never_refreshes",
     .clause = kVER_2,
     .text = "CPU affinity and limits are never read again",
     .profile = kGo1_25,
     .run = Run<NeverRefreshes>},
    {.name = "refreshes_every_cycle",
     .clause = kVER_2,
     .text = "CPU affinity and limits are read in every cycle",
     .profile = kGo1_25,
     .run = RunWith<[](Constants& c) { c.refresh_procs_ns = c.refresh_procs_ns == 0 ? 0 : 1; }>},
    {.name = "no_scan_after_deep_sleep",
     .clause = kCYC_1,
     .text = "a cycle that slept deep scans no P",
     .run = Run<NoScanAfterDeepSleep>},
    {.name = "no_scan_after_poll",
     .clause = kCYC_1,
     .text = "a cycle that polled scans no P",
     .run = Run<NoScanAfterPoll>},
    {.name = "no_scan_at_cap",
     .clause = kCYC_1,
     .text = "no P is scanned while the shallow sleep is at its longest",
     .run = Run<NoScanAtCap>},
    {.name = "no_scan_during_stop",
     .clause = kCYC_1,
     .text = "no P is scanned while the world is being stopped",
     .run = Run<NoScanDuringStop>},
    {.name = "scans_every_other_cycle",
     .clause = kCYC_1,
     .text = "P are scanned in every other cycle",
     .run = Run<ScansEveryOther>},
    {.name = "never_deep_again",
     .clause = kCYC_1,
     .text = "it sleeps deep no longer after 8000 cycles",
     .run = Run<NeverDeepAgain>},
    {.name = "loop_ends",
     .clause = kID_4,
     .text = "the loop ends after 20000 cycles",
     .run = RunBehind<LoopEnds>},
    {.name = "task_lock_winner_bumps_nothing",
     .clause = kVER_3,
     .text = "the tick does not move when a P is taken from a locked task",
     .profile = kGo1_26,
     .run = RunBehind<TaskLockWinnerDoesNotBump>},
    {.name = "spinning_not_counted",
     .clause = kSYS_2,
     .text = "spinning threads do not count as ready to take the work",
     .run = RunBehind<SpinningNotCounted>},
    {.name = "counts_unread",
     .clause = kSYS_2,
     .text = "a P in a system call is left alone without a look at spinning threads and idle P",
     .run = Run<CountsUnread>},
    {.name = "enabled_not_checked",
     .clause = kGC_1,
     .text = "a collection is forced although the collector is not up yet",
     .run = RunBehind<
         CollectorSeen<[](CollectorState& state, const Constants&) { state.enabled = true; }>>},
    {.name = "no_force_after_take",
     .clause = kGC_1,
     .text = "no collection is forced in a cycle that took a P",
     .run = Run<NoForceAfterTake>},
    {.name = "counts_last_only",
     .clause = kSYS_11,
     .text = "the scan's result says whether the last P was taken",
     .run = Run<CountsLastOnly>},
    {.name = "stops_at_empty_place",
     .clause = kSLICE_1,
     .text = "the scan ends at an empty place",
     .profile = kNetbsd,
     .run = Run<StopsAtEmptyPlace>},
    {.name = "stamps_dead",
     .clause = kSYS_10,
     .text = "dead and stopped P are stamped, and asked to yield when the slice is over",
     .run = Run<StampsDead>},
    {.name = "checks_before_counting",
     .clause = kID_3,
     .text = "it runs the deadlock check before it counts itself",
     .run = Run<ChecksBeforeCounting>},
    {.name = "counts_itself_unlocked",
     .clause = kID_3,
     .text = "it counts itself without the sched lock",
     .run = Run<CountsUnlocked>},
    {.name = "counts_itself_twice",
     .clause = kID_3,
     .text = "it counts itself twice",
     .run = RunBehind<CountsItselfTwice>},
    {.name = "bumps_after_hand_off",
     .clause = kSYS_6,
     .text = "the tick moves after the hand-off",
     .run = Run<BumpsAfterHandOff>},
    {.name = "flag_cleared_unlocked",
     .clause = kDEEP_6,
     .text = "the flag is cleared before the sched lock is taken",
     .run = RunBehind<FlagClearedUnlocked>},
    {.name = "forces_before_scan",
     .clause = kCYC_1,
     .text = "a collection is forced before the scan",
     .run = Run<ForcesBeforeScan>},
    {.name = "scans_unlocked",
     .clause = kCYC_4,
     .text = "P are scanned without the all-P lock",
     .run = RunBehind<ScansUnlocked>},
    {.name = "waiters_with_wrong_sign",
     .clause = kPOLL_5,
     .text = "the waiters' count is adjusted with the wrong sign",
     .profile = kGo1_22,
     .run = RunBehind<WaitersWithWrongSign>},
};

}  // namespace

std::span<const MonitorMutant> Missing() { return kMutants; }

}  // namespace proctor::mutants
