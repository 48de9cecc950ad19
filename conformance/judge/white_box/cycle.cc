#include "conformance/judge/white_box/cycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace proctor::white_box {
namespace {

constexpr size_t kLowThreads = 1'024;
constexpr size_t kThreadsMost = 16'384;

// Which locks must not be held when one is taken, as bits: itself and those after it. Monitor, then
// scavenger and forced-GC in any order, then sched, all-G, all-P, timers.
constexpr auto kNotBefore = [] {
  constexpr size_t kLocks = 8;
  const auto rank = [](size_t lock) {
    return lock == static_cast<size_t>(LockId::kForcedGc) ? static_cast<size_t>(LockId::kScavenger)
                                                          : lock;
  };
  std::array<uint32_t, kLocks> masks{};
  for (size_t lock = 0; lock < kLocks; ++lock) {
    for (size_t other = 0; other < kLocks; ++other) {
      if (rank(other) >= rank(lock)) masks[lock] |= 1u << other;
    }
  }
  return masks;
}();

// What a virtual step or a lock that somebody holds may add to a bound in time.
constexpr int64_t kSlackNs = 50'000'000;

}  // namespace

using enum ClauseId;

CycleJudge::CycleJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state,
                    {kCYC_1, kCYC_2, kCYC_3, kCYC_4, kPOLL_1, kPOLL_2, kPOLL_3, kPOLL_4, kPOLL_5,
                     kGC_1, kGC_2, kGC_3, kGC_5, kSCAV_1, kTRC_1, kVER_1, kID_2, kID_3, kDEEP_17},
                    {EventKind::kLock,          EventKind::kUnlock,        EventKind::kRead,
                     EventKind::kWrite,         EventKind::kSwap,          EventKind::kLostSwap,
                     EventKind::kShallowSleep,  EventKind::kDeepSleep,     EventKind::kNow,
                     EventKind::kYieldHook,     EventKind::kPoll,          EventKind::kInject,
                     EventKind::kInjectEnd,     EventKind::kAdjustWaiters, EventKind::kAssign,
                     EventKind::kAcquire,       EventKind::kExecute,       EventKind::kAffinityRead,
                     EventKind::kScavengerWake, EventKind::kCollectorRead, EventKind::kTraceLine,
                     EventKind::kDeadlockCheck},
                    {Variable::kLastPoll, Variable::kPollerReady, Variable::kScavengerAsked,
                     Variable::kEarliestTimer, Variable::kProcessorCount, Variable::kHelperIdle,
                     Variable::kIdleLocked, Variable::kSystemThreads}) {}

void CycleJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kLock:
    case EventKind::kUnlock:
      OnLock(event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kScavengerAsked)) OnScavengerAsked(event);
      if (Is(event, Variable::kPollerReady)) poller_came_up_ = true;
      if (Is(event, Variable::kHelperIdle) && event.Get(Arg::kValue) != 0)
        helper_idle_since_ns_ = event.time_ns;
      break;
    case EventKind::kScavengerWake:
      OnScavengerWake(event);
      break;
    default:
      break;
  }
  if (state_.ByMonitor(event)) OnMonitor(event);
}

void CycleJudge::OnScavengerAsked(const Event& event) {
  if (event.Get(Arg::kValue) != 0) {
    if (scavenger_asked_since_ns_ < 0) scavenger_asked_since_ns_ = event.time_ns;
    return;
  }
  scavenger_asked_since_ns_ = -1;
  Expect(scavenger_woken_ && scavenger_woken_->m == event.m, kSCAV_1,
         "the request was withdrawn although the scavenger was not parked", {event});
}

