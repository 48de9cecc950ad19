#include "conformance/judge/periodic.h"

#include <fmt/core.h>

namespace proctor {

PeriodicJudge::PeriodicJudge(Tier tier, const Header& header, const Duty& duty)
    : Judge(tier, {duty.clause}), duty_(duty), from_start_(header.from_start) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake, duty.kind}));
}

void PeriodicJudge::Observe(const Event& event) {
  if (duty_.period_ns == 0) return;
  if (event.kind == EventKind::kGap) {
    last_.reset();
    without_.reset();
    from_start_ = false;
  }
  if (cycle_.Ends(event)) OnCycleEnd(event);
  cycle_.Observe(event);
  if (event.kind == duty_.kind) OnDuty(event);
}

void PeriodicJudge::OnDuty(const Event& event) {
  if (last_cycle_ == cycle_.number() || !cycle_.awake()) return;
  if (last_) {
    const int64_t apart_ns_most = event.time_ns - last_not_before_ns_;
    if (apart_ns_most < duty_.period_ns) {
      Violate(duty_.clause,
              fmt::format("{} twice at most {} ns apart; the period is {} ns", duty_.what,
                          apart_ns_most, duty_.period_ns),
              {*last_, event});
    } else {
      Trigger(duty_.clause);
    }
  } else if (without_) {
    Violate(duty_.clause, fmt::format("the first cycle ended without {}", duty_.what),
            {*without_, event});
  } else if (duty_.level >= Level::kMustIfShown && from_start_ && cycle_.number() == 1) {
    Trigger(duty_.clause);
  }
  last_ = event;
  last_cycle_ = cycle_.number();
  last_not_before_ns_ = cycle_.last_wake_ns();
}

void PeriodicJudge::OnCycleEnd(const Event& event) {
  if (duty_.level == Level::kMay || !cycle_.awake() || last_cycle_ == cycle_.number()) return;
  if (!last_ && from_start_ && cycle_.number() == 1 && duty_.level != Level::kMustAgain) {
    if (duty_.level == Level::kMust) {
      Violate(duty_.clause, fmt::format("the first cycle ended without {}", duty_.what), {event});
    } else {
      without_ = event;
    }
  }
  // The cycle's `now` is not before its wake, and the last time's not after its stamp.
  if (last_ && cycle_.last_wake_ns() - last_->time_ns >= duty_.period_ns) {
    Violate(
        duty_.clause,
        fmt::format("a cycle that began {} ns after the last time ended without {}; the period is "
                    "{} ns",
                    cycle_.last_wake_ns() - last_->time_ns, duty_.what, duty_.period_ns),
        {*last_, event});
  }
}

}  // namespace proctor
