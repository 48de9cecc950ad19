// Judges the monitor's two sleeps as seen from outside: ID-4, CAD-9, DEEP-4, DEEP-11, DEEP-13 and
// DEEP-14. Stamps, where there are any, say which timers are pending and whether some P must be
// busy.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SLEEP_H_
#define PROCTOR_CONFORMANCE_JUDGE_SLEEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "conformance/judge/activity.h"
#include "conformance/judge/cycle.h"
#include "conformance/judge/judge.h"
#include "conformance/judge/stalls.h"

namespace proctor {

class SleepJudge : public Judge {
 public:
  SleepJudge(Tier tier, const Header& header);

  void Observe(const Event& event) override;
  void Close() override;

 private:
  static constexpr size_t kTimersMost = 4096;

  // A task's open `sleep`, and the deep sleep that promised to last longest while it was pending.
  struct Timer {
    Event begin;
    std::optional<Event> longest;
    int64_t promised_end_ns = INT64_MIN;
  };

  void NoteSilence(const Event& event);
  void OnOpBegin(const Event& event);
  int64_t ComputedSinceNs(int64_t since_ns, const Event& end) const;
  void OnShallowSleep(const Event& event);
  void OnShallowWake(const Event& event);
  void OnDeepSleep(const Event& event);
  void OnDeepWake(const Event& event);
  void OnTimerEnd(const Event& event);
  void JudgeBusy(const Event& event);
  void Suspect(ClauseId clause, std::string message, std::vector<Event> evidence);
  int64_t LongestDeepSleep() const;

  const Tunables tunables_;
  Activity activity_;
  Cycle cycle_;
  // The scheduler trace is on, by the environment or the scenario. The environment may hold what
  // the runtime ignores: what it says counts once the runtime shows it by a line.
  const bool traced_;
  bool trace_shown_;
  std::optional<Event> slept_before_line_;  // the first deep sleep without it

  std::optional<Event> spin_;   // that began last
  std::optional<Event> heard_;  // what the monitor did last; none: it may be silent
  struct Silence {
    Event heard;
    Event until;
    int64_t computed_ns = 0;  // CPU time of a task meanwhile, at least
  };
  std::vector<Silence> silences_;
  Stalls stalls_;
  std::optional<Event> shallow_;
  std::optional<Event> deep_;
  bool deep_in_cycle_ = false;
  bool monitor_gone_ = false;
  int64_t scenario_start_ns_ = INT64_MAX;

  // That a P was busy, or a timer set, is known only from stamps, and a stop-the-world allows the
  // sleep nevertheless. So an accusation waits for the collection that would explain it, and where
  // the heap may grow, and a collection come at any time, none is made.
  struct SuspectedSleep {
    ClauseId clause;
    std::string message;
    std::vector<Event> evidence;  // the sleep last
  };
  std::vector<SuspectedSleep> suspects_;
  bool world_may_stop_ = false;

  std::unordered_map<int64_t, Timer> timers_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_SLEEP_H_
