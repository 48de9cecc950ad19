// The timers that tasks set for their own, by their stamps: what each was last told, and whether
// what it does fits that.
//
// A timer fires once for each time that it was set, unless an answer to a stop or reset said that
// it was still to fire: then it must not, for that time. Times of one timer that do fire come in
// the order in which they were set, so each firing belongs to the first one that is left.
//
// Memory: bounded; beyond kTasksMost tasks that set timers more are not looked at.
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_SET_TIMERS_H_
#define PROCTOR_CONFORMANCE_JUDGE_SET_TIMERS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/evidence/event.h"

namespace proctor {

class SetTimers {
 public:
  static constexpr size_t kTasksMost = 65'536;

  static EventKinds Kinds() {
    using enum EventKind;
    return KindSet({kOpBegin, kOpEnd, kTimerAnswer, kTimerExpired});
  }

  // One time for which a timer was set.
  struct Setting {
    Event begin;                    // of the operation
    int64_t due_ns;                 // not before
    int64_t due_by_ns = INT64_MAX;  // once the operation has ended; not later, for a timer on time
  };

  // Hears what becomes of the clauses; `broken` is empty where one was put to the test and kept.
  class Listener {
   public:
    virtual void OnTimer(ClauseId clause, const std::string& broken,
                         std::vector<Event> evidence) = 0;
    virtual void OnFired(const Setting& setting, const Event& expired) = 0;
    // It was still to fire, says the answer.
    virtual void OnStopped(const Setting& setting, const Event& answer) = 0;

   protected:
    ~Listener() = default;
  };

  explicit SetTimers(Listener& listener) : listener_(listener) {}

  void Observe(const Event& event);

  int64_t to_fire() const { return to_fire_; }  // how many times are still to come

  // The earliest that is still to fire; nullptr: none is. Valid until the next Observe.
  const Setting* EarliestToFire() const;

 private:
  struct Timer {
    std::deque<Setting> to_fire;
    bool is_set = false;           // the last of them is what the timer is set for now
    std::optional<Event> stopped;  // the last answer by which it is not to fire
    std::optional<Event> expired;  // the last time
  };
  struct Task {
    std::optional<Event> operation;  // on one of its timers, before its answer
    std::vector<Event> meanwhile;    // what fired since then, and may be told to by it
    Timer* answered = nullptr;       // the timer of an operation that has not ended
    std::map<int64_t, Timer> timers;
  };

  void OnBegin(const Event& event);
  void OnEnd(const Event& event);
  void OnAnswer(Task& task, const Event& event);
  void OnActive(Timer& timer, const Event& event);
  void OnInactive(Timer& timer, const Event& event);
  void OnExpired(Task& task, const Event& event);
  void OnExtra(const Timer& timer, const Event& event);

  Listener& listener_;
  int64_t to_fire_ = 0;
  std::unordered_map<int64_t, Task> tasks_;  // those that have set timers
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_SET_TIMERS_H_