void CycleJudge::OnMonitor(const Event& event) {
  switch (event.kind) {
    case EventKind::kAcquire:
    case EventKind::kExecute:
      Violate(kID_2, "the monitor acquired a P or runs a task", {event});
      break;
    case EventKind::kShallowSleep:
      OnStart(event);
      step_ = Step::kShallow;
      Trigger(kID_2);
      break;
    case EventKind::kDeepSleep:
      Take(Step::kDeep, event);
      break;
    case EventKind::kNow:
      if (!state_.in_duties()) break;
      Take(Step::kNow, event);
      ++nows_;
      break;
    case EventKind::kYieldHook:
      if (state_.in_duties()) Take(Step::kHook, event);
      break;
    case EventKind::kRead:
      if (!state_.in_duties()) break;
      if (Is(event, Variable::kLastPoll)) {
        // A hand-off reads it too, later on.
        if (step_ > Step::kPoll) break;
        Take(Step::kPoll, event);
        seen_last_poll_ns_ = event.Get(Arg::kValue);
      } else if (Is(event, Variable::kPollerReady)) {
        Take(Step::kPoll, event);
        seen_poller_ready_ = event.Get(Arg::kValue);
      } else if (Is(event, Variable::kScavengerAsked)) {
        Take(Step::kScavenger, event);
        scavenger_asked_ = event.Get(Arg::kValue) != 0;
      } else if (Is(event, Variable::kEarliestTimer)) {
        Take(Step::kRescue, event);
        rescue_looked_ = true;
        rescue_due_ = event.Get(Arg::kValue) < state_.duties_now_ns() &&
                      state_.value(Variable::kIdleProcessors) > 0;
      } else if (Is(event, Variable::kProcessorCount) && step_ < Step::kForce) {
        Take(Step::kRetake, event);
      } else if (Is(event, Variable::kHelperIdle)) {
        helper_idle_ = event.Get(Arg::kValue) != 0;
      }
      break;
    case EventKind::kPoll:
      OnPoll(event);
      break;
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      if (Is(event, Variable::kLastPoll)) OnSwap(event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kIdleLocked)) OnIdleLocked(event);
      if (Is(event, Variable::kSystemThreads)) counted_ = state_.MonitorHolds(LockId::kSched);
      if (Is(event, Variable::kLastPoll)) {
        Violate(kPOLL_2, "the time of the last poll was set without a compare-and-swap", {event});
      }
      if (Is(event, Variable::kHelperIdle) && event.Get(Arg::kValue) == 0) {
        forced_ = true;
        Expect(state_.MonitorHolds(LockId::kForcedGc) && state_.value(Variable::kHelperIdle) != 0,
               kGC_2, "the helper's flag was cleared without its lock, or was not up", {event});
      }
      break;
    case EventKind::kInject:
      if (poll_ && !forced_ && step_ == Step::kPoll) {
        Expect(bracket_ == Bracket::kLowered, kPOLL_4,
               "ready tasks were injected without one idle thread less on the books",
               {*poll_, event});
        bracket_ = Bracket::kInjecting;
      } else if (step_ == Step::kForce || state_.MonitorHolds(LockId::kForcedGc)) {
        const bool flag_down = state_.value(Variable::kHelperIdle) == 0;
        Expect(flag_down && state_.MonitorHolds(LockId::kForcedGc), kGC_2,
               "the helper was injected with its idle flag still up, or without its lock", {event});
        forced_ = true;
      }
      break;
    case EventKind::kInjectEnd:
      if (bracket_ == Bracket::kInjecting) bracket_ = Bracket::kInjected;
      break;
    case EventKind::kAdjustWaiters:
      adjusted_ = true;
      Expect(bracket_ >= Bracket::kInjected, kPOLL_5,
             "the waiters' count was adjusted before the injection", {event});
      break;
    case EventKind::kAssign:
      if (state_.in_duties() && rescue_looked_ && step_ == Step::kRescue) rescued_ = true;
      break;
    case EventKind::kAffinityRead:
      Expect(state_.MonitorHolds(LockId::kMonitor), kCYC_3,
             "a look at the machine without the monitor lock", {event});
      break;
    case EventKind::kCollectorRead:
      OnCollector(event);
      break;
    case EventKind::kTraceLine:
      OnTraceLine(event);
      break;
    case EventKind::kDeadlockCheck:
      if (!started_) checked_ = state_.MonitorHolds(LockId::kSched);
      break;
    case EventKind::kLock:
      if (Is(event, LockId::kMonitor)) {
        Take(Step::kLock, event);
        nows_ = polls_ = poll_swaps_ = 0;
        seen_poller_ready_ = seen_last_poll_ns_ = ready_ = -1;
        poll_.reset();
        bracket_ = Bracket::kNone;
        adjusted_ = forced_ = helper_idle_ = scavenger_asked_ = scavenger_tried_ = traced_ = false;
        rescue_due_ = rescue_looked_ = rescued_ = false;
        collector_.reset();
        poller_came_up_ = false;
      } else if (Is(event, LockId::kSched) && step_ == Step::kRescue) {
        // Under its lock the last idle P may be found gone.
        rescue_due_ = rescue_due_ && state_.value(Variable::kIdleProcessors) > 0;
      }
      break;
    case EventKind::kUnlock:
      if (Is(event, LockId::kMonitor)) OnDutiesEnd(event);
      break;
    default:
      break;
  }
}

