// Judges the monitor's preemption signals as seen from outside: PRE-1 (to a thread that is not its
// own), PRE-3 (none with asynchronous preemption off) and SLICE-4 (one a thread and cycle).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_OBSERVED_PREEMPTION_H_
#define PROCTOR_CONFORMANCE_JUDGE_OBSERVED_PREEMPTION_H_

#include <unordered_map>
#include <vector>

#include "conformance/judge/judge.h"

namespace proctor {

class ObservedPreemptionJudge : public Judge {
 public:
  ObservedPreemptionJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;

 private:
  void OnSignal(const Event& event);
  void JudgeTarget(const Event& event);
  void OnSpinEnd(const Event& event);

  const Tunables tunables_;
  bool in_force_;  // the tunables: an adapter sets them before its scenario starts
  bool procs_is_fixed_ = true;
  std::vector<Event> this_cycle_;               // the signals of this cycle
  std::unordered_map<int64_t, int64_t> spins_;  // task -> since when
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_OBSERVED_PREEMPTION_H_
