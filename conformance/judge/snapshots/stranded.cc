#include "conformance/judge/snapshots/stranded.h"

#include <fmt/core.h>

namespace proctor::snapshots {
namespace {

// A thread may lose its CPU between adding a task and waking somebody for it, but does not again
// and again.
constexpr int64_t kCyclesMost = 8;
constexpr int64_t kStrandedMost = 3;
constexpr int64_t kServedForOne = 8;

}  // namespace

using enum ClauseId;

StrandedJudge::StrandedJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kHAND_8}) {}

void StrandedJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kGap) {
    waits_.clear();
    was_idle_.clear();
  }
  if (event.kind == EventKind::kShallowSleep && view_.whole()) OnCycle(event);
}

bool StrandedJudge::IsStranded(size_t p) const {
  const auto both = [&](Variable variable) {
    return view_.Knows(variable) && view_.Same(variable) && view_.now()[variable] == 0;
  };
  return view_.Busy(p) && both(Variable::kSpinningThreads) && both(Variable::kCollecting) &&
         view_.before().Of(p, Variable::kLocalWork) > 0 &&
         view_.now().Of(p, Variable::kLocalWork) > 0 && view_.AnotherIdle(p);
}

bool StrandedJudge::OneWasPutToWork() const {
  for (size_t p = 0; p < was_idle_.size(); ++p) {
    if (was_idle_[p] && view_.now().Of(p, Variable::kStatus) == kRunning) return true;
  }
  return false;
}

void StrandedJudge::OnCycle(const Event& event) {
  if (waits_.size() < view_.processors()) waits_.resize(view_.processors());
  bool one_is_busy = false;
  for (size_t p = 0; p < view_.processors(); ++p) {
    one_is_busy = one_is_busy || view_.Busy(p);
    Wait& wait = waits_[p];
    if (!IsStranded(p)) {
      wait = {};
      continue;
    }
    if (wait.cycles == 0) wait.begin = event;
    if (++wait.cycles != kCyclesMost + 1 || ++stranded_ <= kStrandedMost ||
        stranded_ * kServedForOne <= served_)
      continue;
    Violate(kHAND_8,
            fmt::format("again and again a task waits on the queue of P {} while another P is idle "
                        "and no thread looks for work",
                        p),
            {*wait.begin, event});
  }
  if (one_is_busy && OneWasPutToWork()) {
    ++served_;
    Trigger(kHAND_8);
  }
  was_idle_.resize(view_.processors());
  for (size_t p = 0; p < was_idle_.size(); ++p) {
    was_idle_[p] = view_.now().Of(p, Variable::kStatus) == kIdle;
  }
}

}  // namespace proctor::snapshots
