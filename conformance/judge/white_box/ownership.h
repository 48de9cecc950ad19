// Who owns and runs what: SYS-8, SYS-9, SLICE-5 and HAND-8.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_OWNERSHIP_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_OWNERSHIP_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class OwnershipJudge final : public WhiteBoxJudge {
 public:
  OwnershipJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  void OnExit(const Event& event);
  void OnExecute(const Event& event);
  void FollowThread(const Event& event);
  bool SomebodyIsAwake() const;
  void LookForStranded(const Event& event);

  struct Returning {
    Event event;
    bool queued = false;
  };
  std::unordered_map<int32_t, Returning> returning_;
  struct Slice {
    std::optional<Event> begin;  // the execute event
    int64_t ticks = 0;           // moves of the schedule tick since
  };
  Slice& SliceOf(int32_t p);
  std::vector<Slice> slices_;  // by P
  std::optional<Event> stranded_since_;
  // In real time: threads that neither wait to be given a P, nor are in a system call, nor block in
  // the poller.
  std::unordered_set<int32_t> awake_;
  int64_t under_way_ = 0;  // injections and hand-offs
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_OWNERSHIP_H_
