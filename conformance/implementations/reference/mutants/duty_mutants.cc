// Mutants of a cycle's order and of the duties other than retake: ID, CYC, POLL, VER-1, SCAV, GC,
// TRC.

#include <algorithm>

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/noting_monitor.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::CollectorState;
using runtime::Constants;
using runtime::LockId;
using runtime::Monitor;
using runtime::ReadyList;
using enum ClauseId;

struct NotASystemThread : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void AddSystemThread() override {}
};

struct NoFirstCheck : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void CheckDeadlock() override {}
};

struct RetakesBeforePolling : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t) override {}
  int32_t Retake(int64_t now_ns) override {
    const int32_t taken = Monitor::Retake(now_ns);
    Monitor::PollNetwork(now_ns);
    return taken;
  }
};

struct TracesBeforeCollecting : Monitor {
  using Monitor::Monitor;
  void ForceCollection(int64_t now_ns) override {
    Monitor::PrintTrace(now_ns);
    Monitor::ForceCollection(now_ns);
  }
  void PrintTrace(int64_t) override {}
};

// The time at which the cycle woke up serves its duties.
struct StaleNow : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    host_.Lock(lock);
    on_duty = on_duty || lock == LockId::kMonitor;
  }
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    on_duty = on_duty && lock != LockId::kMonitor;
  }
  int64_t NowNs() override { return on_duty ? now_ns : now_ns = host_.NowNs(); }
  bool on_duty = false;
  int64_t now_ns = 0;
};

struct ClockReadTwice : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t) override { return Monitor::Retake(host_.NowNs()); }
};

struct DutiesUnlocked : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    if (lock != LockId::kMonitor) host_.Lock(lock);
  }
  void Unlock(LockId lock) override {
    if (lock != LockId::kMonitor) host_.Unlock(lock);
  }
};

struct PollsBesideAnother : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int64_t LastPollNs() override { return std::max<int64_t>(host_.LastPollNs(), 1); }
};

struct PollMayBlock : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  ReadyList Poll(int64_t) override { return host_.Poll(1'000'000); }
};

struct NeverPolls : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t) override {}
};

struct LastPollMovedBack : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) override {
    return host_.SwapLastPoll(expected_ns, new_ns) ||
           host_.SwapLastPoll(host_.LastPollNs(), new_ns);
  }
};

struct LostSwapEndsPoll : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) override {
    return won = host_.SwapLastPoll(expected_ns, new_ns);
  }
  ReadyList Poll(int64_t timeout_ns) override { return won ? host_.Poll(timeout_ns) : ReadyList{}; }
  bool won = false;
};

struct InjectsUnbracketed : Monitor {
  using Monitor::Monitor;
  void InjectReady(const ReadyList& ready) override {
    host_.Inject(ready);
    if (constants_.adjust_waiters) host_.AdjustWaiters(ready.waiters_delta);
  }
};

// Between the poll and the end of its injection.
struct BracketTooShort : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void AddIdleLocked(int32_t delta) override {
    if (delta < 0 || !raised) host_.AddIdleLocked(delta);
    raised = false;
  }
  void Inject(const ReadyList& list) override {
    host_.AddIdleLocked(1);
    raised = true;
    host_.Inject(list);
  }
  bool raised = false;
};

struct AdjustsTooEarly : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Inject(const ReadyList& list) override {
    host_.AdjustWaiters(list.waiters_delta);
    host_.Inject(list);
  }
  void AdjustWaiters(int32_t) override {}
};

struct KicksUnasked : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool ScavengerAskedFor() override {
    host_.ScavengerAskedFor();
    return true;
  }
};

struct ScavengerUnheard : Monitor {
  using Monitor::Monitor;
  void KickScavenger() override {}
};

struct NoKickAfterDeepSleep : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool Sleep(int64_t duration_ns) override {
    slept_deep = false;
    return host_.Sleep(duration_ns);
  }
  bool SleepOnNote(int64_t timeout_ns) override {
    slept_deep = true;
    return host_.SleepOnNote(timeout_ns);
  }
  bool ScavengerAskedFor() override { return !slept_deep && host_.ScavengerAskedFor(); }
  bool slept_deep = false;
};

struct ForcesAtThePeriod : Monitor {
  using Monitor::Monitor;
  bool CollectionIsDue(int64_t now_ns) override { return Monitor::CollectionIsDue(now_ns + 1); }
};

struct HelperFlagLeftUp : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void ClearHelperIdle() override {}
};

