// The monitor follows the processors that the process may use: VER-2.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PROCESSOR_REFRESH_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PROCESSOR_REFRESH_H_

#include <cstdint>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class ProcessorRefreshJudge final : public WhiteBoxJudge {
 public:
  ProcessorRefreshJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void OnRefresh(const Event& event);
  void OnEnd(const Event& event);

  const bool follows_;      // the profile asks for it, and the user did not fix the number
  bool refreshed_ = false;  // in this cycle
  bool ever_ = false;
  int64_t last_ns_ =
      -1;  // the `now` of the cycle of the last one or, before it, of the first cycle
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PROCESSOR_REFRESH_H_
