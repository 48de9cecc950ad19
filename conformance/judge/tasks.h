// Judges what must hold of all tasks of a scenario: HAND-8 (none is stranded), SYS-8 (no more of
// them run at once than there are P, seen by the CPU time they use) and CAD-9 (none sleeps shorter
// than it asked for).
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_TASKS_H_
#define PROCTOR_CONFORMANCE_JUDGE_TASKS_H_

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "conformance/judge/activity.h"
#include "conformance/judge/judge.h"
#include "conformance/judge/lull.h"

namespace proctor {

class TasksJudge : public Judge {
 public:
  explicit TasksJudge(const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  static constexpr size_t kTasksMost = 65'536;

  void OnRest(const Event& event);
  void OnCanGoOn(const Event& event);
  void OnExit(const Event& event);
  void OnCpuTime(const Event& event);
  void OnSleepEnd(const Event& event);

  const Tunables in_force_;
  std::unordered_map<int64_t, Event> runnable_;  // made runnable, and not yet started
  bool untracked_ = false;
  std::unordered_map<int64_t, Event> sleeps_;
  std::unordered_map<int64_t, Event> cpu_times_;
  std::optional<Event> scenario_end_;
  std::optional<Event> report_;  // of a deadlock
  Activity activity_;
  Lull lull_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_TASKS_H_
