// Judges the monitor's network polls as seen from outside: POLL-1 (never sooner than `poll_stale`
// after the last one; by the first turn after that while the only P computes; never while every
// task waits, because a thread is blocked in the poller then) and POLL-3 (they do not block).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_POLL_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_POLL_H_

#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/cycle.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class ObservedPollJudge : public StampJudge {
 public:
  ObservedPollJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  void OnTurn(const Event& sleep);
  void OnPoll(const Event& event);
  void JudgeWhileIdle(const Event& event);

  const Tunables tunables_;
  Activity activity_;
  Cycle cycle_;
  std::optional<Event> last_;       // the last poll
  int64_t last_not_before_ns_ = 0;  // its `now` is not before this
  bool polled_ = false;             // in this turn
  Samples due_;                     // turns that had to poll
  Samples at_rest_;                 // rests of all tasks, and polls in them

  int64_t rest_ns_ = INT64_MAX;  // the rest of all tasks whose polls are counted
  int64_t polls_in_rest_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_POLL_H_
