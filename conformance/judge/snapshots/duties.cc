#include "conformance/judge/snapshots/duties.h"

#include <fmt/core.h>

namespace proctor::snapshots {
namespace {

// Others hold the all-P lock too, but not at this number of hand-offs in a row.
constexpr int64_t kHeldMost = 16;
// Where each scan has many of them, few are looked at.
constexpr int64_t kHeldAtBracketMost = 6;
// Others hold the monitor lock too, but not in so many sleeps of the monitor in a row.
constexpr int64_t kHeldInSleepMost = 16;
constexpr int64_t kHeldInDeepSleepMost = 4;

}  // namespace

using enum ClauseId;

DutiesJudge::DutiesJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kCYC_1, kCYC_3, kCYC_4, kID_2, kID_3}) {}

void DutiesJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowSleep:
      if (view_.whole()) {
        OnCycle(event);
        JudgeSleep(held_in_sleep_, kHeldInSleepMost, event);
      }
      duty_ = Duty::kNone;
      break;
    case EventKind::kDeepSleep:
      if (view_.whole()) JudgeSleep(held_in_deep_sleep_, kHeldInDeepSleepMost, event);
      break;
    case EventKind::kAdjustIdleLocked:
      if (view_.whole() && view_.Knows(Variable::kAllPLock)) JudgeBracketLock(event);
      break;
    case EventKind::kPoll:
    case EventKind::kHandOff:
    case EventKind::kPreemptRequest:
    case EventKind::kInject:
    case EventKind::kTraceLine:
      if (!view_.whole()) break;
      JudgeLocks(event);
      OnStep(event);
      break;
    default:
      break;
  }
}

void DutiesJudge::OnStep(const Event& event) {
  Duty duty = Duty::kNone;
  switch (event.kind) {
    case EventKind::kPoll:
      duty = Duty::kPoll;
      break;
    case EventKind::kHandOff:
    case EventKind::kPreemptRequest:
      duty = Duty::kRetake;
      break;
    case EventKind::kTraceLine:
      duty = Duty::kTrace;
      break;
    default:
      // Of the helper; others are injected earlier.
      if (view_.before()[Variable::kHelperIdle] == 0 || view_.now()[Variable::kHelperIdle] != 0)
        return;
      duty = Duty::kForce;
      break;
  }
  if (duty_ != Duty::kNone || view_.slept_deep()) {
    Expect(duty >= duty_, kCYC_1, "two duties of a cycle come in the wrong order", event);
  }
  duty_ = duty;
}

// A word that says "nobody" says so of the monitor too.
void DutiesJudge::JudgeLocks(const Event& event) {
  const Picture& now = view_.now();
  if (view_.Knows(Variable::kMonitorLock)) {
    Expect(now[Variable::kMonitorLock] != 0, kCYC_3, "a duty without the monitor lock", event);
  }
  if (!view_.Knows(Variable::kAllPLock)) return;
  if (event.kind == EventKind::kPreemptRequest) {
    Expect(now[Variable::kAllPLock] != 0, kCYC_4, "the scan goes on without the all-P lock", event);
  } else if (event.kind == EventKind::kHandOff) {
    if (now[Variable::kAllPLock] == 0) {
      held_ = 0;
      Trigger(kCYC_4);
    } else if (++held_ > kHeldMost) {
      Violate(kCYC_4, "hand-offs, which take the sched lock, come with the all-P lock held",
              {event});
    }
  }
}

// It takes the sched lock.
void DutiesJudge::JudgeBracketLock(const Event& event) {
  int64_t& held = event.Get(Arg::kDelta) < 0 ? held_at_begin_ : held_at_end_;
  if (view_.now()[Variable::kAllPLock] == 0) {
    held = 0;
  } else if (++held > kHeldAtBracketMost) {
    Violate(kCYC_4, "the count of idle locked threads is adjusted with the all-P lock held",
            {event});
  }
}

// It is taken after the sleeps and released before the next one.
void DutiesJudge::JudgeSleep(int64_t& held, int64_t most, const Event& event) {
  if (!view_.Knows(Variable::kMonitorLock)) return;
  if (view_.now()[Variable::kMonitorLock] == 0) {
    held = 0;
  } else if (++held > most) {
    Violate(kCYC_1, "the monitor lock is held in sleep after sleep of the monitor", {event});
  }
}

void DutiesJudge::OnCycle(const Event& event) {
  if (view_.Knows(Variable::kSystemThreads)) {
    Expect(view_.now()[Variable::kSystemThreads] >= 1, kID_3,
           "the monitor does not count as a system thread", event);
  }
  if (!view_.Knows(Variable::kOwner)) return;
  for (size_t p = 0; p < view_.processors(); ++p) {
    if (view_.now().Of(p, Variable::kOwner) != event.m) continue;
    Violate(kID_2, fmt::format("the monitor owns P {}", p), {event});
    return;
  }
  Trigger(kID_2);
}

}  // namespace proctor::snapshots
