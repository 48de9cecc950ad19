#include "conformance/judge/snapshots/view.h"

#include <algorithm>

namespace proctor::snapshots {
namespace {

// A cycle with more steps is nonsense, and is not judged.
constexpr size_t kStepsMost = 4'096;

bool IsBusy(int64_t status) { return status == kRunning || status == kInSyscall; }

}  // namespace

Values& View::ProcessorOf(int32_t p) {
  const auto index =
      static_cast<size_t>(std::clamp(p, 0, static_cast<int32_t>(kProcessorsMostHere) - 1));
  if (index >= now_.processors.size()) now_.processors.resize(index + 1);
  return now_.processors[index];
}

void View::TakeBefore(const Event& event) {
  switch (event.kind) {
    case EventKind::kWrite: {
      const auto variable = static_cast<size_t>(event.Get(Arg::kVariable));
      known_.set(variable);
      (event.p >= 0 ? ProcessorOf(event.p) : now_.values)[variable] = event.Get(Arg::kValue);
      published_ = published_ || (event.Is(Variable::kMonitorWaits) && event.Get(Arg::kValue) != 0);
      if (event.Is(Variable::kStatus) && event.p >= 0 &&
          static_cast<size_t>(event.p) < moved_.size())
        moved_.set(static_cast<size_t>(event.p));
      if (event.Is(Variable::kDying) && event.Get(Arg::kValue) != 0) {
        dying_ = true;
        whole_ = false;
      }
      break;
    }
    case EventKind::kSnapshot:
      watched_ &= event.Get(Arg::kWatched);
      break;
    case EventKind::kHandOff:
    case EventKind::kPreemptRequest:
    case EventKind::kAdjustIdleLocked:
    case EventKind::kInject:
    case EventKind::kAssign:
    case EventKind::kPoll:
    case EventKind::kPreemptSignal:
    case EventKind::kTraceLine:
      if (steps_.size() < kStepsMost) {
        steps_.push_back(event);
      } else {
        whole_ = false;
      }
      break;
    case EventKind::kDeepSleep:
      slept_deep_ = true;
      break;
    default:
      break;
  }
}

void View::TakeAfter(const Event& event) {
  switch (event.kind) {
    case EventKind::kGap:
      whole_ = false;
      break;
    case EventKind::kShallowSleep:
      whole_ = false;
      break;
    case EventKind::kShallowWake:
      whole_ = !dying_;
      watched_ = -1;
      slept_deep_ = published_ = false;
      steps_.clear();
      [[fallthrough]];
    case EventKind::kDeepWake:
      before_ = now_;
      moved_.reset();
      woke_ns_ = event.time_ns;
      break;
    default:
      break;
  }
}

bool View::Has(EventKind kind) const {
  return std::ranges::find(steps_, kind, &Event::kind) != steps_.end();
}

bool View::Has(EventKind kind, size_t p) const {
  return std::ranges::any_of(steps_, [&](const Event& step) {
    return step.kind == kind && step.p == static_cast<int32_t>(p);
  });
}

bool View::MayHaveHad(size_t p, Variable tick, int64_t value) const {
  const auto before = static_cast<uint32_t>(before_.Of(p, tick));
  return static_cast<uint32_t>(value) - before <= static_cast<uint32_t>(now_.Of(p, tick)) - before;
}

// A collection stops the world when it begins, which shows in its phase, and when it ends, which
// shows in its time.
bool View::Unstopped() const {
  return Same(Variable::kStopPending) && now_[Variable::kStopPending] == 0 &&
         Same(Variable::kCollecting) && Same(Variable::kLastCollection);
}

bool View::SameTask(size_t p) const {
  if (now_.Of(p, Variable::kStatus) != kRunning || !Knows(Variable::kRunningTask)) return true;
  return SameOf(p, Variable::kRunningTask) && now_.Of(p, Variable::kRunningTask) != 0;
}

bool View::Busy(size_t p) const {
  return Unstopped() && p < moved_.size() && !moved_[p] && SameTask(p) &&
         SameOf(p, Variable::kStatus) && IsBusy(now_.Of(p, Variable::kStatus)) &&
         SameOf(p, Variable::kScheduleTick) && SameOf(p, Variable::kSyscallTick) &&
         SameOf(p, Variable::kIdleMark) && Knows(Variable::kIdleMark);
}

// A processor bears its mark before it is counted, and its thread may not run for a while between
// the two.
bool View::IdleAreCounted() const {
  int64_t marked = 0;
  for (size_t p = 0; p < before_.count(); ++p) {
    if (before_.Of(p, Variable::kStatus) == kIdle && before_.Of(p, Variable::kIdleMark) != 0)
      ++marked;
  }
  return before_[Variable::kIdleProcessors] >= marked;
}

bool View::Idle(size_t p) const {
  return IdleAreCounted() && Knows(Variable::kIdleMark) && SameOf(p, Variable::kStatus) &&
         now_.Of(p, Variable::kStatus) == kIdle && SameOf(p, Variable::kIdleMark) &&
         now_.Of(p, Variable::kIdleMark) != 0;
}

bool View::AnotherIdle(size_t p) const {
  for (size_t other = 0; other < processors(); ++other) {
    if (other != p && Idle(other)) return true;
  }
  return false;
}

bool View::AllIdle() const {
  const auto procs = static_cast<size_t>(now_[Variable::kProcs]);
  if (!Same(Variable::kProcs) || procs == 0 || procs > processors()) return false;
  for (size_t p = 0; p < procs; ++p) {
    if (!Idle(p)) return false;
  }
  return true;
}

bool View::MayHaveBeenWoken() const {
  if (slept_deep_) return false;
  for (size_t p = 0; p < processors(); ++p) {
    if (Busy(p)) return false;
  }
  return true;
}

int64_t View::EarliestTimer(const Picture& picture) {
  int64_t earliest_ns = INT64_MAX;
  for (size_t p = 0; p < picture.count(); ++p) {
    const int64_t next_ns = picture.Of(p, Variable::kNextTimer);
    if (next_ns != 0) earliest_ns = std::min(earliest_ns, next_ns);
  }
  return earliest_ns;
}

}  // namespace proctor::snapshots
