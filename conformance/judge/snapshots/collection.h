// Forced collections and the scavenger: GC-1 to GC-3, and SCAV-1.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_COLLECTION_H_
#define PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_COLLECTION_H_

#include <cstdint>

#include "conformance/judge/snapshots/snapshot_judge.h"

namespace proctor::snapshots {

class CollectionJudge final : public SnapshotJudge {
 public:
  CollectionJudge(const Header& header, const View& view);
  void Observe(const Event& event) override;

 private:
  void JudgeFirst(const Event& event);
  void JudgeForced(const Event& event);
  void OnForced(const Event& event);
  void OnCycle(const Event& event);
  void JudgeScavenger(const Event& event);
  void JudgeScavengerWake(const Event& event);

  bool helper_waited_ = false;  // at the last stop
  bool forced_ = false;         // in this cycle
  int64_t asked_in_vain_ = 0;   // cycles in a row that left a parked scavenger asked for
  int64_t unasked_ = 0;         // wake-ups of it in a row that nobody asked for
  int64_t still_asked_ = 0;     // ... after which it was still asked for
};

}  // namespace proctor::snapshots

#endif  // PROCTOR_CONFORMANCE_JUDGE_SNAPSHOTS_COLLECTION_H_
