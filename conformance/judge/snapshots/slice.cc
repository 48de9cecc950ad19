#include "conformance/judge/snapshots/slice.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::snapshots {
namespace {

// Who stops the world for something else than a collection does not show, but not in more than two
// scans in a row that saw the P.
constexpr int64_t kMissedMost = 2;
// ... and not in every cycle that has slept deep.
constexpr int64_t kMissedAfterDeepSleepMost = 4;
// Cycles in which a request comes after that of a later P.
constexpr int64_t kBackwardsMost = 3;

}  // namespace

using enum ClauseId;

SliceJudge::SliceJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view,
                    {kSLICE_1, kSLICE_2, kSLICE_3, kSLICE_4, kSYS_10, kCYC_1, kCYC_2}) {}

void SliceJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kPreemptRequest) OnRequest(event);
  if (event.kind == EventKind::kShallowSleep && view_.whole()) OnCycle(event);
}

// What the monitor recorded is its own to write, so it stands still while the monitor does.
void SliceJudge::OnRequest(const Event& event) {
  if (event.p < 0 || !view_.whole()) return;
  const auto p = static_cast<size_t>(event.p);
  JudgeOrder(event);
  const Picture& now = view_.now();
  if (!view_.Knows(Variable::kSeenScheduleNs)) return;
  const int64_t since_ns = now.Of(p, Variable::kSeenScheduleNs);
  if (since_ns + tunables_.slice_ns > event.time_ns) {
    Violate(kSLICE_3,
            fmt::format("preemption of P {} was requested although its tick was first seen at most "
                        "{} ns ago; the slice is {} ns",
                        p, event.time_ns - since_ns, tunables_.slice_ns),
            {event});
  }
  if (view_.SameOf(p, Variable::kScheduleTick) &&
      now.Of(p, Variable::kScheduleTick) != now.Of(p, Variable::kSeenScheduleTick)) {
    Violate(kSLICE_2,
            fmt::format("preemption of P {} was requested although its schedule tick had moved", p),
            {event});
  }
  if (view_.Idle(p)) Violate(kSYS_10, "preemption of an idle P was requested", {event});
}

// The View holds this one too.
void SliceJudge::JudgeOrder(const Event& event) {
  const auto later = std::ranges::find_if(view_.steps(), [&](const Event& step) {
    return step.kind == EventKind::kPreemptRequest && step.p > event.p;
  });
  if (later == view_.steps().end() || ++backwards_ <= kBackwardsMost) return;
  Violate(kSLICE_1, fmt::format("the scan comes to P {} after P {}", event.p, later->p),
          {*later, event});
}

bool SliceJudge::Stamped(size_t p) const {
  return !view_.SameOf(p, Variable::kSeenScheduleTick) ||
         !view_.SameOf(p, Variable::kSeenScheduleNs);
}

// Every record of the cycle bears its one `now`.
void SliceJudge::FindNow(const Event& event) {
  now_least_ns_ = view_.woke_ns();
  now_most_ns_ = view_.steps().empty() ? event.time_ns : view_.steps().front().time_ns;
  std::optional<int64_t> found_ns;
  const auto take = [&](int64_t record_ns) {
    if (found_ns && *found_ns != record_ns) {
      Violate(kCYC_2,
              fmt::format("two records of one cycle bear different times, {} ns apart",
                          record_ns - *found_ns),
              {event});
    } else if (record_ns < now_least_ns_ || record_ns > now_most_ns_) {
      Violate(kCYC_2, "a record of this cycle bears a time from outside of it", {event});
    } else {
      if (found_ns) Trigger(kCYC_2);
      found_ns = record_ns;
    }
  };
  for (size_t p = 0; p < view_.processors(); ++p) {
    if (p >= view_.before().count()) continue;
    if (!view_.SameOf(p, Variable::kSeenScheduleNs)) {
      take(view_.now().Of(p, Variable::kSeenScheduleNs));
      JudgeRecord(p, event);
    }
    if (!view_.SameOf(p, Variable::kSeenSyscallNs))
      take(view_.now().Of(p, Variable::kSeenSyscallNs));
  }
  if (found_ns && *found_ns >= now_least_ns_ && *found_ns <= now_most_ns_)
    now_least_ns_ = now_most_ns_ = *found_ns;
}

