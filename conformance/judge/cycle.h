// Where the monitor is in its loop: what a cycle's events are judged against.
//
// The one `now` of a cycle's duties is read after the cycle's sleeps and before the first duty's
// system call. So it lies between last_wake_ns() and the stamp of that call: bounds that no slow
// machine can make wrong.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_CYCLE_H_
#define PROCTOR_CONFORMANCE_JUDGE_CYCLE_H_

#include <algorithm>
#include <cstdint>

#include "conformance/evidence/event.h"

namespace proctor {

class Cycle {
 public:
  // Whether the cycle is over: a shallow sleep begins. One that a signal has interrupted and that
  // goes on with the rest of its time is no second one. To be asked before Observe.
  bool Ends(const Event& event) const {
    if (event.kind != EventKind::kShallowSleep) return false;
    const int64_t requested_ns = event.Get(Arg::kDurationNs);
    const int64_t rest_least_ns = requested_ns_ - (event.time_ns - slept_from_ns_);
    const bool is_rest = interrupted_ && requested_ns < requested_ns_ &&
                         requested_ns >= rest_least_ns &&
                         (rest_least_ns > 0 || requested_ns < shortest_ns_);
    return !is_rest;
  }

  void Observe(const Event& event) {
    switch (event.kind) {
      case EventKind::kShallowSleep:
        if (Ends(event)) {
          ++number_;
          requested_ns_ = event.Get(Arg::kDurationNs);
          slept_from_ns_ = event.time_ns;
          shortest_ns_ = std::min(shortest_ns_, requested_ns_);
        }
        awake_ = false;
        break;
      case EventKind::kShallowWake:
      case EventKind::kDeepWake:
        interrupted_ = event.kind == EventKind::kShallowWake && event.Get(Arg::kInterrupted) != 0;
        awake_ = true;
        last_wake_ns_ = event.time_ns;
        break;
      case EventKind::kDeepSleep:
      case EventKind::kGap:
        awake_ = false;
        break;
      default:
        break;
    }
  }

  // Counts the shallow sleeps begun; equal numbers are the same cycle.
  int64_t number() const { return number_; }

  // Between a sleep's end and the next sleep's beginning.
  bool awake() const { return awake_; }

  // The end of the last sleep; meaningful while awake.
  int64_t last_wake_ns() const { return last_wake_ns_; }

 private:
  int64_t number_ = 0;
  bool awake_ = false;
  bool interrupted_ = false;  // the last sleep
  int64_t requested_ns_ = 0;  // of the last shallow sleep, and when it began
  int64_t slept_from_ns_ = 0;
  int64_t shortest_ns_ = INT64_MAX;  // of all
  int64_t last_wake_ns_ = INT64_MIN;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_CYCLE_H_
