// Judges SYS-8 by order: with one P nobody else stamps while a task computes that was not asked to
// yield, nor while one is in a blocking call that the runtime is not told of. How busy the machine
// is does not matter.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OVERLAP_H_
#define PROCTOR_CONFORMANCE_JUDGE_OVERLAP_H_

#include <optional>

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
  const bool is_decidable_;  // with one P, and each request to yield is seen
  Activity activity_;
  std::optional<Event> running_;
  int64_t asked_ns_ = 0;  // when some task was last asked to yield
  Samples overlaps_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OVERLAP_H_
