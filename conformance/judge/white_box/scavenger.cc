#include "conformance/judge/white_box/scavenger.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::white_box {
namespace {

// What a virtual step or a lock that somebody holds may add to a bound in time.
constexpr int64_t kSlackNs = 50'000'000;

}  // namespace

using enum ClauseId;

ScavengerJudge::ScavengerJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kSCAV_1, kDEEP_17},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kWrite,
                     EventKind::kScavengerWake},
                    {Variable::kScavengerAsked}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({EventKind::kWrite, EventKind::kScavengerWake});
}

void ScavengerJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kWrite:
      if (Is(event, Variable::kScavengerAsked)) OnAsked(event);
      return;
    case EventKind::kScavengerWake:
      OnWake(event);
      return;
    default:
      break;
  }
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      asked_.Clear();
      due_.reset();
      kicks_ = 0;
      break;
    case EventKind::kRead:
      if (state_.in_duties() && !due_ && Is(event, Variable::kScavengerAsked)) {
        asked_.Add(event.Get(Arg::kValue));
      }
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    default:
      break;
  }
}

Maybe ScavengerJudge::WasAsked() const {
  return SeenAre(asked_, Variable::kScavengerAsked, [](int64_t asked) { return asked != 0; });
}

void ScavengerJudge::OnAsked(const Event& event) {
  if (event.Get(Arg::kValue) != 0) {
    if (asked_since_ns_ < 0) asked_since_ns_ = event.time_ns;
    return;
  }
  asked_since_ns_ = -1;
  Expect(woken_ && woken_->m == event.m, kSCAV_1,
         "the request was withdrawn although the scavenger was not parked", {event});
}

void ScavengerJudge::OnWake(const Event& event) {
  const bool parked = event.Get(Arg::kParked) != 0;
  woken_.reset();
  if (parked) woken_ = event;
  if (!state_.ByMonitor(event)) {
    if (!parked) return;
    Expect(state_.value(Variable::kScavengerAsked) != 0, kSCAV_1,
           "the scavenger was woken although nobody asked, or twice", {event});
    return;
  }
  if (!due_) due_ = WasAsked();
  ++kicks_;
  Expect(kicks_ == 1 && due_->Justifies(), kSCAV_1,
         kicks_ > 1 ? "the scavenger was kicked twice in one cycle"
                    : "the scavenger was kicked although nobody asked for it",
         {event});
}

void ScavengerJudge::OnEnd(const Event& event) {
  const Maybe due = due_ ? *due_ : WasAsked();
  if (kicks_ > 0) {
    Trigger(kDEEP_17);
  } else if (!due.Excuses()) {
    Violate(kSCAV_1, "the scavenger was asked for and not kicked", {event});
    if (state_.slept_deep()) {
      Violate(kDEEP_17, "the scavenger was asked for and not kicked after the deep sleep", {event});
    }
  }
  if (asked_since_ns_ < 0 ||
      state_.RunNs(asked_since_ns_, event.time_ns) <=
          std::max(tunables_.deep_max_ns(), tunables_.shallow_max_ns) + kSlackNs) {
    return;
  }
  // A scavenger that is never parked cannot be woken, either.
  if (kicks_ == 0) {
    Violate(kDEEP_17, "a request for the scavenger waited longer than deep_max", {event});
  }
  asked_since_ns_ = -1;
}

}  // namespace proctor::white_box
