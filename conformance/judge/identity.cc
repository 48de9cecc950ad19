#include "conformance/judge/identity.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// A monitor is known by its short sleeps, which it makes in its first milliseconds. How long a
// process takes to start says nothing: what counts is how long tasks have run.
constexpr int64_t kDecisiveNs = 300'000'000;

}  // namespace

IdentityJudge::IdentityJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kID_1}), from_start_(header.from_start) {
  using enum EventKind;
  Needs(KindSet({kMonitorStart, kProcessExit}));
}

void IdentityJudge::Observe(const Event& event) {
  stalls_.Observe(event);
  switch (event.kind) {
    case EventKind::kProcessStart:
      process_started_ = event;
      break;
    case EventKind::kMonitorStart:
      if (started_ && !exited_ && started_->m != event.m) {
        Violate(ClauseId::kID_1, "a second monitor started", {*started_, event});
      }
      started_ = event;
      break;
    case EventKind::kGap:
      // A thread that starts and ends in the gap was not seen.
      started_.reset();
      exited_.reset();
      process_started_.reset();
      first_stamp_.reset();
      last_stamp_.reset();
      break;
    case EventKind::kSecondMonitor:
      Violate(ClauseId::kID_1, "a second thread has a monitor's cadence",
              started_ ? std::vector{*started_, event} : std::vector{event});
      break;
    case EventKind::kMonitorExit:
      exited_ = event;
      break;
    case EventKind::kOpBegin:
      if (exited_) {
        Violate(ClauseId::kID_1, "a task went on after the monitor's thread had ended",
                {*exited_, event});
      }
      [[fallthrough]];
    case EventKind::kOpEnd:
      if (!first_stamp_) first_stamp_ = event;
      last_stamp_ = event;
      break;
    case EventKind::kProcessExit:
      if (from_start_ && started_) Trigger(ClauseId::kID_1);
      if (from_start_ && !started_) JudgeAbsence(event);
      break;
    default:
      break;
  }
}

void IdentityJudge::JudgeAbsence(const Event& exit) {
  if (!process_started_ || !first_stamp_) return;
  const int64_t begin_ns = first_stamp_->time_ns;
  const int64_t end_ns = last_stamp_->time_ns;
  const int64_t ran_ns = end_ns - begin_ns - stalls_.Within(begin_ns, end_ns);
  if (ran_ns <= kDecisiveNs) return;
  Violate(ClauseId::kID_1,
          fmt::format("tasks ran for {} ns, and no thread of the process behaved like a monitor",
                      ran_ns),
          {*first_stamp_, *last_stamp_, exit});
}

}  // namespace proctor
