#include "conformance/judge/white_box/network_poll.h"

#include <fmt/core.h>

namespace proctor::white_box {

using enum ClauseId;

NetworkPollJudge::NetworkPollJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kPOLL_1, kPOLL_2, kPOLL_3, kPOLL_4, kPOLL_5},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kWrite,
                     EventKind::kSwap, EventKind::kLostSwap, EventKind::kPoll, EventKind::kInject,
                     EventKind::kInjectEnd, EventKind::kAdjustWaiters},
                    {Variable::kLastPoll, Variable::kPollerReady, Variable::kIdleLocked}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

void NetworkPollJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      Begin();
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    case EventKind::kRead:
      OnRead(event);
      break;
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      if (!state_.within_call() && Is(event, Variable::kLastPoll)) OnSwap(event);
      break;
    case EventKind::kPoll:
      OnPoll(event);
      break;
    case EventKind::kInject:
      OnInject(event);
      break;
    case EventKind::kInjectEnd:
      if (bracket_ == Bracket::kInjecting) bracket_ = Bracket::kInjected;
      break;
    case EventKind::kAdjustWaiters:
      if (!state_.within_call() && AdjustsWaiters(profile_)) OnAdjust(event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kIdleLocked)) OnIdleLocked(event);
      if (Is(event, Variable::kLastPoll)) {
        Violate(kPOLL_2, "the time of the last poll was set without a compare-and-swap", {event});
      }
      break;
    default:
      break;
  }
}

void NetworkPollJudge::Begin() {
  ready_flag_.Clear();
  last_poll_.Clear();
  due_.reset();
  poll_.reset();
  swaps_ = polls_ = ready_ = adjusted_ = 0;
  bracket_ = Bracket::kNone;
}

void NetworkPollJudge::OnRead(const Event& event) {
  if (due_ || !state_.in_duties() || state_.within_call()) return;
  if (Is(event, Variable::kLastPoll)) last_poll_.Add(event.Get(Arg::kValue));
  if (Is(event, Variable::kPollerReady)) ready_flag_.Add(event.Get(Arg::kValue));
}

Maybe NetworkPollJudge::PollerIsReady() const {
  return SeenAre(ready_flag_, Variable::kPollerReady, [](int64_t ready) { return ready != 0; });
}

Maybe NetworkPollJudge::IsDue() const {
  const int64_t now_ns = state_.duties_now_ns();
  return PollerIsReady() && SeenAre(last_poll_, Variable::kLastPoll, [&](int64_t last_ns) {
           return last_ns != 0 && last_ns + tunables_.poll_stale_ns < now_ns;
         });
}

std::string NetworkPollJudge::WhyNotDue() const {
  const int64_t last_ns = last_poll_.none() ? state_.value(Variable::kLastPoll) : last_poll_.last();
  if (last_ns == 0) return "a thread was blocked in the poller (last_poll = 0)";
  if (!PollerIsReady().yes) return "the poller was not initialised";
  return fmt::format("last_poll was {} ns ago, poll_stale is {} ns",
                     state_.duties_now_ns() - last_ns, tunables_.poll_stale_ns);
}

void NetworkPollJudge::OnSwap(const Event& event) {
  if (!due_) due_ = IsDue();
  ++swaps_;
  if (swaps_ > 1 || polls_ > 0) {
    Violate(kPOLL_2,
            swaps_ > 1 ? "the time of the last poll was swapped a second time"
                       : "the time of the last poll was swapped after the poll",
            {event});
    return;
  }
  const int64_t expected_ns = event.Get(Arg::kExpected);
  const bool from_seen = SeenAre(last_poll_, Variable::kLastPoll, [&](int64_t last_ns) {
                           return last_ns == expected_ns && last_ns != 0;
                         }).yes;
  const bool to_now =
      event.kind == EventKind::kLostSwap || event.Get(Arg::kValue) == state_.duties_now_ns();
  Expect(from_seen && to_now, kPOLL_2, "the last poll was not swapped from the value seen to now",
         {event});
}

