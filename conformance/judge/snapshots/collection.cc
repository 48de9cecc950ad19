#include "conformance/judge/snapshots/collection.h"

#include <fmt/core.h>

namespace proctor::snapshots {
namespace {

// The scavenger may have run and parked, and have been asked for again, within one cycle; not in so
// many one after another.
constexpr int64_t kInVainMost = 8;

}  // namespace

using enum ClauseId;

CollectionJudge::CollectionJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kGC_1, kGC_2, kGC_3, kSCAV_1}) {}

void CollectionJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kShallowSleep) {
    if (view_.whole()) {
      OnCycle(event);
      JudgeScavenger(event);
    }
    forced_ = false;
  }
  if (event.kind == EventKind::kInject) {
    JudgeFirst(event);
    if (view_.whole()) {
      JudgeScavengerWake(event);
      JudgeForced(event);
    }
  }
  if (event.kind == EventKind::kGap) helper_waited_ = false;
  if (view_.Knows(Variable::kHelperIdle)) helper_waited_ = view_.now()[Variable::kHelperIdle] != 0;
}

// None is forced before the first, also not in the cycle in which the evidence begins: the helper
// waited at the last stop, and only the monitor takes its flag down.
void CollectionJudge::JudgeFirst(const Event& event) {
  const bool taken = helper_waited_ && view_.now()[Variable::kHelperIdle] == 0;
  if (taken && view_.Knows(Variable::kLastCollection) &&
      view_.now()[Variable::kLastCollection] == 0) {
    Violate(kGC_1, "a collection was forced although there was none before", {event});
  }
}

void CollectionJudge::JudgeForced(const Event& event) {
  if (!view_.Knows(Variable::kHelperIdle) || !view_.Knows(Variable::kLastCollection) ||
      !view_.Knows(Variable::kCollectorPercent))
    return;
  // The helper waits until it is injected: only the monitor takes its flag down.
  const bool helper_waited = view_.before()[Variable::kHelperIdle] != 0;
  if (helper_waited && view_.now()[Variable::kHelperIdle] == 0) OnForced(event);
}

void CollectionJudge::OnForced(const Event& event) {
  Expect(!forced_, kGC_2, "two collections were requested in one cycle", event);
  forced_ = true;
  const Picture& now = view_.now();
  // It stands at the injection, and a lock that it holds is not free.
  if (view_.Knows(Variable::kHelperLock)) {
    Expect(now[Variable::kHelperLock] != 0, kGC_2, "the helper is made runnable without its lock",
           event);
  }
  const int64_t last_ns = now[Variable::kLastCollection];
  if (now[Variable::kCollectorPercent] < 0 && view_.Same(Variable::kCollectorPercent)) {
    Violate(kGC_3, "a collection was forced with the collector off", {event});
    return;
  }
  // The monitor looked at this one, or at one before it that is older still. Where a collection
  // ended meanwhile nothing follows.
  if (!view_.Same(Variable::kLastCollection)) return;
  if (view_.Knows(Variable::kCollecting) && view_.before()[Variable::kCollecting] != 0 &&
      now[Variable::kCollecting] != 0) {
    Violate(kGC_1, "a collection was forced while another one was running", {event});
    return;
  }
  const int64_t age_ns = event.time_ns - last_ns;
  if (last_ns == 0 || age_ns <= forced_period_ns()) {
    Violate(kGC_1,
            fmt::format("a collection was forced {} ns after the last; the period is {} ns",
                        last_ns == 0 ? 0 : age_ns, forced_period_ns()),
            {event});
  } else {
    Trigger(kGC_1);
  }
}

void CollectionJudge::OnCycle(const Event& event) {
  for (const Variable needed : {Variable::kHelperIdle, Variable::kLastCollection,
                                Variable::kCollectorPercent, Variable::kCollecting}) {
    if (!view_.Knows(needed) || !view_.Same(needed)) return;
  }
  const Picture& now = view_.now();
  const int64_t last_ns = now[Variable::kLastCollection];
  const bool due = last_ns != 0 && last_ns + forced_period_ns() < view_.woke_ns();
  // The flag that stayed up says that nothing was requested.
  if (!due || now[Variable::kHelperIdle] == 0) return;
  if (now[Variable::kCollectorPercent] < 0) {
    Trigger(kGC_3);
    return;
  }
  if (now[Variable::kCollecting] != 0 || now[Variable::kDying] != 0 ||
      (view_.Knows(Variable::kCollectorEnabled) && now[Variable::kCollectorEnabled] == 0))
    return;
  Violate(kGC_1,
          fmt::format("no collection was forced although the last one ended {} ns ago",
                      view_.woke_ns() - last_ns),
          {event});
}

// Parked when the cycle began, and no longer at this injection, which is about to make it runnable.
// Others may ask for it, or wake it by its timer, at any time; not in every one of N cycles.
void CollectionJudge::JudgeScavengerWake(const Event& event) {
  if (!view_.Knows(Variable::kScavengerAsked) || !view_.Knows(Variable::kScavengerParked)) return;
  if (view_.before()[Variable::kScavengerParked] == 0 ||
      view_.now()[Variable::kScavengerParked] != 0)
    return;
  const bool was_asked_for = view_.before()[Variable::kScavengerAsked] != 0;
  const bool is_asked_for = view_.now()[Variable::kScavengerAsked] != 0;
  unasked_ = was_asked_for || is_asked_for ? 0 : unasked_ + 1;
  still_asked_ = is_asked_for ? still_asked_ + 1 : 0;
  if (unasked_ > kInVainMost) {
    Violate(kSCAV_1, "the scavenger is woken again and again, and nobody asked for it", {event});
  } else if (still_asked_ > kInVainMost) {
    Violate(kSCAV_1, "the scavenger is woken again and again, and the request is not cleared",
            {event});
  }
}

void CollectionJudge::JudgeScavenger(const Event& event) {
  if (!view_.Knows(Variable::kScavengerAsked) || !view_.Knows(Variable::kScavengerParked)) return;
  const auto up = [&](const Picture& picture, Variable variable) { return picture[variable] != 0; };
  const bool was_due = up(view_.before(), Variable::kScavengerAsked) &&
                       up(view_.before(), Variable::kScavengerParked);
  if (!was_due) {
    asked_in_vain_ = 0;
    return;
  }
  const bool is_due =
      up(view_.now(), Variable::kScavengerAsked) && up(view_.now(), Variable::kScavengerParked);
  if (!is_due) {
    Trigger(kSCAV_1);
    asked_in_vain_ = 0;
  } else if (++asked_in_vain_ > kInVainMost) {
    Violate(kSCAV_1, "the scavenger is parked and asked for, and the monitor does not wake it",
            {event});
  }
}

}  // namespace proctor::snapshots
