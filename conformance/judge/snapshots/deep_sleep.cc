#include "conformance/judge/snapshots/deep_sleep.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::snapshots {
namespace {

// The reads of one snapshot are not at one moment. This number of snapshots in a row decides.
constexpr int64_t kLeftOutMost = 4;
// Libc interceptors have timed waits cut into pieces of this length (DEEP-16).
constexpr int64_t kPieceNs = 10'000'000;

}  // namespace

using enum ClauseId;

DeepSleepJudge::DeepSleepJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view,
                    {kDEEP_1, kDEEP_2, kDEEP_3, kDEEP_4, kDEEP_6, kDEEP_7, kDEEP_11, kDEEP_12,
                     kDEEP_13, kDEEP_14, kDEAD_1, kCYC_1}) {}

void DeepSleepJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kDeepSleep:
      if (view_.whole()) OnDeepSleep(event);
      break;
    case EventKind::kDeepWake:
      OnDeepWake(event);
      break;
    case EventKind::kShallowSleep:
      if (view_.whole()) OnCycle(event);
      must_be_reset_ = false;
      slept_deep_ = false;
      break;
    case EventKind::kShallowWake:
      tested_without_lock_ = tested_under_lock_ = false;
      tests_shown_ = true;
      break;
    case EventKind::kRead:
      if (view_.whole() && view_.Knows(Variable::kSchedLock)) OnOwnRead();
      break;
    case EventKind::kWrite:
      if (event.m >= 0 && view_.whole() && view_.Knows(Variable::kSchedLock)) OnOwnWrite(event);
      break;
    default:
      break;
  }
}

// Nobody holds the sched lock, so what it guards belongs together; and the flag is up, so nobody
// has woken the monitor since it published it.
void DeepSleepJudge::OnDeepSleep(const Event& event) {
  const Picture& now = view_.now();
  Expect(tunables_.sched_trace_ms == 0, kDEEP_13, "a deep sleep although the scheduler trace is on",
         event);
  ticks_.clear();
  for (size_t p = 0; p < view_.processors(); ++p)
    ticks_.push_back(now.Of(p, Variable::kScheduleTick));
  Expect(!slept_deep_, kDEEP_14, "two deep sleeps without a shallow one between them", event);
  slept_deep_ = true;
  const bool settled = view_.Knows(Variable::kSchedLock) && now[Variable::kSchedLock] == 0;
  if (!settled || !view_.Knows(Variable::kMonitorWaits)) return;
  const bool waits = now[Variable::kMonitorWaits] != 0;
  if (view_.Knows(Variable::kMonitorNote)) {
    Expect(waits || now[Variable::kMonitorNote] != 0, kDEEP_3,
           "the monitor sleeps deep and its flag is not up", event);
  }
  if (!waits) return;
  const bool all_idle = now[Variable::kIdleProcessors] == now[Variable::kProcs];
  const bool stop = now[Variable::kStopPending] != 0;
  if (all_idle || stop) {
    Trigger(kDEEP_1);
  } else if (view_.Same(Variable::kStopPending)) {
    for (size_t p = 0; p < view_.processors(); ++p) {
      if (!view_.Busy(p)) continue;
      const std::string message = fmt::format(
          "a deep sleep although P {} was busy all the time and no stop-the-world is pending", p);
      Violate(kDEEP_1, message, {event});
      Violate(kDEEP_11, message, {event});
    }
  }
  // A pending stop-the-world, which is over now, may have been all that it had to look at.
  if (tested_without_lock_ && tests_shown_ && !stop && view_.Same(Variable::kStopPending)) {
    Expect(tested_under_lock_, kDEEP_1,
           "what leads to a deep sleep was tested, and not tested again under the sched lock",
           event);
  }
  JudgeDuration(event);
  JudgeCounts(event);
}

// The monitor stands at its own access, so while it holds the lock the lock is not free. One that
// another thread holds says nothing.
void DeepSleepJudge::OnOwnRead() {
  const Picture& now = view_.now();
  // It may have seen otherwise; what it reads then is no longer watched.
  if (now[Variable::kIdleProcessors] != now[Variable::kProcs] && now[Variable::kStopPending] == 0)
    tests_shown_ = false;
  (now[Variable::kSchedLock] != 0 ? tested_under_lock_ : tested_without_lock_) = true;
}

void DeepSleepJudge::OnOwnWrite(const Event& event) {
  const bool locked = view_.now()[Variable::kSchedLock] != 0;
  if (event.Is(Variable::kMonitorNote)) {
    Expect(locked, kDEEP_6, "the note is reset without the sched lock", event);
  } else if (event.Is(Variable::kMonitorWaits)) {
    if (event.Get(Arg::kValue) != 0) {
      Expect(locked, kDEEP_3, "the flag is published without the sched lock", event);
    } else {
      Expect(locked, kDEEP_6, "the flag is cleared without the sched lock", event);
    }
  }
}