void NetworkPollJudge::OnPoll(const Event& event) {
  if (!due_) due_ = IsDue();
  ++polls_;
  poll_ = event;
  ready_ = event.Get(Arg::kReady);
  bracket_ = Bracket::kNone;
  Expect(polls_ == 1 && due_->Justifies(), kPOLL_1,
         Sentence("a network poll that was not due: {}",
                  polls_ > 1 ? "it is the second in the cycle" : WhyNotDue()),
         {event});
  Expect(event.Get(Arg::kTimeoutNs) == 0, kPOLL_3, "a network poll that may block", {event});
  Expect(swaps_ == 1, kPOLL_2,
         Sentence("{} compare-and-swaps of the last poll before the poll", swaps_), {event});
}

void NetworkPollJudge::OnInject(const Event& event) {
  if (state_.within_call() || state_.MonitorHolds(LockId::kForcedGc) ||
      state_.MonitorHolds(LockId::kScavenger)) {
    return;
  }
  if (!poll_ || bracket_ >= Bracket::kInjecting) {
    // Without its lock the helper, otherwise nothing that a poll has found.
    if (poll_) Violate(kPOLL_4, "the tasks of one poll were injected twice", {*poll_, event});
    return;
  }
  Expect(bracket_ == Bracket::kLowered && ready_ > 0, kPOLL_4,
         "ready tasks were injected without one idle thread less on the books", {*poll_, event});
  bracket_ = Bracket::kInjecting;
}

void NetworkPollJudge::OnIdleLocked(const Event& event) {
  if (!poll_ || bracket_ == Bracket::kRaised) return;
  const int64_t change = event.Get(Arg::kValue) - state_.value(Variable::kIdleLocked);
  if (bracket_ == Bracket::kNone) {
    if (ready_ <= 0) return;  // a retake's
    Expect(change == -1, kPOLL_4,
           Sentence("the idle-locked count was changed by {} before an injection", change),
           {*poll_, event});
    bracket_ = Bracket::kLowered;
    return;
  }
  const bool injected = bracket_ == Bracket::kInjected;
  Expect(change == 1 && injected, kPOLL_4,
         Sentence("the idle-locked count was changed by {} {} the injection", change,
                  injected ? "after" : "before"),
         {*poll_, event});
  bracket_ = Bracket::kRaised;
}

void NetworkPollJudge::OnAdjust(const Event& event) {
  ++adjusted_;
  const int64_t delta = event.Get(Arg::kDelta);
  if (!poll_ || ready_ <= 0) {
    Violate(kPOLL_5, "the count of waiters was adjusted although nothing was injected", {event});
  } else if (bracket_ < Bracket::kInjected) {
    Violate(kPOLL_5, "the count of waiters was adjusted before the injection", {*poll_, event});
  } else {
    const bool right = in_real_time_ || delta == -ready_;
    Expect(adjusted_ == 1 && right, kPOLL_5,
           Sentence("the count of waiters was adjusted by {} for {} tasks{}", delta, ready_,
                    adjusted_ > 1 ? ", for the second time" : ""),
           {*poll_, event});
  }
}

void NetworkPollJudge::OnEnd(const Event& event) {
  if (polls_ == 0) {
    const Maybe due = due_ ? *due_ : IsDue();
    if (!due.Excuses()) {
      Violate(kPOLL_1,
              fmt::format("a network poll was due and left out; last_poll was {}, now {}",
                          last_poll_.none() ? state_.value(Variable::kLastPoll) : last_poll_.last(),
                          state_.duties_now_ns()),
              {event});
    }
    if (swaps_ > 0) Violate(kPOLL_2, "no poll after the compare-and-swap", {event});
    return;
  }
  if (ready_ <= 0) return;
  Expect(bracket_ == Bracket::kRaised, kPOLL_4,
         bracket_ < Bracket::kInjected ? "ready tasks were not injected"
                                       : "the idle-locked count was not raised after the injection",
         {*poll_, event});
  if (AdjustsWaiters(profile_)) {
    Expect(adjusted_ > 0, kPOLL_5, "the count of waiters was not adjusted after an injection",
           {*poll_, event});
  }
}

}  // namespace proctor::white_box
