#include "runtime/sysmon/sysmon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace proctor::runtime {
namespace {

constexpr int64_t kUs = 1000;
constexpr int64_t kMs = 1000 * kUs;
constexpr int64_t kNoTimer = INT64_MAX;

struct FakeProcessor {
  ProcessorStatus status = ProcessorStatus::kRunning;
  uint32_t schedule_tick = 0;
  uint32_t syscall_tick = 0;
  bool local_work = false;
  bool locked = false;
};

// A scheduler that does nothing by itself. It notes what the monitor does, and ends after N
// sleeps.
class FakeHost final : public Host {
 public:
  int sleeps_left = 1;
  int64_t now_ns = 1'000 * kMs;
  bool stop_pending = false;
  int32_t idle = 0;
  int32_t spinning = 0;
  int64_t timer_ns = kNoTimer;
  bool note_woken = false;
  int64_t last_poll_ns = 0;
  ReadyList ready;
  CollectorState collector;
  bool helper_idle = false;
  bool scavenger_asked_for = false;
  std::vector<FakeProcessor> processors = std::vector<FakeProcessor>(1);
  bool swap_wins = true;
  std::function<void(int)> before_sleep = [](int) {};

  std::vector<int64_t> shallow_us;
  std::vector<int64_t> deep_ns;
  std::vector<std::string> log;
  std::set<LockId> held;
  bool monitor_waits = false;

  int Count(const std::string& what) const {
    return static_cast<int>(std::count(log.begin(), log.end(), what));
  }

  int64_t NowNs() override { return now_ns; }
  bool Sleep(int64_t duration_ns) override {
    EXPECT_TRUE(held.empty());
    if (sleeps_left-- == 0) return false;
    before_sleep(static_cast<int>(shallow_us.size()));
    shallow_us.push_back(duration_ns / kUs);
    now_ns += duration_ns;
    return true;
  }
  void RelaxClock(bool relaxed) override { log.push_back(relaxed ? "relax" : "unrelax"); }
  void Lock(LockId lock) override {
    EXPECT_TRUE(held.empty() || *held.rbegin() < lock) << "lock order";
    held.insert(lock);
  }
  void Unlock(LockId lock) override { EXPECT_EQ(held.erase(lock), 1u); }
  bool SleepOnNote(int64_t timeout_ns) override {
    EXPECT_TRUE(held.empty());
    EXPECT_TRUE(monitor_waits);
    deep_ns.push_back(timeout_ns);
    log.push_back("deep");
    now_ns += timeout_ns;
    return note_woken;
  }
  void ClearNote() override {
    EXPECT_TRUE(held.contains(LockId::kSched));
    note_woken = false;
  }
  void SetMonitorWaits(bool waits) override {
    EXPECT_TRUE(held.contains(LockId::kSched));
    monitor_waits = waits;
  }
  bool StopPending() override { return stop_pending; }
  int32_t IdleProcessors() override { return idle; }
  int32_t Processors() override { return static_cast<int32_t>(processors.size()); }
  int32_t SpinningThreads() override { return spinning; }
  int64_t EarliestTimerNs() override { return timer_ns; }
  void AddSystemThread() override { log.push_back("system_thread"); }
  void CheckDeadlock() override { log.push_back("check_deadlock"); }
  void AddIdleLocked(int32_t delta) override {
    EXPECT_FALSE(held.contains(LockId::kAllP));
    log.push_back(delta < 0 ? "idle_locked-" : "idle_locked+");
  }
  bool PollerReady() override { return true; }
  int64_t LastPollNs() override { return last_poll_ns; }
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) override {
    EXPECT_EQ(expected_ns, last_poll_ns);
    last_poll_ns = new_ns;
    return true;
  }
  ReadyList Poll(int64_t timeout_ns) override {
    EXPECT_EQ(timeout_ns, 0);
    log.push_back("poll");
    return ready;
  }
  void Inject(const ReadyList&) override { log.push_back("inject"); }
  void AdjustWaiters(int32_t) override { log.push_back("adjust"); }
  int32_t ProcessorCount() override { return static_cast<int32_t>(processors.size()); }
  ProcessorStatus StatusOf(int32_t p) override { return processors[p].status; }
  uint32_t ScheduleTickOf(int32_t p) override { return processors[p].schedule_tick; }
  uint32_t SyscallTickOf(int32_t p) override { return processors[p].syscall_tick; }
  bool HasLocalWork(int32_t p) override { return processors[p].local_work; }
  void RequestPreemption(int32_t p) override { log.push_back("preempt" + std::to_string(p)); }
  bool SwapSyscallToIdle(int32_t p) override {
    if (swap_wins) processors[p].status = ProcessorStatus::kIdle;
    return swap_wins;
  }
  bool LockTaskInSyscall(int32_t p) override {
    processors[p].locked = true;
    return true;
  }
  void TakeFromLockedTask(int32_t p) override {
    EXPECT_TRUE(processors[p].locked);
    processors[p].status = ProcessorStatus::kIdle;
  }
  void UnlockTask(int32_t p) override {
    EXPECT_TRUE(processors[p].locked);
    processors[p].locked = false;
  }
  void BumpSyscallTick(int32_t p) override { ++processors[p].syscall_tick; }
  void HandOff(int32_t p) override {
    EXPECT_FALSE(processors[p].locked);
    log.push_back("hand_off" + std::to_string(p));
  }
  CollectorState Collector() override { return collector; }
  bool HelperIdle() override { return helper_idle; }
  void ClearHelperIdle() override {
    EXPECT_TRUE(held.contains(LockId::kForcedGc));
    helper_idle = false;
  }
  void InjectHelper() override { log.push_back("helper"); }
  bool ScavengerAskedFor() override { return scavenger_asked_for; }
  void WakeScavenger() override { log.push_back("scavenger"); }
  void PrintTrace(int64_t) override { log.push_back("trace"); }
  void CallYieldHook() override {}
  void StartThread() override { log.push_back("start_thread"); }
  void RefreshProcessors() override { log.push_back("refresh"); }
};

