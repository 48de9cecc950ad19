// The deep sleep: DEEP-1 to DEEP-4, DEEP-6, DEEP-11 to DEEP-14, and the counts of threads: DEAD-1.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_DEEP_SLEEP_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_DEEP_SLEEP_H_

#include <cstdint>
#include <vector>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class DeepSleepJudge final : public SnapshotJudge {
 public:
  DeepSleepJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void OnDeepSleep(const Event& event);
  void JudgeDuration(const Event& event);
  void JudgeCounts(const Event& event);
  void OnCycle(const Event& event);
  void OnDeepWake(const Event& event);
  void OnOwnRead();
  void OnOwnWrite(const Event& event);

  bool slept_deep_ = false;     // and not shallow since
  int64_t left_out_ = 0;        // cycles in a row that should have slept deep
  bool must_be_reset_ = false;  // the flag and the note, from its wake-up on

  // Since its last wake-up the monitor has read what leads to a deep sleep.
  bool tested_without_lock_ = false;
  bool tested_under_lock_ = false;
  bool tests_shown_ = false;  // all of them

  std::vector<int64_t> ticks_;  // of the processors, when it began
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_DEEP_SLEEP_H_
