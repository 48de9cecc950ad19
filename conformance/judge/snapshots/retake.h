// Taking a P from a system call: SYS-1 to SYS-3, SYS-5 to SYS-7, and VER-3.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_RETAKE_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_RETAKE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class RetakeJudge final : public SnapshotJudge {
 public:
  RetakeJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnTake(const Event& event);
  void JudgeReason(size_t p, const Event& event);
  void OnCycle(const Event& event);
  void JudgeRecord(size_t p, const Event& event);
  void JudgeLeftAlone(size_t p, const Event& event);
  void JudgeBeginning(size_t p, const Event& event);
  void JudgeBrackets(const Event& event);
  bool ExpiredBy(size_t p, int64_t time_ns) const;
  bool InCallBefore(size_t p) const;
  void LeaveOut(size_t p, ClauseId clause, const std::string& message, const Event& event);

  // Scans in a row that left a P alone which they should have taken.
  std::vector<bool> idle_at_bracket_;  // by P, when the last bracket began
  int64_t taken_before_ = 0;           // ... and then handed off, times in a row
  std::vector<int64_t> left_out_;
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_RETAKE_H_
