// Where the monitor is in its loop: what a cycle's events are judged against.
//
// The one `now` of a cycle's duties is read after the cycle's sleeps and before the first duty's
// system call. So it lies between last_wake_ns() and the stamp of that call: bounds that no slow
// machine can make wrong.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_JUDGE_CYCLE_H_
#define PROCTOR_CONFORMANCE_JUDGE_CYCLE_H_

#include <cstdint>

#include "conformance/evidence/event.h"

namespace proctor {

class Cycle {
 public:
  void Observe(const Event& event) {
    switch (event.kind) {
      case EventKind::kShallowSleep:
        ++number_;
        awake_ = false;
        break;
      case EventKind::kShallowWake:
      case EventKind::kDeepWake:
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
  int64_t last_wake_ns_ = INT64_MIN;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_CYCLE_H_
