// Judges deadlock detection by how a process ends: ID-3 and DEAD-3 (it is reported, although the
// monitor lives),
// DEAD-4 (not with a timer pending) and DEAD-5 (not with a task waiting on the network).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_DEADLOCK_H_
#define PROCTOR_CONFORMANCE_JUDGE_DEADLOCK_H_

#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/judge.h"
#include "conformance/judge/lull.h"

namespace proctor {

class DeadlockJudge : public Judge {
 public:
  explicit DeadlockJudge(const Header& header);

  void Observe(const Event& event) override;

 private:
  void OnRest(const Event& event);
  void OnExit(const Event& event);
  void OnEndedByHarness(const Event& event);
  bool AllWaitBut(Op op) const;

  Activity activity_;
  Lull lull_;
  std::optional<Event> report_;
  bool is_false_report_ = false;  // somebody could go on
  std::optional<Event>
      only_timer_;  // since when all others wait for each other, and this one for a timer
  std::optional<Event> only_network_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_DEADLOCK_H_
