#include "conformance/judge/white_box/scheduler_trace.h"

#include <fmt/core.h>

namespace proctor::white_box {

using enum ClauseId;

SchedulerTraceJudge::SchedulerTraceJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kTRC_1},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kTraceLine}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

void SchedulerTraceJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      lines_ = 0;
      break;
    case EventKind::kTraceLine:
      OnLine(event);
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    default:
      break;
  }
}

bool SchedulerTraceJudge::IsDue() const {
  if (interval_ns() <= 0) return false;
  return !printed_before_ || last_ns_ + interval_ns() <= state_.duties_now_ns();
}

void SchedulerTraceJudge::OnLine(const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  const int64_t of_ns = event.Get(Arg::kNowNs);
  ++lines_;
  if (interval_ns() <= 0) {
    Violate(kTRC_1, "a line of the scheduler trace, which is off", {event});
  } else if (lines_ > 1) {
    Violate(kTRC_1, "two lines of the scheduler trace in one cycle", {event});
  } else {
    Expect(IsDue(), kTRC_1,
           Sentence("a line of the scheduler trace {} ns after the last one; the interval is {} ns",
                    now_ns - last_ns_, interval_ns()),
           {event});
  }
  // 0: the evidence does not say for which moment it was printed.
  Expect(of_ns == 0 || of_ns == now_ns, kTRC_1,
         Sentence("the line of the scheduler trace is for {}, and `now` is {}", of_ns, now_ns),
         {event});
  printed_before_ = true;
  last_ns_ = now_ns;
}

void SchedulerTraceJudge::OnEnd(const Event& event) {
  if (lines_ > 0 || !IsDue()) return;
  Violate(kTRC_1, "a line of the scheduler trace was due and not printed", {event});
  printed_before_ = true;
  last_ns_ = state_.duties_now_ns();
}

}  // namespace proctor::white_box
