// Judges the monitor's network polls as seen from outside: POLL-1 (never sooner than `poll_stale`
// after the last one) and POLL-3 (they do not block).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_POLL_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_POLL_H_

#include <optional>

#include "conformance/judge/cycle.h"
#include "conformance/judge/judge.h"

namespace proctor {

class ObservedPollJudge : public Judge {
 public:
  ObservedPollJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;

 private:
  const Tunables tunables_;
  Cycle cycle_;
  std::optional<Event> last_;       // the last poll
  int64_t last_not_before_ns_ = 0;  // its `now` is not before this
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_POLL_H_
