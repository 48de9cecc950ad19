// Requests for the scavenger and who answers them: SCAV-1 and the scavenger's half of DEEP-17.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SCAVENGER_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SCAVENGER_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class ScavengerJudge final : public WhiteBoxJudge {
 public:
  ScavengerJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void OnAsked(const Event& event);
  void OnWake(const Event& event);
  void OnEnd(const Event& event);
  Maybe WasAsked() const;

  Readings asked_;  // before the monitor's own kick
  std::optional<Maybe> due_;
  int64_t kicks_ = 0;
  int64_t asked_since_ns_ = -1;
  std::optional<Event> woken_;  // it was parked, and is awake now
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_SCAVENGER_H_
