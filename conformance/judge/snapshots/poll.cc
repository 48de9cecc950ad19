#include "conformance/judge/snapshots/poll.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace proctor::snapshots {
namespace {

// The helper that changes the number of P is injected without a bracket too, but not so often.
constexpr int64_t kUnbracketedMost = 4;
// What a poll finds may be the poller's own wake-up, or what no task waits for, but not so often.
constexpr int64_t kTooFewMost = 4;
constexpr int64_t kUnadjustedMost = 2;
// Another thread may write the time of its own poll meanwhile, but not so often.
constexpr int64_t kOtherTimeMost = 2;

}  // namespace

using enum ClauseId;

PollJudge::PollJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kPOLL_1, kPOLL_2, kPOLL_3, kPOLL_4, kPOLL_5}) {}

void PollJudge::Observe(const Event& event) {
  if (!view_.whole() || !view_.Knows(Variable::kLastPoll)) return;
  if (event.kind == EventKind::kPoll) OnPoll(event);
  if (event.kind == EventKind::kInject) OnInject(event);
  if (event.kind == EventKind::kAdjustIdleLocked && at_inject_) OnInjected(event);
  if (event.kind == EventKind::kShallowSleep) {
    OnCycle(event);
    by_another_ = false;
    at_inject_.reset();
  }
}

// The scavenger and the helper of forced collections wait to be injected too, and it shows.
void PollJudge::OnInject(const Event& event) {
  at_inject_ = event;
  queue_before_ = view_.now()[Variable::kGlobalQueue];
  tick_before_ = view_.now().Of(0, Variable::kScheduleTick);
  by_another_ =
      by_another_ || !view_.Same(Variable::kScavengerParked) || !view_.Same(Variable::kHelperIdle);
  if (!PolledOnTheOnlyP()) return;
  if (view_.now()[Variable::kPollWaiters] == view_.before()[Variable::kPollWaiters]) {
    adjusted_early_ = 0;
  } else if (++adjusted_early_ > kUnadjustedMost) {
    Violate(kPOLL_5, "again and again the count of those that wait is adjusted before an injection",
            {event});
  }
}

// A poll found something, and one task goes on meanwhile, so nobody began to wait.
bool PollJudge::PolledOnTheOnlyP() const {
  const bool alone = view_.Same(Variable::kProcs) && view_.now()[Variable::kProcs] == 1;
  return alone && AdjustsWaiters(profile_) && view_.Knows(Variable::kPollWaiters) && !by_another_ &&
         view_.Busy(0) && Found() != nullptr;
}

const Event* PollJudge::Found() const {
  const auto found = std::ranges::find_if(view_.steps(), [](const Event& step) {
    return step.kind == EventKind::kPoll && step.Get(Arg::kReady) > 0;
  });
  return found == view_.steps().end() ? nullptr : &*found;
}

// On the only P one task goes on meanwhile, so nobody took any of them.
void PollJudge::OnInjected(const Event& event) {
  const Event inject = *std::exchange(at_inject_, std::nullopt);
  const Picture& now = view_.now();
  int64_t found = 0;
  for (const Event& step : view_.steps()) {
    if (step.kind == EventKind::kPoll) found = step.Get(Arg::kReady);
  }
  const bool same_task = now.Of(0, Variable::kScheduleTick) == tick_before_ &&
                         now.Of(0, Variable::kStatus) == kRunning;
  if (by_another_ || found < 2 || now[Variable::kProcs] != 1 || !same_task ||
      !view_.Knows(Variable::kGlobalQueue))
    return;
  const int64_t injected = now[Variable::kGlobalQueue] - queue_before_;
  if (injected >= found) {
    too_few_ = 0;
    Trigger(kPOLL_4);
  } else if (++too_few_ > kTooFewMost) {
    Violate(kPOLL_4,
            fmt::format("polls that find several tasks ready inject fewer, again and again: the "
                        "last one found {} and injected {}",
                        found, injected),
            {inject, event});
  }
}

