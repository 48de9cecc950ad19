// Time slices, by the monitor's own records: SLICE-1 to SLICE-4, SYS-10 and CYC-2; and CYC-1, as
// far as the scan is left out.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SLICE_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SLICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class SliceJudge final : public SnapshotJudge {
 public:
  SliceJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnRequest(const Event& event);
  void OnCycle(const Event& event);
  void JudgeOrder(const Event& event);
  void FindNow(const Event& event);
  void JudgeRecord(size_t p, const Event& event);
  bool JudgeTick(size_t p, const Event& event);
  void JudgeAfterDeepSleep(bool recorded, const Event& event);
  bool JudgeSlice(size_t p, const Event& event);
  void JudgeIdle(size_t p, const Event& event);
  bool Stamped(size_t p) const;

  // The one `now` of the cycle, as some record shows it; else bounds of it.
  int64_t now_least_ns_ = 0;
  int64_t now_most_ns_ = 0;
  // The ticks for which preemption was requested before, by processor; -1: none.
  std::vector<int64_t> requested_;
  std::vector<int64_t> missed_;          // scans in a row that left out a new tick, by processor
  int64_t missed_after_deep_sleep_ = 0;  // in a row
  int64_t backwards_ = 0;                // requests for a P before the one that was asked last
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_SLICE_H_
