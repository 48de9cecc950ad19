// Judges the cadence of the monitor's shallow sleeps: CAD-1 to CAD-8.
//
// From the requested durations alone the judge follows the two variables of the monitor's loop:
// `delay`, which the request shows, and `idle`, of which it keeps the range of values that are
// still possible. Seen from outside a retake is hidden, so after each cycle `idle` may be 0 again;
// a wake-up can be hidden too, when it came between publishing the flag and sleeping. A request
// that no possible state explains is a violation. Evidence that starts in the middle begins with
// every state possible and narrows down by itself.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_CADENCE_H_
#define PROCTOR_CONFORMANCE_JUDGE_CADENCE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "conformance/judge/activity.h"
#include "conformance/judge/judge.h"

namespace proctor {

class CadenceJudge : public Judge {
 public:
  CadenceJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;

 private:
  // Why the present run of shortest sleeps began; a run that is too short breaks the clause named
  // by it.
  enum class RunStart { kUnknown, kFreshStart, kRetake, kWoken };

  bool GoesOn(const Event& event) const;
  void OnShallowSleep(const Event& event);
  void OnDeepWake(const Event& event);
  void OnDuty(const Event& event);
  void EndCycle();
  void LoseTrack();

  void OnShortest(const Event& event);
  void OnDoubled(const Event& event);
  void Accuse(const Event& event);

  int64_t Doubled() const;
  bool RetakeImpossible() const;
  bool MayNotHaveEntered() const;
  void JudgeNetworkTurn(int64_t requested_ns);
  bool ResetWithoutCause();
  void StartRun(RunStart start, int64_t time_ns);
  void JudgeRunLength(const Event& event);
  std::vector<Event> Recent() const;

  const Tunables tunables_;
  Activity activity_;

  // `delay` as last requested; 0: not known yet. `idle` is within [idle_least_, idle_most_].
  int64_t delay_ns_ = 0;
  int64_t idle_least_ = 0;
  int64_t idle_most_ = 0;
  RunStart run_start_ = RunStart::kUnknown;
  int64_t run_length_ = 0;
  struct Run {
    int64_t began_ns = 0;
    int64_t unproved = 0;  // cycles that may have hidden a retake
    int64_t deep_sleeps = 0;
    bool too_long = false;  // unless a wake-up was not seen
  };
  Run run_;

  // Runs whose exact length is known, after a retake and after a wake-up.
  struct Lengths {
    int64_t runs = 0;
    int64_t exact = 0;
  };
  Lengths retake_runs_;
  Lengths woken_runs_;
  int64_t resets_without_cause_ = 0;
  int64_t runs_too_long_ = 0;   // in which some cycles slept deep
  int64_t network_turns_ = 0;   // in which a poll may have made a task ready
  int64_t network_resets_ = 0;  // of them, those after which the delay was the shortest

  // The cycle since the last shallow sleep.
  bool in_cycle_ = false;
  int64_t slept_from_ns_ = 0;  // the beginning of that sleep
  bool interrupted_ = false;   // a signal ended it, or its rest
  int64_t cycle_began_ns_ = 0;
  bool slept_deep_ = false;
  int64_t deep_due_ns_ = 0;
  WakeCause deep_cause_ = WakeCause::kTimeout;
  int64_t polls_ = 0;
  int64_t other_duties_ = 0;
  int64_t signal_ns_ = INT64_MIN;  // the last request to yield while no task was known to compute
  int64_t marked_call_ns_ = INT64_MIN;  // when the last call began within the turn of a request
  bool signalled_ = false;              // in this turn

  std::deque<Event> recent_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_CADENCE_H_
