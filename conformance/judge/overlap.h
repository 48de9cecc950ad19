// Judges SYS-8 by order: with one P nobody else stamps while a task computes that was not asked to
// yield, nor while one is in a blocking call that the runtime is not told of. How busy the machine
// is does not matter.
//
// The monitor first marks the task, then sends a signal, and may wait for a CPU in between. So
// who was asked in a turn of the monitor is known at its end only.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OVERLAP_H_
#define PROCTOR_CONFORMANCE_JUDGE_OVERLAP_H_

#include <optional>
#include <vector>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class OverlapJudge : public StampJudge {
 public:
  explicit OverlapJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  void OnMonitor(const Event& event);
  void OnStamp(const Event& event);

  bool is_decidable_;  // with one P, and each request to yield is seen
  Activity activity_;
  std::optional<Event> running_;
  bool in_turn_ = false;          // the monitor is awake
  bool asked_in_turn_ = false;    // ... and has asked some task to yield
  int64_t asked_ns_ = 0;          // the end of the last turn that did
  std::vector<Sample> in_doubt_;  // until this turn ends
  Samples overlaps_;
  bool is_monitor_seen_;  // else no request of it would be
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OVERLAP_H_
