// Judges the group TIME by the tasks that sleep and by the timers that they set for their own: none
// ends or fires early (TIME-1), each runs soon after its time, beside a task that computes (TIME-2)
// and where a P is idle (TIME-3, TIME-4), and none is forgotten (TIME-5). What was stopped does not
// fire (TIME-6), and nothing fires twice (TIME-7).
//
// A sample is the time from when a sleep or timer was due to when its task runs or it fires. What
// the processors did meanwhile says which clause it belongs to; where that cannot be said, it
// belongs to none.
//
// Memory: bounded; beyond 65,536 tasks that sleep at once, or that have set timers, more are not
// looked at.
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_TIMERS_H_
#define PROCTOR_CONFORMANCE_JUDGE_TIMERS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/set_timers.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class TimersJudge : public StampJudge, private SetTimers::Listener {
 public:
  explicit TimersJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  static constexpr size_t kSleepersMost = 65'536;

  struct Sleeper {
    Event begin;
    int64_t due_ns;
  };

  // What the processors have done, up to now.
  void NoteUse(int64_t now_ns);
  int64_t Computing() const;  // tasks that compute or are in a system call
  bool Full() const;
  void OnBegin(const Event& event);
  void OnEnd(const Event& event);
  // A task that computed has given its P away, and those whose time came meanwhile have waited.
  void OnFree(const Event& event);
  void OnAtRest(const Event& event);
  void OnEndedByHarness(const Event& event);
  void TakeSample(const Sleeper& sleeper, const Event& end);
  void OnTimer(ClauseId clause, const std::string& broken, std::vector<Event> evidence) override;
  void OnFired(const SetTimers::Setting& setting, const Event& expired) override;
  void OnStopped(const SetTimers::Setting& setting, const Event& answer) override;
  void OnDeadlockReport(const Event& event);

  const Tunables in_force_;
  Activity activity_;
  SetTimers set_timers_{*this};
  std::optional<Event> scenario_end_;
  std::unordered_map<int64_t, Sleeper> sleepers_;    // by task
  std::set<std::pair<int64_t, int64_t>> undecided_;  // due_ns and task of sleepers
  int64_t full_ns_ = INT64_MIN;                      // when last every P had a task that computes
  int64_t free_ns_ = INT64_MIN;                      // when last some P had none
  int64_t crowded_ns_ = INT64_MIN;  // when last tasks may have stood in line for a P, or in calls

  int64_t stalled_until_ns_ = INT64_MIN;  // the end of the last long stall

  Samples beside_spinner_;
  Samples beside_idle_p_;
  int64_t short_sleeps_ = 0;  // of less than a millisecond, with an idle P
  int64_t coarse_ = 0;        // of them, those that ended a millisecond late or later
  Event coarse_example_[2];
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_TIMERS_H_
