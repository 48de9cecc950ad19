// Judges duties that have a period of their own, as seen from outside: TRC-1 (the scheduler trace)
// and VER-2 (re-reading the CPU affinity).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_PERIODIC_H_
#define PROCTOR_CONFORMANCE_JUDGE_PERIODIC_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/cycle.h"
#include "conformance/judge/judge.h"

namespace proctor {

class PeriodicJudge : public Judge {
 public:
  // What recurs, how often, and whether it must recur: with kMust, also the first cycle has to show
  // it and every later cycle that begins a period or more after the last time. kMustIfShown is that
  // for a setting which only the environment holds: the runtime may ignore it, so it counts once it
  // has shown itself. kMustAgain: from the first time on, whenever that was. Period 0: the duty is
  // off.
  enum class Level { kMay, kMustAgain, kMustIfShown, kMust };
  struct Duty {
    ClauseId clause;
    EventKind kind;
    int64_t period_ns;
    Level level;
    const char* what;
  };

  PeriodicJudge(Tier tier, const Header& header, const Duty& duty);

  void Observe(const Event& event) override;

 private:
  void OnDuty(const Event& event);
  void OnCycleEnd(const Event& event);

  const Duty duty_;
  bool from_start_;
  Cycle cycle_;
  std::optional<Event> last_;
  std::optional<Event> without_;  // the end of a first cycle that did not show it
  int64_t last_cycle_ = -1;
  int64_t last_not_before_ns_ = 0;  // the `now` of the last time is not before this
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_PERIODIC_H_