std::vector<int64_t> Times(int n, int64_t us) { return std::vector<int64_t>(n, us); }

void Append(std::vector<int64_t>& to, const std::vector<int64_t>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

TEST(Sysmon, BacksOffFromAFreshStart) {
  FakeHost host;
  host.sleeps_left = 51 + 8 + 5;
  Monitor(host, {}).Run();
  std::vector<int64_t> expected = Times(51, 20);
  Append(expected, {40, 80, 160, 320, 640, 1280, 2560, 5120});
  Append(expected, Times(5, 10000));
  EXPECT_EQ(host.shallow_us, expected);
}

TEST(Sysmon, EnlistsAsASystemThreadAndLooksForADeadlock) {
  FakeHost host;
  host.sleeps_left = 0;
  Monitor(host, {}).Run();
  EXPECT_EQ(host.log, (std::vector<std::string>{"system_thread", "check_deadlock"}));
}

TEST(Sysmon, StartsAgainAfterTakingAProcessor) {
  FakeHost host;
  host.sleeps_left = 60 + 52;
  host.before_sleep = [&](int n) {
    if (n != 59) return;
    host.processors[0] = {
        .status = ProcessorStatus::kSyscall, .schedule_tick = 1, .local_work = true};
  };
  Monitor(host, {}).Run();
  EXPECT_EQ(host.Count("hand_off0"), 1);
  // Seen in cycle 59, taken in the next, and then 51 short sleeps.
  EXPECT_EQ(std::vector(host.shallow_us.begin() + 61, host.shallow_us.end()), Times(51, 20));
}

TEST(Sysmon, SleepsDeepWhenAllIsIdle) {
  FakeHost host;
  host.idle = 1;
  Monitor(host, {}).Run();
  EXPECT_EQ(host.deep_ns, (std::vector<int64_t>{60'000 * kMs}));
  EXPECT_FALSE(host.monitor_waits);
}

TEST(Sysmon, SleepsDeepUntilTheNextTimerOnly) {
  FakeHost host;
  host.idle = 1;
  host.timer_ns = host.now_ns + 20 * kUs + 5;  // the shallow sleep comes first
  Monitor(host, {}).Run();
  EXPECT_EQ(host.deep_ns, (std::vector<int64_t>{5}));
}

TEST(Sysmon, DoesNotSleepDeepWithAnOverdueTimerOrTheTraceOn) {
  FakeHost overdue;
  overdue.idle = 1;
  overdue.timer_ns = overdue.now_ns + 20 * kUs;
  Monitor(overdue, {}).Run();
  EXPECT_TRUE(overdue.deep_ns.empty());

  FakeHost traced;
  traced.idle = 1;
  Monitor(traced, {.trace_interval_ns = kMs}).Run();
  EXPECT_TRUE(traced.deep_ns.empty());
  EXPECT_EQ(traced.Count("trace"), 1);
}

TEST(Sysmon, AWakeUpResetsTheCadenceAndATimeoutDoesNot) {
  FakeHost woken;
  woken.sleeps_left = 55 + 51;
  woken.before_sleep = [&](int n) {
    woken.idle = n == 54 ? 1 : 0;
    woken.note_woken = n == 54;
  };
  Monitor(woken, {}).Run();
  ASSERT_EQ(woken.deep_ns.size(), 1u);
  std::vector<int64_t> expected = Times(50, 20);  // the cycle that was woken counts as the first
  expected.push_back(40);
  EXPECT_EQ(std::vector(woken.shallow_us.begin() + 55, woken.shallow_us.end()), expected);

  FakeHost timed_out;
  timed_out.sleeps_left = 53;
  timed_out.before_sleep = [&](int n) { timed_out.idle = n == 51 ? 1 : 0; };
  Monitor(timed_out, {}).Run();
  ASSERT_EQ(timed_out.deep_ns.size(), 1u);
  EXPECT_EQ(timed_out.shallow_us.back(), 80);
}

TEST(Sysmon, RelaxesTheClockAroundLongSleepsOnly) {
  for (const int64_t timer_after_us : {60'000, 59'999}) {
    FakeHost host;
    host.idle = 1;
    host.timer_ns = host.now_ns + 20 * kUs + timer_after_us * kUs;
    Monitor(host, {.relax_min_ns = 60 * kMs}).Run();
    EXPECT_EQ(host.Count("relax"), timer_after_us == 60'000 ? 1 : 0);
    EXPECT_EQ(host.Count("unrelax"), host.Count("relax"));
  }
}

TEST(Sysmon, PollsWhenNobodyHasForLong) {
  FakeHost host;
  host.last_poll_ns =
      host.now_ns + 20 * kUs - 10 * kMs;  // exactly stale in the first cycle: not yet
  host.sleeps_left = 2;
  host.ready.count = 1;
  Monitor(host, {.adjust_waiters = true}).Run();
  const std::vector<std::string> expected = {"system_thread", "check_deadlock", "poll",
                                             "idle_locked-",  "inject",         "idle_locked+",
                                             "adjust"};
  EXPECT_EQ(host.log, expected);
}

TEST(Sysmon, DoesNotPollWhileAThreadBlocksInThePoller) {
  FakeHost host;
  host.last_poll_ns = 0;
  Monitor(host, {}).Run();
  EXPECT_EQ(host.Count("poll"), 0);
}

TEST(Sysmon, AsksForPreemptionOnceTheSliceIsOver) {
  FakeHost host;
  host.sleeps_left = 59 + 4;
  host.before_sleep = [&](int n) {
    if (n == 59) host.processors[0].schedule_tick = 9;  // sleeps of 10 ms from here on
  };
  Monitor(host, {}).Run();
  // Seen in cycle 59 and due in each of the three cycles after it; the first tick was due once, at
  // 10 ms.
  EXPECT_EQ(host.Count("preempt0"), 4);
}

TEST(Sysmon, AFirstSightingIsNewWhateverTheTick) {
  FakeHost host;
  host.processors[0].schedule_tick = 0;
  Monitor(host, {}).Run();
  EXPECT_EQ(host.Count("preempt0"), 0);
}

TEST(Sysmon, LeavesACallAloneThatNobodyWaitsBehind) {
  FakeHost host;
  host.processors = {{.status = ProcessorStatus::kSyscall}, {.status = ProcessorStatus::kIdle}};
  host.idle = 1;
  host.sleeps_left = 58;  // 6.1 ms in all
  Monitor(host, {}).Run();
  EXPECT_EQ(host.Count("hand_off0"), 0);
  host.sleeps_left = 2;
  host.shallow_us.clear();
  Monitor again(host, {.syscall_cap_ns = 20 * kUs});
  again.Run();
  EXPECT_EQ(host.Count("hand_off0"), 1) << "but not for ever";
}

TEST(Sysmon, ALostSwapChangesNothing) {
  FakeHost host;
  host.processors[0] = {.status = ProcessorStatus::kSyscall, .syscall_tick = 3};
  host.swap_wins = false;
  host.sleeps_left = 2;
  Monitor(host, {}).Run();
  EXPECT_EQ(host.Count("hand_off0"), 0);
  EXPECT_EQ(host.processors[0].syscall_tick, 3u);
  EXPECT_EQ(host.Count("idle_locked-"), 1);
  EXPECT_EQ(host.Count("idle_locked+"), 1);
}

TEST(Sysmon, TakesByTheTasksLockSince1_26) {
  FakeHost host;
  host.processors[0] = {.status = ProcessorStatus::kRunning, .syscall_tick = 3};
  host.sleeps_left = 2;
  Monitor(host, {.take_by_task_lock = true}).Run();
  EXPECT_EQ(host.Count("hand_off0"), 1);
  EXPECT_EQ(host.processors[0].syscall_tick, 4u);
  EXPECT_EQ(host.Count("idle_locked-"), 2) << "in every cycle that finds it running";
  EXPECT_FALSE(host.processors[0].locked);
}

TEST(Sysmon, ForcesACollectionAfterThePeriod) {
  FakeHost host;
  host.helper_idle = true;
  host.collector = {
      .enabled = true, .percent = 100, .last_end_ns = host.now_ns - 120'000 * kMs + 20 * kUs};
  host.sleeps_left = 3;
  Monitor(host, {}).Run();
  // Exactly the period in the first cycle, more in the second, no longer idle in the third.
  EXPECT_EQ(host.Count("helper"), 1);
}

TEST(Sysmon, ForcesNoCollectionThatIsNotAllowed) {
  const auto forced = [](const CollectorState& state) {
    FakeHost host;
    host.helper_idle = true;
    host.now_ns = 1'000'000 * kMs;
    host.collector = state;
    Monitor(host, {}).Run();
    return host.Count("helper") == 1;
  };
  const CollectorState due = {.enabled = true, .percent = 0, .last_end_ns = 1};
  EXPECT_TRUE(forced(due));
  CollectorState state = due;
  state.enabled = false;
  EXPECT_FALSE(forced(state));
  state = due;
  state.dying = true;
  EXPECT_FALSE(forced(state));
  state = due;
  state.collecting = true;
  EXPECT_FALSE(forced(state));
  state = due;
  state.percent = -1;
  EXPECT_FALSE(forced(state));
  state = due;
  state.last_end_ns = 0;
  EXPECT_FALSE(forced(state)) << "there was none yet";
}

TEST(Sysmon, RescuesTimersAndRefreshesProcessorsWhereAsked) {
  FakeHost host;
  host.timer_ns = host.now_ns;
  host.scavenger_asked_for = true;
  host.sleeps_left = 2;
  Monitor(host, {.refresh_procs_ns = 1'000 * kMs, .rescue_timers = true}).Run();
  EXPECT_EQ(host.Count("start_thread"), 2);
  EXPECT_EQ(host.Count("refresh"), 1);
  EXPECT_EQ(host.Count("scavenger"), 2);
}

}  // namespace
}  // namespace proctor::runtime