void CycleJudge::Take(Step step, const Event& event) {
  const bool duty = step > Step::kLock;
  Expect(step >= step_, kCYC_1, "two steps of a cycle come in the wrong order", {event});
  step_ = step;
  if (!duty) return;
  Expect(state_.MonitorHolds(LockId::kMonitor), kCYC_3, "a duty without the monitor lock", {event});
  if (step > Step::kNow) {
    Expect(nows_ == 1, kCYC_2,
           nows_ == 0 ? "a duty before the clock was read afresh"
                      : "the clock was read twice for the duties",
           {event});
  }
}

void CycleJudge::OnStart(const Event& event) {
  if (started_) return;
  started_ = true;
  Expect(counted_ && checked_, kID_3,
         counted_ ? "no deadlock check at the start"
                  : "the monitor does not count itself as a system thread",
         {event});
}

// Few threads have high numbers, and the many with low ones are on every judge's path.
uint32_t& CycleJudge::HeldBy(int32_t m) {
  const auto thread = static_cast<size_t>(m);
  if (thread < kLowThreads) {
    if (thread >= held_.size()) held_.resize(thread + 1);
    return held_[thread];
  }
  if (held_by_others_.size() >= kThreadsMost) held_by_others_.clear();
  return held_by_others_[m];
}

void CycleJudge::OnLock(const Event& event) {
  uint32_t& held = HeldBy(event.m);
  const auto lock = static_cast<size_t>(event.Get(Arg::kLock));
  if (event.kind == EventKind::kUnlock) {
    held &= ~(1u << lock);
    return;
  }
  if ((held & kNotBefore[lock]) != 0) {
    Violate(kCYC_4,
            fmt::format("{} was taken with a lock held that comes after it", LockNames()[lock]),
            {event});
  } else if (held != 0) {
    Trigger(kCYC_4);
  }
  held |= 1u << lock;
}

void CycleJudge::OnPoll(const Event& event) {
  if (!state_.in_duties()) {
    Violate(kCYC_3, "a network poll outside the duties", {event});
    return;
  }
  Take(Step::kPoll, event);
  ++polls_;
  poll_ = event;
  ready_ = event.Get(Arg::kReady);
  Expect(event.Get(Arg::kTimeoutNs) == 0, kPOLL_3, "a network poll that may block", {event});
  Expect(poll_swaps_ == 1, kPOLL_2,
         Sentence("{} compare-and-swaps of the last poll before the poll", poll_swaps_), {event});
}

void CycleJudge::OnSwap(const Event& event) {
  ++poll_swaps_;
  Take(Step::kPoll, event);
  Expect(
      event.Get(Arg::kExpected) == seen_last_poll_ns_ &&
          (event.kind == EventKind::kLostSwap || event.Get(Arg::kValue) == state_.duties_now_ns()),
      kPOLL_2, "the last poll was not swapped from the value seen to now", {event});
}

void CycleJudge::OnIdleLocked(const Event& event) {
  if (!state_.in_duties() || step_ != Step::kPoll) return;
  const int64_t change = event.Get(Arg::kValue) - state_.value(Variable::kIdleLocked);
  if (change == -1 && bracket_ == Bracket::kNone) {
    Expect(ready_ > 0, kPOLL_4, "the idle-locked count was lowered for an empty ready list",
           {event});
    bracket_ = Bracket::kLowered;
  } else if (change == 1 && bracket_ == Bracket::kInjected) {
    bracket_ = Bracket::kRaised;
    Trigger(kPOLL_4);
  }
}

void CycleJudge::OnCollector(const Event& event) {
  Take(Step::kForce, event);
  collector_ = event;
  // As it is, where the monitor does not look.
  helper_idle_ = state_.value(Variable::kHelperIdle) != 0;
}

void CycleJudge::OnScavengerWake(const Event& event) {
  const bool asked = state_.value(Variable::kScavengerAsked) != 0;
  scavenger_woken_.reset();
  if (event.Get(Arg::kParked) != 0) scavenger_woken_ = event;
  if (state_.ByMonitor(event)) {
    Take(Step::kScavenger, event);
    scavenger_tried_ = true;
  }
  if (event.Get(Arg::kParked) != 0) {
    Expect(asked, kSCAV_1, "the scavenger was woken although nobody asked, or twice", {event});
  }
}

void CycleJudge::OnTraceLine(const Event& event) {
  Take(Step::kTrace, event);
  const int64_t interval_ns = tunables_.sched_trace_ms * 1'000'000;
  const bool due = interval_ns > 0 && last_trace_ns_ + interval_ns <= state_.duties_now_ns();
  Expect(due && !traced_, kTRC_1, "a line of the scheduler trace before it was due", {event});
  traced_ = true;
  last_trace_ns_ = state_.duties_now_ns();
}

