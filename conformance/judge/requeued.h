// Judges where a preempted task is queued: PRE-4. On the only P it goes behind those that wait, so
// one that is asked to yield does not go on while another one waits.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_REQUEUED_H_
#define PROCTOR_CONFORMANCE_JUDGE_REQUEUED_H_

#include <cstdint>
#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class RequeuedJudge : public StampJudge {
 public:
  explicit RequeuedJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  void OnSignal(const Event& event);
  void OnStamp(const Event& event);

  const bool is_decidable_;
  Activity activity_;
  int64_t runner_ = -1;         // who stamped last
  std::optional<Event> asked_;  // it, to yield
  bool is_sent_ = false;        // the last request, for certain
  int64_t ends_ = 0;            // its operations that ended since then
  Samples goes_on_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_REQUEUED_H_
