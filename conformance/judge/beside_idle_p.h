// Judges whether a task that a computing one makes runnable is left waiting for it while a P is
// idle (HAND-8).
//
// Only where a running task can be made to yield by a signal: elsewhere it may hold what it has
// made runnable until it yields by itself.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_BESIDE_IDLE_P_H_
#define PROCTOR_CONFORMANCE_JUDGE_BESIDE_IDLE_P_H_

#include <optional>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class BesideIdlePJudge : public StampJudge {
 public:
  explicit BesideIdlePJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  // A task that waits to start.
  struct Waiting {
    Event spawned;
    bool computes = false;  // who made it runnable: its next operation has begun
  };

  bool SomePIsIdle() const;
  void OnBegin(const Event& event);
  void End(const Event& event);

  const bool applies_;
  const Tunables in_force_;
  Activity activity_;
  std::optional<Waiting> waiting_;
  Samples beside_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_BESIDE_IDLE_P_H_
