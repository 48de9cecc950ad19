#include "conformance/judge/observed_preemption.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

// A spin of N slices would have been preempted, were preemption on.
constexpr int64_t kDecisiveSlices = 3;
constexpr size_t kSignalsKeptMost = 2048;
constexpr size_t kSpinsMost = 4096;

bool Computes(const Event& event) {
  return event.Is(Arg::kOp, Op::kSpin) || event.Is(Arg::kOp, Op::kWork);
}

}  // namespace

ObservedPreemptionJudge::ObservedPreemptionJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kPRE_1, ClauseId::kPRE_3, ClauseId::kSLICE_4}),
      tunables_(header.in_force),
      in_force_(!header.from_start ||
                !header.emits[static_cast<size_t>(EventKind::kScenarioStart)]) {
  using enum EventKind;
  Needs(KindSet({kPreemptSignal}));
  Needs({ClauseId::kPRE_3}, KindSet({kOpBegin, kOpEnd}));
  Needs({ClauseId::kSLICE_4}, KindSet({kShallowSleep}));
}

void ObservedPreemptionJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kGap:
      spins_.clear();
      this_cycle_.clear();
      break;
    case EventKind::kScenarioStart:
      in_force_ = true;
      [[fallthrough]];
    case EventKind::kShallowSleep:
      this_cycle_.clear();
      break;
    case EventKind::kPreemptSignal:
      OnSignal(event);
      break;
    case EventKind::kSignalPending:
      Violate(ClauseId::kSLICE_4,
              fmt::format("a second signal to the thread {} while the first is on its way",
                          event.Get(Arg::kTarget)),
              {event});
      break;
    case EventKind::kOpBegin:
      if (event.Is(Arg::kOp, Op::kProcs)) procs_is_fixed_ = false;
      if (Computes(event) && spins_.size() < kSpinsMost) {
        spins_.insert_or_assign(event.g, event.time_ns);
      }
      break;
    case EventKind::kOpEnd:
      if (Computes(event)) OnSpinEnd(event);
      break;
    default:
      break;
  }
}

void ObservedPreemptionJudge::OnSignal(const Event& event) {
  if (in_force_ && tunables_.asynchronous_preemption == 0) {
    Violate(ClauseId::kPRE_3, "a preemption signal although asynchronous preemption is off",
            {event});
  }
  if (event.Get(Arg::kTarget) == event.m) {
    Violate(ClauseId::kPRE_1, "the monitor signalled its own thread", {event});
  } else {
    Trigger(ClauseId::kPRE_1);
  }

  JudgeTarget(event);
}

void ObservedPreemptionJudge::JudgeTarget(const Event& event) {
  if (!in_force_ || !procs_is_fixed_ || tunables_.procs == 0) return;
  // A thread may move to another P while the scan is under way, and be found there once more.
  const int64_t same_target = std::ranges::count_if(this_cycle_, [&](const Event& other) {
    return other.Get(Arg::kTarget) == event.Get(Arg::kTarget);
  });
  if (same_target >= tunables_.procs) {
    Violate(ClauseId::kSLICE_4,
            fmt::format("{} signals to one thread in one cycle, with {} P", same_target + 1,
                        tunables_.procs),
            {this_cycle_.back(), event});
  } else {
    Trigger(ClauseId::kSLICE_4);
  }
  if (this_cycle_.size() < kSignalsKeptMost) this_cycle_.push_back(event);
}

void ObservedPreemptionJudge::OnSpinEnd(const Event& event) {
  const auto spin = spins_.find(event.g);
  if (spin == spins_.end()) return;
  const bool decisive = event.time_ns - spin->second >= kDecisiveSlices * tunables_.slice_ns;
  spins_.erase(spin);
  if (decisive && tunables_.asynchronous_preemption == 0) Trigger(ClauseId::kPRE_3);
}

}  // namespace proctor
