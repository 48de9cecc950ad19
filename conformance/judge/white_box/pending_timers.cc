#include "conformance/judge/white_box/pending_timers.h"

#include <cstdint>

namespace proctor::white_box {

using enum ClauseId;

PendingTimersJudge::PendingTimersJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kTIME_1, kTIME_5},
                    {EventKind::kTimerSet, EventKind::kTimerFired, EventKind::kRead},
                    {Variable::kEarliestTimer}) {}

void PendingTimersJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kTimerFired) {
    const int64_t when_ns = event.Get(Arg::kWhenNs);
    Expect(event.time_ns >= when_ns, kTIME_1,
           Sentence("a timer fired {} ns before its time", when_ns - event.time_ns), {event});
  } else if (event.kind == EventKind::kRead && Is(event, Variable::kEarliestTimer)) {
    // Who looks at the timers of all processors sees each that is pending.
    const int64_t pending_ns = state_.earliest_timer_ns();
    if (pending_ns == INT64_MAX) return;
    Expect(event.Get(Arg::kValue) <= pending_ns, kTIME_5,
           Sentence("a timer was lost: it was due at {} ns and has not fired, but no processor has "
                    "it any more",
                    pending_ns),
           {event});
  }
}

}  // namespace proctor::white_box
