#include "conformance/judge/observed_poll.h"

#include <fmt/format.h>

namespace proctor {

ObservedPollJudge::ObservedPollJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kPOLL_1, ClauseId::kPOLL_3}), tunables_(header.in_force) {
  using enum EventKind;
  Needs(KindSet({kPoll}));
  Needs({ClauseId::kPOLL_1}, KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake}));
}

void ObservedPollJudge::Observe(const Event& event) {
  cycle_.Observe(event);
  if (event.kind == EventKind::kGap) last_.reset();
  if (event.kind != EventKind::kPoll) return;

  if (event.Get(Arg::kTimeoutNs) != 0) {
    Violate(ClauseId::kPOLL_3,
            fmt::format("a poll that may block for {} ns", event.Get(Arg::kTimeoutNs)), {event});
  } else {
    Trigger(ClauseId::kPOLL_3);
  }

  if (!cycle_.awake()) return;
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

}  // namespace proctor
