#include "conformance/judge/white_box/walk.h"

#include <fmt/core.h>

namespace proctor::white_box {

using enum ClauseId;

WalkJudge::WalkJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kSLICE_1, kCYC_1},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kWrite,
                     EventKind::kSwap, EventKind::kLostSwap, EventKind::kPoll,
                     EventKind::kScavengerWake, EventKind::kTraceLine},
                    {Variable::kProcessorCount, Variable::kStatus, Variable::kLastPoll,
                     Variable::kHelperIdle}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

void WalkJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      next_p_ = 0;
      length_ = -1;
      fresh_ = looked_ = too_early_ = ended_ = false;
      break;
    case EventKind::kRead:
      if (state_.in_duties() && !state_.within_call()) OnRead(event);
      break;
    case EventKind::kPoll:
    case EventKind::kScavengerWake:
      OnEarlierDuty();
      break;
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      if (Is(event, Variable::kLastPoll)) OnEarlierDuty();
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kHelperIdle)) OnLaterDuty(event);
      break;
    case EventKind::kTraceLine:
      OnLaterDuty(event);
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    default:
      break;
  }
}

void WalkJudge::OnRead(const Event& event) {
  if (Is(event, Variable::kProcessorCount)) {
    length_ = event.Get(Arg::kValue);
    fresh_ = true;
    // What the number becomes when the walk has come to its end is of the next one.
    ended_ = ended_ || (next_p_ > 0 && next_p_ >= length_);
    return;
  }
  if (!Is(event, Variable::kStatus)) return;
  looked_ = true;
  if (event.p != next_p_ || !fresh_ || event.p >= length_) return;
  ++next_p_;
  fresh_ = false;
}

// How many P there are to walk over; where that changes meanwhile, as the monitor read it.
int64_t WalkJudge::Length() const {
  if (length_ >= 0) return length_;
  return WasSteady(Variable::kProcessorCount) ? state_.value(Variable::kProcessorCount) : 0;
}

void WalkJudge::OnEarlierDuty() {
  too_early_ = too_early_ || (next_p_ > 0 && IsWhole());
  next_p_ = 0;
  fresh_ = looked_ = ended_ = false;
}

void WalkJudge::OnLaterDuty(const Event& event) {
  if (IsWhole()) return;
  Violate(kCYC_1,
          fmt::format("{} before the scan of the processors was over, at P {} of {}",
                      event.kind == EventKind::kTraceLine ? "the scheduler trace was printed"
                                                          : "a collection was forced",
                      next_p_, Length()),
          {event});
}

void WalkJudge::OnEnd(const Event& event) {
  if (!IsWhole() && too_early_) {
    Violate(kCYC_1, "the processors were scanned before the poll or the scavenger's kick", {event});
    return;
  }
  if (!IsWhole() && !looked_) {
    Violate(kCYC_1, fmt::format("a cycle without a scan of its {} processors", Length()), {event});
    return;
  }
  Expect(IsWhole(), kSLICE_1, Sentence("the scan ended at P {} of {}", next_p_, Length()), {event});
}

}  // namespace proctor::white_box
