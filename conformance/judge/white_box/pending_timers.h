// The timers that are pending: none fires early (TIME-1), and none is lost (TIME-5).
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PENDING_TIMERS_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PENDING_TIMERS_H_

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class PendingTimersJudge final : public WhiteBoxJudge {
 public:
  PendingTimersJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PENDING_TIMERS_H_
