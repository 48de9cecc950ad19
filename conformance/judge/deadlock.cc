#include "conformance/judge/deadlock.h"

#include <fmt/core.h>

#include "conformance/evidence/harness_end.h"

namespace proctor {
namespace {

// The check follows the last task's wait at once; this much a runtime may be busy otherwise.
constexpr int64_t kReportWithinNs = 2'000'000'000;

}  // namespace

DeadlockJudge::DeadlockJudge(const Header& header)
    : Judge(kX, {ClauseId::kID_3, ClauseId::kDEAD_3, ClauseId::kDEAD_4, ClauseId::kDEAD_5}),
      activity_(header.emits) {
  using enum EventKind;
  Needs(KindSet({kDeadlockReport}) | Activity::Kinds());
  Needs({ClauseId::kID_3, ClauseId::kDEAD_3}, KindSet({kProcessExit}));
}

void DeadlockJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kDeadlockReport:
      report_ = event;
      if (activity_.open(Op::kSleep) > 0 && lull_.last_stamp()) {
        Violate(ClauseId::kDEAD_4, "a deadlock was reported although a timer was pending",
                {*lull_.last_stamp(), event});
      }
      if (activity_.open(Op::kWait) > 0 && lull_.last_stamp()) {
        Violate(ClauseId::kDEAD_5, "a deadlock was reported although a task waited on the network",
                {*lull_.last_stamp(), event});
      }
      break;
    case EventKind::kCanGoOn:
      is_false_report_ = true;  // HAND-8 is violated then
      break;
    case EventKind::kAtRest:
      OnRest(event);
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
  lull_.Observe(event);
  only_timer_ = AllWaitBut(Op::kSleep) ? std::optional(event) : std::nullopt;
  only_network_ = AllWaitBut(Op::kWait) ? std::optional(event) : std::nullopt;
}

bool DeadlockJudge::AllWaitBut(Op op) const {
  const int64_t among_themselves = activity_.open(Op::kSend) + activity_.open(Op::kReceive);
  return !activity_.lost() && among_themselves > 0 && activity_.open(op) > 0 &&
         among_themselves + activity_.open(op) == activity_.live();
}

// Every thread is asleep, says the kernel, and nothing is to come.
void DeadlockJudge::OnRest(const Event& event) {
  const int64_t among_themselves = activity_.open(Op::kSend) + activity_.open(Op::kReceive);
  if (activity_.lost() || activity_.live() == 0 || among_themselves != activity_.live()) return;
  if (!lull_.last_stamp()) return;
  const std::string message = fmt::format(
      "all {} tasks waited for each other, no thread has run for {} ns, and the process {}",
      activity_.live(), event.Get(Arg::kDurationNs),
      report_ ? "reported a deadlock and did not end" : "reported no deadlock");
  Violate(ClauseId::kDEAD_3, message, {*lull_.last_stamp(), event});
  Violate(ClauseId::kID_3, message, {*lull_.last_stamp(), event});
}

void DeadlockJudge::OnExit(const Event& event) {
  const int64_t among_themselves = activity_.open(Op::kSend) + activity_.open(Op::kReceive);
  if (activity_.lost() || activity_.live() == 0 || among_themselves != activity_.live()) return;
  if (!lull_.last_stamp()) return;
  const int64_t status = event.Get(Arg::kStatus);
  if (is_false_report_) return;
  if (report_ && status != 0) {
    Trigger(ClauseId::kDEAD_3);
    Trigger(ClauseId::kID_3);
    return;
  }
  if (status == kEndedByHarness) return OnEndedByHarness(event);
  const std::string message = fmt::format(
      "all {} tasks waited for each other for ever; the process ended with status {} {} a report",
      activity_.live(), status, report_ ? "and" : "without");
  const bool died_too_early = status != 0 && !lull_.IsLongAt(event.time_ns);
  for (const ClauseId clause : {ClauseId::kDEAD_3, ClauseId::kID_3}) {
    if (died_too_early) {
      LeaveOpen(clause, fmt::format("the process ended with status {} before it could report a "
                                    "deadlock",
                                    status));
    } else {
      Violate(clause, message, {*lull_.last_stamp(), event});
    }
  }
}

// It lived on until then, so it had its time, and said nothing.
void DeadlockJudge::OnEndedByHarness(const Event& event) {
  const int64_t silent_ns = lull_.QuietNsAt(event.time_ns);
  if (silent_ns < kReportWithinNs) {
    LeaveOpen(ClauseId::kDEAD_3, "the harness ended the process before a report was due");
    return;
  }
  Violate(ClauseId::kDEAD_3,
          fmt::format("all {} tasks waited for each other, and there was no report within {} ms; "
                      "the harness ended the process",
                      activity_.live(), silent_ns / 1'000'000),
          {*lull_.last_stamp(), event});
  LeaveOpen(ClauseId::kID_3,
            "no deadlock was reported, which DEAD-3 judges; whether the monitor was counted cannot "
            "be seen");
}

}  // namespace proctor
