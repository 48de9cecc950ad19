// CAD-1 to CAD-8 and SYS-11 on evidence that shows every retake: `idle` and `delay` are known
// exactly.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_CADENCE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_CADENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class CadenceJudge final : public WhiteBoxJudge {
 public:
  CadenceJudge(Tier tier, const Header& header, const State& state);

  void Observe(const Event& event) override;

  // From here on `idle` is not known, until a retake, a wake-up or the first doubling shows it.
  void Lose() {
    known_ = false;
    cycle_lost_ = true;
    taken_ = 0;
    preempted_ = other_duty_ = false;
  }

  // The cycle that ends now may have been woken in the moment before its deep sleep, unseen.
  void MayHaveBeenWoken() { hidden_wake_up_ = true; }

 private:
  bool Find(int64_t requested_ns);
  void OnShallowSleep(const Event& event);
  void Praise();
  void Blame(const Event& event, int64_t expected_ns);
  void BlameRun(bool short_sleep, const std::string& message, const std::vector<Event>& evidence);
  void EndCycle();
  int64_t DelayAfter(int64_t idle) const;
  bool IsExcused();

  bool known_ = true;
  bool cycle_lost_ = false;  // a part of the cycle's duties, at least
  int64_t idle_ = 0;
  int64_t uncounted_ = 0;  // what `idle` is now if what was taken in the last cycle did not count
  int64_t delay_ns_ = 0;
  std::optional<Event> last_;
  std::optional<Event> deep_wake_;  // of the cycle that is ending
  int64_t taken_ = 0;               // ... as are these
  bool preempted_ = false;
  bool other_duty_ = false;
  // Why the present run of shortest sleeps began.
  enum class RunStart { kFresh, kTaken, kWoken };
  RunStart run_start_ = RunStart::kFresh;
  bool timed_out_in_run_ = false;  // some cycle since the last reset slept deep to its time-out
  bool duty_in_run_ = false;       // a duty that resets nothing was done since the last reset
  int64_t sleeps_since_duties_ = 0;
  bool hidden_wake_up_ = false;  // since the last reset, possibly
  int64_t excused_ = 0;          // what only hidden wake-ups explain
  int64_t deep_sleeps_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_CADENCE_H_