// The monitor wrote the tick that it found.
void SliceJudge::JudgeRecord(size_t p, const Event& event) {
  const int64_t tick = view_.now().Of(p, Variable::kSeenScheduleTick);
  if (view_.MayHaveHad(p, Variable::kScheduleTick, tick)) return;
  Violate(kSLICE_2,
          fmt::format("the schedule tick {} was recorded of P {}, whose tick is {}", tick, p,
                      view_.now().Of(p, Variable::kScheduleTick)),
          {event});
}

void SliceJudge::OnCycle(const Event& event) {
  if (!view_.Knows(Variable::kSeenScheduleTick) || !view_.Knows(Variable::kSeenScheduleNs)) return;
  FindNow(event);
  if (requested_.size() < view_.processors()) requested_.resize(view_.processors(), -1);
  missed_.resize(view_.processors());
  size_t looked_at = 0;
  size_t left_out = 0;
  for (size_t p = 0; p < view_.processors(); ++p) {
    JudgeIdle(p, event);
    if (!view_.Busy(p)) continue;
    const bool done = JudgeTick(p, event);
    ++(done ? looked_at : left_out);
    if (missed_[p] > kMissedMost && p > 0) {
      Violate(kSLICE_1, fmt::format("the scan did not come to P {}, which was busy", p), {event});
    }
  }
  if (looked_at > 1 && left_out == 0) Trigger(kSLICE_1);
}

// False: the monitor left out what it owed.
bool SliceJudge::JudgeTick(size_t p, const Event& event) {
  const int64_t tick = view_.now().Of(p, Variable::kScheduleTick);
  if (view_.before().Of(p, Variable::kSeenScheduleTick) == tick) return JudgeSlice(p, event);
  const bool recorded = view_.now().Of(p, Variable::kSeenScheduleTick) == tick &&
                        !view_.SameOf(p, Variable::kSeenScheduleNs);
  if (view_.slept_deep()) JudgeAfterDeepSleep(recorded, event);
  if (recorded) {
    missed_[p] = 0;
    Trigger(kSLICE_2);
    return true;
  }
  if (++missed_[p] <= kMissedMost) return false;
  Violate(
      kSLICE_2,
      fmt::format("the schedule tick {} of P {}, which was busy, was not recorded with its time",
                  tick, p),
      {event});
  return false;
}

// The next cycle makes up for what this one left out, so that each tick is missed once.
void SliceJudge::JudgeAfterDeepSleep(bool recorded, const Event& event) {
  if (recorded) {
    missed_after_deep_sleep_ = 0;
    Trigger(kCYC_1);
  } else if (++missed_after_deep_sleep_ > kMissedAfterDeepSleepMost) {
    Violate(kCYC_1, "cycles that slept deep leave out the scan: none records the tick of a busy P",
            {event});
  }
}

bool SliceJudge::JudgeSlice(size_t p, const Event& event) {
  const int64_t tick = view_.now().Of(p, Variable::kScheduleTick);
  const bool requested = view_.Has(EventKind::kPreemptRequest, p);
  const ClauseId clause = requested_[p] == tick ? kSLICE_4 : kSLICE_3;
  if (requested) requested_[p] = tick;
  if (Stamped(p)) {
    Violate(kSLICE_2, fmt::format("the time of an unchanged schedule tick of P {} moved", p),
            {event});
    return true;
  }
  const int64_t since_ns = view_.now().Of(p, Variable::kSeenScheduleNs);
  // Where `now` is known by its bounds only, what lies between them decides nothing.
  if (!view_.Watched(kWatchPreemptRequest) || since_ns + tunables_.slice_ns > now_least_ns_)
    return true;
  if (requested) {
    Trigger(clause);
    return true;
  }
  Violate(clause,
          fmt::format("the tick of P {} was first seen {} ns ago, and preemption was not requested",
                      p, now_least_ns_ - since_ns),
          {event});
  return true;
}

void SliceJudge::JudgeIdle(size_t p, const Event& event) {
  if (!view_.Idle(p)) return;
  const bool touched = Stamped(p) || !view_.SameOf(p, Variable::kSeenSyscallTick) ||
                       !view_.SameOf(p, Variable::kSeenSyscallNs);
  // Where the records are up to date there was no temptation.
  const bool tempting = view_.now().Of(p, Variable::kScheduleTick) !=
                            view_.now().Of(p, Variable::kSeenScheduleTick) ||
                        touched;
  if (tempting) Expect(!touched, kSYS_10, "what was recorded of an idle P moved", event);
}

}  // namespace proctor::snapshots
