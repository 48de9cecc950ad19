// The thread that the monitor starts for a timer which nobody attends to: VER-1.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_TIMER_RESCUE_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_TIMER_RESCUE_H_

#include <cstdint>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class TimerRescueJudge final : public WhiteBoxJudge {
 public:
  TimerRescueJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void OnStart(const Event& event);
  void OnEnd(const Event& event);

  Readings timer_ns_;  // the earliest, as read in these duties, before a thread was started
  bool idle_all_along_ = false;  // at each step since then some P was idle
  int64_t started_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_TIMER_RESCUE_H_
