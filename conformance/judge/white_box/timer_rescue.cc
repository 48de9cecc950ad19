#include "conformance/judge/white_box/timer_rescue.h"

#include <fmt/core.h>

namespace proctor::white_box {

using enum ClauseId;

TimerRescueJudge::TimerRescueJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kVER_1},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kWrite,
                     EventKind::kThreadRequest, EventKind::kAssign, EventKind::kPoll},
                    {Variable::kEarliestTimer, Variable::kIdleProcessors}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({EventKind::kWrite});
}

void TimerRescueJudge::Observe(const Event& event) {
  if (!RescuesTimers(profile_) || !state_.in_duties()) {
    timer_ns_ = {};
    started_ = 0;
    return;
  }
  if (event.kind == EventKind::kWrite) {
    if (!Is(event, Variable::kIdleProcessors)) return;
    idle_all_along_ = idle_all_along_ && event.Get(Arg::kValue) > 0;
    return;
  }
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kPoll:
      timer_ns_ = {};  // what counts is what is overdue after it
      break;
    case EventKind::kRead:
      if (Is(event, Variable::kEarliestTimer) && started_ == 0) {
        if (timer_ns_.none()) idle_all_along_ = state_.value(Variable::kIdleProcessors) > 0;
        timer_ns_.Add(event.Get(Arg::kValue));
      }
      break;
    case EventKind::kThreadRequest:
      OnStart(event);
      break;
    case EventKind::kAssign:
      // In virtual time the request says it, also where it starts nothing.
      if (in_real_time_ && !state_.within_call()) OnStart(event);
      break;
    case EventKind::kUnlock:
      if (Is(event, LockId::kMonitor)) OnEnd(event);
      break;
    default:
      break;
  }
}

void TimerRescueJudge::OnStart(const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  const Maybe overdue = timer_ns_.Are([&](int64_t timer_ns) { return timer_ns < now_ns; });
  ++started_;
  Expect(started_ == 1 && overdue.Justifies(), kVER_1,
         started_ > 1 ? "a second thread was asked for in one cycle"
                      : "a thread was asked for although no timer was found overdue after the poll",
         {event});
}

void TimerRescueJudge::OnEnd(const Event& event) {
  if (started_ > 0) return;
  if (timer_ns_.none()) {
    Violate(kVER_1, "no look at the timers after the poll", {event});
    return;
  }
  const int64_t now_ns = state_.duties_now_ns();
  const Maybe overdue = timer_ns_.Are([&](int64_t timer_ns) { return timer_ns < now_ns; });
  if (overdue.Excuses() || !idle_all_along_) return;
  Violate(kVER_1,
          fmt::format("a timer was overdue by {} ns after the poll, and no thread was started",
                      now_ns - timer_ns_.last()),
          {event});
}

}  // namespace proctor::white_box
