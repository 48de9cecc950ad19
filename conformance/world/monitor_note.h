// The note on which the monitor sleeps deep, and the flag that says so.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_MONITOR_NOTE_H_
#define PROCTOR_CONFORMANCE_WORLD_MONITOR_NOTE_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class MonitorNote : private Part {
 public:
  using Part::Part;

  void Clear();
  void SetWaits(bool waits);
  // As nothing may: deviations do.
  void WakeUnduly(int32_t m);
  // As the contract wants it, with the sched lock held.
  void WakeUnderSched(int32_t m, Waker waker);

  bool waits() const { return waits_; }
  bool woken() const { return woken_; }

 private:
  bool waits_ = false;
  bool woken_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_MONITOR_NOTE_H_
