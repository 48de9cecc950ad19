// The walk of the scan over all P, and its place among the duties: SLICE-1, and the scan's place in
// CYC-1.
//
// What it reads besides, and in which order, is free: a walk is whole when the looks at length and
// status that it consists of are found among all that the monitor read.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WALK_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WALK_H_

#include <cstdint>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class WalkJudge final : public WhiteBoxJudge {
 public:
  WalkJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void OnRead(const Event& event);
  void OnEarlierDuty();
  void OnLaterDuty(const Event& event);
  void OnEnd(const Event& event);
  int64_t Length() const;
  bool IsWhole() const { return ended_ || next_p_ >= Length(); }

  int64_t next_p_ = 0;
  int64_t length_ = -1;     // as last read in these duties; -1: not at all
  bool ended_ = false;      // after the last step it was read to be no greater
  bool fresh_ = false;      // it was read after the last step
  bool looked_ = false;     // at some status, after the duties that precede the scan
  bool too_early_ = false;  // a whole walk came before a duty that precedes it
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_WALK_H_
