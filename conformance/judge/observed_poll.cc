#include "conformance/judge/observed_poll.h"

#include <fmt/core.h>

#include <utility>

namespace proctor {
namespace {

// A poll may still come before the last thread has blocked in the poller, and again where that one
// came out of it in the very moment.
constexpr int64_t kPollsInRestMost = 2;
constexpr int64_t kToRestNs = 2'000'000;
constexpr int64_t kPollsByOneThread = 5;  // for lack of CPU, which is 50 ms

}  // namespace

ObservedPollJudge::ObservedPollJudge(Tier tier, const Header& header)
    : StampJudge(tier, {ClauseId::kPOLL_1, ClauseId::kPOLL_3}),
      tunables_(header.in_force),
      activity_(header.emits),
      due_(fmt::format("a turn of the monitor did not poll, although the last poll was older than "
                       "{} ns and the only P computed since",
                       tunables_.poll_stale_ns),
           0, false),
      at_rest_(fmt::format("more than {} polls while every task waited: a thread is blocked in the "
                           "poller then",
                           kPollsInRestMost),
               0, false) {
  using enum EventKind;
  Needs(KindSet({kPoll}));
  Needs({ClauseId::kPOLL_1}, KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake}));
}

void ObservedPollJudge::Observe(const Event& event) {
  due_.Observe(event);
  at_rest_.Observe(event);
  if (cycle_.Ends(event)) OnTurn(event);
  cycle_.Observe(event);
  activity_.Observe(event);
  if (event.kind == EventKind::kGap) last_.reset();
  if (event.kind == EventKind::kPoll) OnPoll(event);
}

void ObservedPollJudge::OnPoll(const Event& event) {
  polled_ = true;
  if (event.Get(Arg::kTimeoutNs) != 0) {
    Violate(ClauseId::kPOLL_3,
            fmt::format("a poll that may block for {} ns", event.Get(Arg::kTimeoutNs)), {event});
  } else {
    Trigger(ClauseId::kPOLL_3);
  }

  if (!cycle_.awake()) return;
  JudgeWhileIdle(event);
  if (last_) {
    const int64_t apart_ns_most = event.time_ns - last_not_before_ns_;
    if (apart_ns_most <= tunables_.poll_stale_ns) {
      Violate(ClauseId::kPOLL_1,
              fmt::format("two polls at most {} ns apart; the last one was not older than {} ns",
                          apart_ns_most, tunables_.poll_stale_ns),
              {*last_, event});
    } else {
      Trigger(ClauseId::kPOLL_1);
    }
  }
  last_ = event;
  last_not_before_ns_ = cycle_.last_wake_ns();
}

void ObservedPollJudge::OnTurn(const Event& sleep) {
  const bool polled = std::exchange(polled_, false);
  if (!last_ || !cycle_.awake() || tunables_.procs != 1) return;
  // Since before the last poll nobody had a reason to block in the poller.
  if (activity_.spinning_since_ns() >= last_not_before_ns_ || activity_.may_collect()) return;
  const bool is_last = polled && last_->time_ns > cycle_.last_wake_ns();
  if (!is_last && cycle_.last_wake_ns() - last_->time_ns <= tunables_.poll_stale_ns) return;
  due_.Add({.begin_ns = last_->time_ns,
            .end_ns = sleep.time_ns,
            .exceeds = !polled,
            .evidence = {*last_, sleep}});
}

void ObservedPollJudge::JudgeWhileIdle(const Event& event) {
  const int64_t rest_ns = activity_.resting_since_ns();
  if (rest_ns == INT64_MAX || activity_.may_collect()) return;
  if (activity_.open(Op::kSleep) + activity_.open(Op::kWait) == 0) return;
  if (event.time_ns < rest_ns + kToRestNs ||
      activity_.EarliestTimerNs() < event.time_ns + kToRestNs)
    return;
  if (std::exchange(rest_ns_, rest_ns) != rest_ns) {
    polls_in_rest_ = 0;
    at_rest_.Add({.begin_ns = rest_ns, .end_ns = event.time_ns});
  }
  // A thread on its way into the poller that gets no CPU explains some, but not for long.
  if (++polls_in_rest_ <= kPollsInRestMost) return;
  if ((polls_in_rest_ - kPollsInRestMost) % kPollsByOneThread != 1) return;
  at_rest_.Add(
      {.begin_ns = rest_ns, .end_ns = event.time_ns, .exceeds = true, .evidence = {*last_, event}});
}

void ObservedPollJudge::Close() {
  due_.Close();
  at_rest_.Close();
  Rule(ClauseId::kPOLL_1, due_, due_.ByOrder());
  Rule(ClauseId::kPOLL_1, at_rest_, at_rest_.ByOrder());
}

}  // namespace proctor
