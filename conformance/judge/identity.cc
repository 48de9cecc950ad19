#include "conformance/judge/identity.h"

#include <fmt/format.h>

namespace proctor {
namespace {

// A monitor is known by its short sleeps, which it makes in its first milliseconds.
constexpr int64_t kTellingNs = 300'000'000;

}  // namespace

IdentityJudge::IdentityJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kID_1}), from_start_(header.from_start) {
  using enum EventKind;
  Needs(KindSet({kMonitorStart, kProcessExit}));
}

void IdentityJudge::Observe(const Event& event) {
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
      break;
    case EventKind::kSecondMonitor:
      Violate(ClauseId::kID_1, "a second thread has a monitor's cadence",
              started_ ? std::vector{*started_, event} : std::vector{event});
      break;
    case EventKind::kMonitorExit:
      exited_ = event;
      break;
    case EventKind::kOpBegin:
      tasks_ran_ = true;
      if (exited_) {
        Violate(ClauseId::kID_1, "a task went on after the monitor's thread had ended",
                {*exited_, event});
      }
      break;
    case EventKind::kProcessExit:
      if (from_start_ && started_) Trigger(ClauseId::kID_1);
      if (from_start_ && !started_ && process_started_ && tasks_ran_ &&
          event.time_ns - process_started_->time_ns > kTellingNs) {
        Violate(ClauseId::kID_1,
                fmt::format("no thread of the process behaved like a monitor in {} ns",
                            event.time_ns - process_started_->time_ns),
                {*process_started_, event});
      }
      break;
    default:
      break;
  }
}

}  // namespace proctor