void DeepSleepJudge::JudgeDuration(const Event& event) {
  if (!view_.Knows(Variable::kNextTimer)) return;
  const int64_t next_ns = View::EarliestTimer(view_.now());
  if (next_ns != View::EarliestTimer(view_.before())) return;
  if (next_ns <= view_.woke_ns()) {
    Violate(kDEEP_2,
            fmt::format("a deep sleep although a timer has been overdue for {} ns",
                        view_.woke_ns() - next_ns),
            {event});
    return;
  }
  Trigger(kDEEP_2);
  const int64_t duration_ns = event.Get(Arg::kDurationNs);
  // It may be the first of several pieces.
  if (duration_ns == kPieceNs) return;
  const int64_t deep_max_ns = forced_period_ns() / 2;
  // `now` lay between the wake-up and this.
  const auto left_ns = [&](int64_t now_ns) {
    return next_ns == INT64_MAX ? deep_max_ns : std::min(deep_max_ns, next_ns - now_ns);
  };
  if (duration_ns > left_ns(view_.woke_ns()) || duration_ns < left_ns(event.time_ns)) {
    Violate(kDEEP_4,
            fmt::format("a deep sleep of {} ns; {} to {} ns were due", duration_ns,
                        left_ns(event.time_ns), left_ns(view_.woke_ns())),
            {event});
  } else {
    Trigger(kDEEP_4);
  }
}

void DeepSleepJudge::JudgeCounts(const Event& event) {
  for (const Variable needed : {Variable::kThreads, Variable::kIdleThreads, Variable::kIdleLocked,
                                Variable::kSystemThreads}) {
    if (!view_.Knows(needed)) return;
  }
  const Picture& now = view_.now();
  const int64_t running = now[Variable::kThreads] - now[Variable::kIdleThreads] -
                          now[Variable::kIdleLocked] - now[Variable::kSystemThreads];
  if (running < 0) {
    Violate(kDEAD_1, fmt::format("{} threads count as running", running), {event});
  } else {
    Trigger(kDEAD_1);
  }
}

void DeepSleepJudge::OnCycle(const Event& event) {
  const Picture& now = view_.now();
  if (must_be_reset_ && view_.Knows(Variable::kMonitorWaits) &&
      view_.Knows(Variable::kMonitorNote)) {
    // Once the flag is down nobody sets the note.
    Expect(now[Variable::kMonitorWaits] == 0 && now[Variable::kMonitorNote] == 0, kDEEP_6,
           "after a deep sleep the flag is up or the note not reset", event);
  }
  if (view_.slept_deep() || !view_.AllIdle()) left_out_ = 0;
  if (view_.slept_deep()) return;
  for (size_t p = 0; p < view_.processors(); ++p) {
    if (view_.Busy(p)) {
      Trigger(kDEEP_11);
      break;
    }
  }
  if (!view_.AllIdle() || !view_.Knows(Variable::kNextTimer)) return;
  if (tunables_.sched_trace_ms > 0) {
    Trigger(kDEEP_13);
    return;
  }
  // Every P was idle all the time, so no timer was set or run.
  const int64_t next_ns = View::EarliestTimer(now);
  if (next_ns == View::EarliestTimer(view_.before()) && next_ns > event.time_ns &&
      ++left_out_ > kLeftOutMost) {
    Violate(kCYC_1, "a deep sleep was due and left out: every P was idle and no timer overdue",
            {event});
  }
}

// Others may run while the monitor sleeps on.
void DeepSleepJudge::OnDeepWake(const Event& event) {
  must_be_reset_ = true;
  const bool timed_out = event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kTimeout);
  for (size_t p = 0; p < ticks_.size() && timed_out; ++p) {
    if (ticks_[p] == view_.now().Of(p, Variable::kScheduleTick)) continue;
    Trigger(kDEEP_12);
    break;
  }
  ticks_.clear();
  // Who wakes it clears the flag first, under the lock, and only the monitor puts it up.
  const bool noted =
      view_.Knows(Variable::kMonitorNote) && view_.now()[Variable::kMonitorNote] != 0;
  if (!noted || !view_.Knows(Variable::kMonitorWaits)) return;
  Expect(view_.now()[Variable::kMonitorWaits] == 0, kDEEP_7,
         "the monitor was woken, and its flag is still up: the next one wakes it too", event);
}

}  // namespace proctor::snapshots