void CycleJudge::OnDutiesEnd(const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  Trigger(kCYC_3);
  // The poll.
  const int64_t last_poll_ns =
      seen_last_poll_ns_ >= 0 ? seen_last_poll_ns_ : state_.value(Variable::kLastPoll);
  const bool poller_ready =
      (seen_poller_ready_ >= 0 ? seen_poller_ready_ : state_.value(Variable::kPollerReady)) != 0;
  const bool poll_due =
      poller_ready && last_poll_ns != 0 && last_poll_ns + tunables_.poll_stale_ns < now_ns;
  // Without its own look the value may have changed since.
  // In the cycle in which the poller comes up either will do.
  if ((poll_due && !poller_came_up_) || polls_ > 0) {
    Expect(polls_ == (poll_due ? 1 : 0) || (polls_ == 0 && seen_last_poll_ns_ < 0 && nows_ == 0),
           kPOLL_1, Sentence("{} polls; last_poll was {}, now {}", polls_, last_poll_ns, now_ns),
           {event});
  }
  if (poll_swaps_ > 0 && polls_ == 0)
    Violate(kPOLL_2, "no poll after the compare-and-swap", {event});
  if (poll_ && ready_ > 0) {
    Expect(bracket_ == Bracket::kRaised, kPOLL_4,
           "ready tasks were not injected between one idle thread less and one more",
           {*poll_, event});
    if ((profile_ & kSince1_22) != 0) {
      Expect(adjusted_, kPOLL_5, "the waiters' count was not adjusted after an injection",
             {*poll_, event});
    }
  }
  // The rescue of timers.
  if (profile_ == kNetbsd && rescue_due_) {
    Expect(rescued_, kVER_1, "a timer was overdue after the poll, and no thread was started",
           {event});
  } else if (profile_ == kNetbsd && !rescue_looked_) {
    Violate(kVER_1, "no look at the timers after the poll", {event});
  }
  // The scavenger.
  if (scavenger_asked_) {
    Expect(scavenger_tried_, kSCAV_1, "the scavenger was asked for and not woken", {event});
  } else if (scavenger_asked_since_ns_ >= 0 &&
             event.time_ns - scavenger_asked_since_ns_ > tunables_.deep_max_ns() + kSlackNs) {
    Violate(kSCAV_1, "a request for the scavenger went unseen", {event});
    Violate(kDEEP_17, "a request for the scavenger waited longer than deep_max", {event});
    scavenger_asked_since_ns_ = -1;
  }
  if (scavenger_tried_ && scavenger_asked_) Trigger(kDEEP_17);
  // The forced collection.
  if (collector_) {
    const int64_t age_ns = now_ns - collector_->Get(Arg::kLastNs);
    const bool due = collector_->Get(Arg::kAllowed) != 0 && collector_->Get(Arg::kPercent) >= 0 &&
                     collector_->Get(Arg::kLastNs) != 0 && age_ns > tunables_.forcegc_period_ns;
    if (collector_->Get(Arg::kPercent) < 0) {
      Expect(!forced_, kGC_3, "a collection was forced with the collector off",
             {*collector_, event});
    }
    if (forced_ || (due && helper_idle_)) {
      Expect(forced_ == (due && helper_idle_), kGC_1,
             Sentence("a collection was {}forced {} ns after the last; the period is {} ns",
                      forced_ ? "" : "not ", age_ns, tunables_.forcegc_period_ns),
             {*collector_, event});
    }
    if (forced_ && due) {
      // Nothing is forced while the helper has not parked again.
      const int64_t due_ns = std::max(collector_->Get(Arg::kLastNs) + tunables_.forcegc_period_ns,
                                      helper_idle_since_ns_);
      Expect(now_ns - due_ns <= tunables_.deep_max_ns() + kSlackNs, kGC_5,
             Sentence("a collection was forced only {} ns after it was due", now_ns - due_ns),
             {*collector_, event});
    }
  } else if (forced_) {
    Violate(kGC_1, "a collection was forced without a look at the collector", {event});
  }
  // The trace.
  const int64_t interval_ns = tunables_.sched_trace_ms * 1'000'000;
  if (interval_ns > 0 && !traced_ && last_trace_ns_ + interval_ns <= now_ns) {
    Violate(kTRC_1, "a line of the scheduler trace was due and not printed", {event});
    last_trace_ns_ = now_ns;
  }
}

}  // namespace proctor::white_box