struct HelperUnlocked : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    if (lock != LockId::kForcedGc) host_.Lock(lock);
  }
  void Unlock(LockId lock) override {
    if (lock != LockId::kForcedGc) host_.Unlock(lock);
  }
};

struct HelperInTwoHolds : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void ClearHelperIdle() override {
    host_.ClearHelperIdle();
    host_.Unlock(LockId::kForcedGc);
    host_.Lock(LockId::kForcedGc);
  }
};

// Meanwhile a thread may have blocked in the poller: then the last poll reads 0.
struct SwapsFromLaterReading : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) override {
    constexpr int kReadings = 50;
    for (int i = 0; i < kReadings; ++i) {
      if (host_.LastPollNs() == 0) return host_.SwapLastPoll(0, new_ns);
    }
    return host_.SwapLastPoll(expected_ns, new_ns);
  }
};

struct NeverForces : Monitor {
  using Monitor::Monitor;
  bool CollectionIsDue(int64_t now_ns) override {
    Monitor::CollectionIsDue(now_ns);
    return false;
  }
};

struct TraceStartsLate : Monitor {
  using Monitor::Monitor;
  void PrintTrace(int64_t now_ns) override {
    if (next_trace_ns_ == INT64_MIN) next_trace_ns_ = now_ns + constants_.trace_interval_ns;
    Monitor::PrintTrace(now_ns);
  }
};

