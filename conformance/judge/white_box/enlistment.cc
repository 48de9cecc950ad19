#include "conformance/judge/white_box/enlistment.h"

#include <fmt/core.h>

namespace proctor::white_box {

using enum ClauseId;

EnlistmentJudge::EnlistmentJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kID_2, kID_3, kID_4},
                    {EventKind::kAcquire, EventKind::kExecute, EventKind::kShallowSleep,
                     EventKind::kWrite, EventKind::kDeadlockCheck, EventKind::kMonitorExit},
                    {Variable::kSystemThreads}) {
  LooksAtOthers({});
}

void EnlistmentJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kAcquire:
    case EventKind::kExecute:
      Violate(kID_2, "the monitor acquired a P or runs a task", {event});
      break;
    case EventKind::kMonitorExit:
      // For real the process may be ending.
      if (in_real_time_) break;
      Violate(kID_4,
              fmt::format("the monitor's loop ended in its cycle {}, and nobody had asked it to",
                          state_.cycle()),
              {event});
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kSystemThreads)) OnCount(event);
      break;
    case EventKind::kDeadlockCheck:
      OnCheck(event);
      break;
    case EventKind::kShallowSleep:
      Trigger(kID_2);
      if (started_) break;
      started_ = true;
      Expect(counted_ > 0, kID_3, "the monitor does not count itself as a system thread", {event});
      Expect(checked_ > 0, kID_3, "no deadlock check at the start", {event});
      break;
    default:
      break;
  }
}

void EnlistmentJudge::OnCount(const Event& event) {
  const int64_t change = event.Get(Arg::kValue) - state_.value(Variable::kSystemThreads);
  ++counted_;
  if (started_) {
    Violate(kID_3, "the count of system threads was changed after the start", {event});
  } else if (counted_ > 1 || change != 1) {
    Violate(kID_3, "the monitor counts itself more than once", {event});
  } else {
    Expect(state_.MonitorHolds(LockId::kSched), kID_3,
           "the monitor counts itself without the sched lock", {event});
  }
}

// One belongs to the start; the others come with the idle-locked count.
void EnlistmentJudge::OnCheck(const Event& event) {
  if (started_) return;
  ++checked_;
  Expect(checked_ == 1 && counted_ > 0 && state_.MonitorHolds(LockId::kSched), kID_3,
         checked_ > 1   ? "a second deadlock check at the start"
         : counted_ > 0 ? "the deadlock check of the start without the sched lock"
                        : "the deadlock check of the start came before the monitor counted itself",
         {event});
}

}  // namespace proctor::white_box
