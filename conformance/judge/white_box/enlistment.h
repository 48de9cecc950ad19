// The monitor as a thread: how it begins, and that it stays what it is. ID-2 to ID-4.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_ENLISTMENT_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_ENLISTMENT_H_

#include <cstdint>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class EnlistmentJudge final : public WhiteBoxJudge {
 public:
  EnlistmentJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void OnCount(const Event& event);
  void OnCheck(const Event& event);

  bool started_ = false;  // the first shallow sleep has begun
  int64_t counted_ = 0;   // times
  int64_t checked_ = 0;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_ENLISTMENT_H_
