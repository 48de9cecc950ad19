#include "conformance/judge/deadlock.h"

#include <fmt/format.h>

namespace proctor {

DeadlockJudge::DeadlockJudge(const Header&)
    : Judge(kX, {ClauseId::kID_3, ClauseId::kDEAD_3, ClauseId::kDEAD_4, ClauseId::kDEAD_5}) {}

void DeadlockJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kDeadlockReport:
      report_ = event;
      if (activity_.open(Op::kSleep) > 0) {
        Violate(ClauseId::kDEAD_4, "a deadlock was reported although a timer was pending",
                {*last_stamp_, event});
      }
      if (activity_.open(Op::kWait) > 0) {
        Violate(ClauseId::kDEAD_5, "a deadlock was reported although a task waited on the network",
                {*last_stamp_, event});
      }
      break;
    case EventKind::kProcessExit:
      OnExit(event);
      break;
    case EventKind::kOpEnd:
      if (event.Is(Arg::kOp, Op::kSleep) && only_timer_) {
        Trigger(ClauseId::kDEAD_4);
      }
      if (event.Is(Arg::kOp, Op::kWait) && only_network_) {
        Trigger(ClauseId::kDEAD_5);
      }
      break;
    default:
      break;
  }
  activity_.Observe(event);
  if (event.g >= 0) last_stamp_ = event;
  only_timer_ = AllWaitBut(Op::kSleep) ? std::optional(event) : std::nullopt;
  only_network_ = AllWaitBut(Op::kWait) ? std::optional(event) : std::nullopt;
}

bool DeadlockJudge::AllWaitBut(Op op) const {
  const int64_t among_themselves = activity_.open(Op::kSend) + activity_.open(Op::kReceive);
  return !activity_.lost() && among_themselves > 0 && activity_.open(op) > 0 &&
         among_themselves + activity_.open(op) == activity_.live();
}

void DeadlockJudge::OnExit(const Event& event) {
  const int64_t among_themselves = activity_.open(Op::kSend) + activity_.open(Op::kReceive);
  if (activity_.lost() || activity_.live() == 0 || among_themselves != activity_.live()) return;
  const int64_t status = event.Get(Arg::kStatus);
  if (report_ && status != 0) {
    Trigger(ClauseId::kDEAD_3);
    Trigger(ClauseId::kID_3);
    return;
  }
  const std::string message = fmt::format(
      "all {} tasks waited for each other for ever; the process ended with status {} {} a report",
      activity_.live(), status, report_ ? "and" : "without");
  Violate(ClauseId::kDEAD_3, message, {*last_stamp_, event});
  Violate(ClauseId::kID_3, message, {*last_stamp_, event});
}

}  // namespace proctor
