// Judges what happens to a task that is runnable behind another one on the only P: behind a blocked
// system call (SYS-4, and DEEP-9 when the monitor slept deep before), and behind a task that
// computes (SLICE-3, PRE-5, and PRE-3 with asynchronous preemption off).
//
// A sample begins when a task, having spawned another one, enters its operation; it ends when the
// other one starts, or with the operation.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_RUNNABLE_BEHIND_H_
#define PROCTOR_CONFORMANCE_JUDGE_RUNNABLE_BEHIND_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "conformance/judge/activity.h"
#include "conformance/judge/samples.h"
#include "conformance/judge/stamp_judge.h"

namespace proctor {

class RunnableBehindJudge : public StampJudge {
 public:
  explicit RunnableBehindJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  static constexpr size_t kTasksMost = 4096;

  // The operation that another task is runnable behind.
  struct Ahead {
    Event begin;
    Event spawned;
    int64_t behind;          // the task behind
    int64_t fresh_since_ns;  // the task ahead began its slice after this; INT64_MAX: not known
    bool monitor_slept = false;
    int64_t first_turn_ns = INT64_MAX;  // the monitor's first one since then
    int32_t late_turns = 0;             // ... and those of it that must have found the slice over
  };

  // A loop whose task lost its P to the one behind, until it is known whether it went on.
  struct Interrupted {
    Ahead ahead;
    Event start;
  };

  void OnTurn(const Event& wake);
  void OnBegin(const Event& event);
  void OnEnd(const Event& event);
  void OnStart(const Event& event);
  void SettleInterrupted(const Event* loop_end);
  void FinishBlock(const Ahead& ahead, const Event& end, bool started);
  void FinishSpin(const Ahead& ahead, const Event& end, bool started);
  void FinishWork(const Ahead& ahead, const Event& end, bool started);

  const Tunables asked_;
  const Tunables in_force_;
  Activity activity_;
  int64_t idle_since_ns_ = INT64_MAX;  // every task waits since then
  bool monitor_slept_ = false;         // ... for so long that the monitor slept deep
  int64_t collected_ns_ = INT64_MIN;

  std::optional<Event> spawned_;  // the last task made runnable, if it has not started
  std::unordered_map<int64_t, int64_t> yielded_ns_;
  std::optional<Ahead> ahead_;
  std::optional<Interrupted> interrupted_;

  Samples behind_call_;
  Samples after_deep_sleep_;
  Samples behind_spin_;
  Samples behind_work_;  // where only a call can end the slice
  Samples early_;
  Samples taken_without_signal_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_RUNNABLE_BEHIND_H_
