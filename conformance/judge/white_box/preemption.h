// Preemption requests, their signals and their effects: PRE-1, PRE-2, PRE-4, SLICE-4 and STW-3; and
// GC-4, the helper of forced collections.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PREEMPTION_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PREEMPTION_H_

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class PreemptionJudge final : public WhiteBoxJudge {
 public:
  PreemptionJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void FollowMarks(const Event& event);
  void OnSignal(const Event& event);
  void OnSwitchOut(const Event& event);
  void FollowPreempted(const Event& event);
  void OnRequest(const Event& event);
  void OnRelease(const Event& event);
  void JudgeMarks(const Event& event);

  std::unordered_map<int64_t, Event> in_flight_;  // by the thread signalled
  std::unordered_map<int64_t, Event> preempted_;  // tasks that were, and are not yet queued
  std::optional<Event> request_;                  // accepted; its marks come next
  bool task_marked_ = false;
  bool marked_ = false;
  std::optional<Event> helper_looked_;
  std::optional<Event> stopping_;
  std::unordered_map<int32_t, int64_t>
      stop_requests_;  // for each P that ran when it began and runs still
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_PREEMPTION_H_
