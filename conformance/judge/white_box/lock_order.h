// The order in which locks are taken, by every thread: CYC-4.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_LOCK_ORDER_H_
#define PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_LOCK_ORDER_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "conformance/judge/white_box/white_box_judge.h"

namespace proctor::white_box {

class LockOrderJudge final : public WhiteBoxJudge {
 public:
  LockOrderJudge(Tier tier, const Header& header, const State& state);
  void Observe(const Event& event) override;

 private:
  // Few threads have high numbers, and the many with low ones are on every judge's path.
  uint32_t& HeldBy(int32_t m) {
    const auto thread = static_cast<size_t>(m);
    return thread < held_.size() ? held_[thread] : HeldByNew(m);
  }
  uint32_t& HeldByNew(int32_t m);

  // The locks of each thread, as bits: of those with low numbers, and of the others.
  std::vector<uint32_t> held_;
  std::unordered_map<int32_t, uint32_t> held_by_others_;
};

}  // namespace proctor::white_box

#endif  // PROCTOR_CONFORMANCE_JUDGE_WHITE_BOX_LOCK_ORDER_H_