constexpr MonitorMutant kMutants[] = {
    {.name = "not_a_system_thread",
     .clause = kID_3,
     .text = "it does not count itself as a system thread",
     .run = RunBehind<NotASystemThread>},
    {.name = "no_first_deadlock_check",
     .clause = kID_3,
     .text = "it does not run the deadlock check at its start",
     .run = RunBehind<NoFirstCheck>},
    {.name = "retakes_before_polling",
     .clause = kCYC_1,
     .text = "the network is polled after the retake",
     .run = Run<RetakesBeforePolling>},
    {.name = "traces_before_collecting",
     .clause = kCYC_1,
     .text = "the scheduler trace is printed before the forced collection",
     .run = Run<TracesBeforeCollecting>},
    {.name = "stale_now",
     .clause = kCYC_2,
     .text = "the clock is not read afresh for the duties",
     .run = RunBehind<StaleNow>},
    {.name = "clock_read_twice",
     .clause = kCYC_2,
     .text = "retake reads the clock for itself",
     .run = Run<ClockReadTwice>},
    {.name = "duties_without_lock",
     .clause = kCYC_3,
     .text = "the duties do not take the monitor lock",
     .run = RunBehind<DutiesUnlocked>},
    {.name = "polls_beside_another",
     .clause = kPOLL_1,
     .text = "it polls although a thread is blocked in the poller",
     .run = RunBehind<PollsBesideAnother>},
    {.name = "polls_every_cycle",
     .clause = kPOLL_1,
     .text = "it polls in every cycle",
     .run = RunWith<[](Constants& c) { c.poll_stale_ns = 0; }>},
    {.name = "polls_when_just_stale",
     .clause = kPOLL_1,
     .text = "it polls when the last poll is exactly poll_stale old",
     .run = RunWith<[](Constants& c) { --c.poll_stale_ns; }>},
    {.name = "never_polls",
     .clause = kPOLL_1,
     .text = "it never polls the network",
     .run = Run<NeverPolls>,
     .consequence = kPOLL_7},
    {.name = "poll_may_block",
     .clause = kPOLL_3,
     .text = "its poll waits for up to a millisecond",
     .run = RunBehind<PollMayBlock>},
    {.name = "last_poll_moved_back",
     .clause = kPOLL_2,
     .text = "a lost swap of the last poll's time is tried again",
     .run = RunBehind<LastPollMovedBack>},
    {.name = "lost_swap_ends_poll",
     .clause = kPOLL_2,
     .text = "it does not poll when the swap of the last poll's time is lost",
     .run = RunBehind<LostSwapEndsPoll>},
    {.name = "injects_unbracketed",
     .clause = kPOLL_4,
     .text = "ready tasks are injected without one idle thread less on the books",
     .run = Run<InjectsUnbracketed>},
    {.name = "bracket_too_short",
     .clause = kPOLL_4,
     .text = "the idle thread is back on the books before the injection",
     .run = RunBehind<BracketTooShort>,
     .consequence = kDEAD_5},
    {.name = "adjusts_waiters_too_early",
     .clause = kPOLL_5,
     .text = "the waiters' count is adjusted before the injection",
     .profile = kGo1_22,
     .run = RunBehind<AdjustsTooEarly>},
    {.name = "no_timer_rescue",
     .clause = kVER_1,
     .text = "an overdue timer gets no thread",
     .origin = "golang/go#42515",
     .profile = kNetbsd,
     .run = RunWith<[](Constants& c) { c.rescue_timers = false; }>},
    {.name = "scavenger_kicked_unasked",
     .clause = kSCAV_1,
     .text = "the scavenger is woken whether asked for or not",
     .run = RunBehind<KicksUnasked>},
    {.name = "scavenger_unheard",
     .clause = kSCAV_1,
     .text = "requests for the scavenger are ignored",
     .run = Run<ScavengerUnheard>},
    {.name = "no_kick_after_deep_sleep",
     .clause = kDEEP_17,
     .text = "a cycle that slept deep does not look whether the scavenger is asked for",
     .run = RunBehind<NoKickAfterDeepSleep>},
    {.name = "period_halved",
     .clause = kGC_1,
     .text = "a collection is forced after half the period",
     .run = RunBehind<CollectorSeen<[](CollectorState& state, const Constants& c) {
       if (state.last_end_ns != 0) state.last_end_ns -= c.forcegc_period_ns / 2;
     }>>},
    {.name = "period_doubled",
     .clause = kGC_1,
     .text = "a collection is forced after twice the period only",
     .run = RunBehind<CollectorSeen<[](CollectorState& state, const Constants& c) {
       if (state.last_end_ns != 0) state.last_end_ns += c.forcegc_period_ns;
     }>>,
     .consequence = kGC_5},
    {.name = "forces_at_the_period",
     .clause = kGC_1,
     .text = "a collection is forced when the last is exactly the period old",
     .run = Run<ForcesAtThePeriod>},
    {.name = "forces_before_the_first",
     .clause = kGC_1,
     .text = "a collection is forced although there was none yet",
     .run = RunBehind<CollectorSeen<[](CollectorState& state, const Constants&) {
       if (state.last_end_ns == 0) state.last_end_ns = INT64_MIN / 2;
     }>>},
    {.name = "forces_while_collecting",
     .clause = kGC_1,
     .text = "a collection is forced although one is under way",
     .run = RunBehind<
         CollectorSeen<[](CollectorState& state, const Constants&) { state.collecting = false; }>>},
    {.name = "forces_while_dying",
     .clause = kGC_1,
     .text = "a collection is forced although the process is dying",
     .run = RunBehind<
         CollectorSeen<[](CollectorState& state, const Constants&) { state.dying = false; }>>},
    {.name = "never_forces",
     .clause = kGC_1,
     .text = "no collection is ever forced",
     .run = Run<NeverForces>},
    {.name = "percent_not_checked",
     .clause = kGC_3,
     .text = "collections are forced although they are off",
     .origin = "golang/go#19247",
     .run = RunBehind<
         CollectorSeen<[](CollectorState& state, const Constants&) { state.percent = 100; }>>},
    {.name = "helper_flag_left_up",
     .clause = kGC_2,
     .text = "the helper is injected with its idle flag still up, in every cycle",
     .origin = "golang/go#13458",
     .run = RunBehind<HelperFlagLeftUp>},
    {.name = "helper_flag_unlocked",
     .clause = kGC_2,
     .text = "the helper's flag is cleared without its lock",
     .run = RunBehind<HelperUnlocked>},
    {.name = "swaps_from_later_reading",
     .clause = kPOLL_2,
     .text = "the last poll is swapped from a later reading, though it says that a thread polls",
     .run = RunBehind<SwapsFromLaterReading>},
    {.name = "helper_in_two_holds",
     .clause = kGC_2,
     .text = "the helper's lock is released between clearing its flag and injecting it",
     .run = RunBehind<HelperInTwoHolds>},
    {.name = "trace_twice_per_interval",
     .clause = kTRC_1,
     .text = "the scheduler trace is printed twice per interval",
     .run = RunWith<[](Constants& c) { c.trace_interval_ns = (c.trace_interval_ns + 1) / 2; }>},
    {.name = "trace_starts_late",
     .clause = kTRC_1,
     .text = "the first line of the scheduler trace comes after the first interval",
     .run = Run<TraceStartsLate>},
};

}  // namespace

std::span<const MonitorMutant> OfDuties() { return kMutants; }

}  // namespace proctor::mutants
