// Judges POLL-7: with every P busy, a task whose descriptor became ready gets to run. What can be
// seen is that it runs: it becomes runnable by the monitor's poll, and then waits for the slice of
// the task that computes.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_NETWORK_WAIT_H_
#define PROCTOR_CONFORMANCE_JUDGE_NETWORK_WAIT_H_

#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class NetworkWaitJudge : public StampJudge {
 public:
  explicit NetworkWaitJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  const Tunables in_force_;
  Activity activity_;
  std::optional<Event> ready_;
  Samples waits_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_NETWORK_WAIT_H_
