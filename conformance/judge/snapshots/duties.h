// The order and the locks of the duties, and what the monitor is not: CYC-1, CYC-3, CYC-4, ID-2 and
// ID-3.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_DUTIES_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_DUTIES_H_

#include <cstdint>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class DutiesJudge final : public SnapshotJudge {
 public:
  DutiesJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnStep(const Event& event);
  void JudgeLocks(const Event& event);
  void JudgeBracketLock(const Event& event);
  void JudgeSleep(int64_t& held, int64_t most, const Event& event);
  void OnCycle(const Event& event);

  // The duties of this cycle, in their order.
  enum class Duty { kNone, kPoll, kRetake, kForce, kTrace };
  Duty duty_ = Duty::kNone;
  int64_t held_ = 0;           // hand-offs in a row that met the all-P lock held
  int64_t held_at_begin_ = 0;  // ... beginnings of brackets
  int64_t held_at_end_ = 0;    // ... ends of them
  // Sleeps in a row that began with the monitor lock held.
  int64_t held_in_sleep_ = 0;
  int64_t held_in_deep_sleep_ = 0;
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_DUTIES_H_