// The View shows the state when the poll began.
void PollJudge::OnPoll(const Event& event) {
  Expect(event.Get(Arg::kTimeoutNs) == 0, kPOLL_3, "a network poll that may block", event);
  // The last poll that the monitor saw is this or a later one.
  const int64_t before_ns = view_.before()[Variable::kLastPoll];
  const int64_t now_ns = view_.now()[Variable::kLastPoll];
  if (before_ns != 0 && before_ns + tunables_.poll_stale_ns >= event.time_ns) {
    Violate(kPOLL_1,
            fmt::format("a network poll {} ns after the last one", event.time_ns - before_ns),
            {event});
  } else if (before_ns != 0) {
    Trigger(kPOLL_1);
  }
  if (before_ns == 0) return;
  if (now_ns == before_ns) {
    Violate(kPOLL_2, "a network poll without a compare-and-swap of the time of the last one",
            {event});
  } else if (now_ns >= view_.woke_ns() && now_ns <= event.time_ns) {
    other_time_ = 0;
    Trigger(kPOLL_2);
  } else if (now_ns != 0 && ++other_time_ > kOtherTimeMost) {
    Violate(kPOLL_2,
            fmt::format("network polls again and again note another time than that of their cycle: "
                        "{} ns after the last poll, {} ns after it was noted",
                        event.time_ns - before_ns, now_ns - before_ns),
            {event});
  }
}

void PollJudge::OnCycle(const Event& event) {
  JudgeInjection(event);
  JudgeWaiters(event);
  const int64_t last_ns = view_.now()[Variable::kLastPoll];
  const bool no_poller = view_.Knows(Variable::kPollerReady) &&
                         view_.Same(Variable::kPollerReady) &&
                         view_.now()[Variable::kPollerReady] == 0;
  if (no_poller && view_.before()[Variable::kLastPoll] != 0 &&
      view_.before()[Variable::kLastPoll] + tunables_.poll_stale_ns < event.time_ns) {
    Expect(view_.Same(Variable::kLastPoll), kPOLL_1,
           "the monitor noted a network poll although the poller is not set up", event);
    return;
  }
  // A time does not come back, so the same one was there all the time.
  if (view_.Has(EventKind::kPoll) || last_ns == 0 || !view_.Same(Variable::kLastPoll)) return;
  if (!view_.Knows(Variable::kPollerReady) || view_.before()[Variable::kPollerReady] == 0) return;
  if (last_ns + tunables_.poll_stale_ns < view_.woke_ns()) {
    Violate(kPOLL_1,
            fmt::format("no network poll although the last one was {} ns ago",
                        view_.woke_ns() - last_ns),
            {event});
  }
}

// Each task that is ready waits no longer; of what is ready beside there may be no task.
void PollJudge::JudgeWaiters(const Event& event) {
  if (!PolledOnTheOnlyP() || !view_.Has(EventKind::kInject)) return;
  const Event found = *Found();
  const int64_t fewer =
      view_.before()[Variable::kPollWaiters] - view_.now()[Variable::kPollWaiters];
  if (fewer > 0 && fewer <= found.Get(Arg::kReady)) {
    unadjusted_ = 0;
    Trigger(kPOLL_5);
  } else if (++unadjusted_ > kUnadjustedMost) {
    Violate(kPOLL_5,
            fmt::format("polls that make tasks ready do not lower the count of those that wait by "
                        "their number: the last one found {}, and the count fell by {}",
                        found.Get(Arg::kReady), fewer),
            {found, event});
  }
}

// Between a poll that found something and the scan comes one injection, in a bracket.
void PollJudge::JudgeInjection(const Event& event) {
  if (!view_.Watched(kWatchInject) || by_another_) return;
  std::optional<Event> found;
  int64_t lowered = 0;
  bool injected = false;
  for (const Event& step : view_.steps()) {
    if (step.kind == EventKind::kPoll && step.Get(Arg::kReady) > 0) found = step;
    if (!found) continue;
    if (step.kind == EventKind::kAdjustIdleLocked) {
      lowered -= step.Get(Arg::kDelta);
      if (lowered == 0 && injected) {
        unbracketed_ = 0;
        Trigger(kPOLL_4);
        return;
      }
    } else if (step.kind == EventKind::kInject) {
      if (lowered != 1) {
        if (++unbracketed_ <= kUnbracketedMost) return;
        Violate(kPOLL_4, "ready tasks were injected without one idle thread less on the books",
                {*found, step, event});
        return;
      }
      injected = true;
    } else if (step.kind == EventKind::kHandOff || step.kind == EventKind::kPreemptRequest) {
      break;
    }
  }
  if (injected && ++unbracketed_ > kUnbracketedMost) {
    Violate(kPOLL_4, "after an injection one idle thread less stayed on the books",
            {*found, event});
  }
}

}  // namespace proctor::snapshots
