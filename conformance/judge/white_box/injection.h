// Ready tasks come from the poller: POLL-6 and POLL-7.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_INJECTION_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_INJECTION_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class InjectionJudge final : public WhiteBoxJudge {
 public:
  InjectionJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  struct Injection {
    Event begin;
    int64_t started = 0;
    std::vector<int64_t> marked;
    std::vector<int64_t> queued;
    bool taken_unstarted = false;  // an idle P was taken, and no thread for it has been counted yet
    bool counted = false;          // a thread more counts as running
  };
  void FollowReady(const Event& event);
  void OnStep(Injection& injection, const Event& event);
  void Conclude(const Injection& injection, const Event& end);

  std::unordered_map<int32_t, Injection> open_;
  std::optional<Event> ready_;  // a descriptor, while every P is busy and nobody polls
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_INJECTION_H_
