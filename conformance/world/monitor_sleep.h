// The monitor's time: its sleeps, its clock, and how many calls it makes between two sleeps.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_MONITOR_SLEEP_H_
#define PROCTOR_CONFORMANCE_WORLD_MONITOR_SLEEP_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class MonitorSleep : private Part {
 public:
  using Part::Part;

  // Before every call of the monitor: other threads may act now.
  void BeforeCall();
  int64_t NowNs();
  bool SleepShallow(int64_t duration_ns);
  bool SleepOnNote(int64_t timeout_ns);
  void RelaxClock(bool relaxed);

  int64_t cycles() const { return cycles_; }

 private:
  int64_t LaterNs(int64_t time_ns);
  void EndSleepless();
  bool MayNotSleep(const char* call);
  void FallAsleep();

  // A cycle that takes more calls than this will not end: a scan of 1024 processors that takes all
  // of them makes about 15 calls for each.
  static constexpr int64_t kCallsPerCycleMost = 200'000;

  int64_t calls_since_sleep_ = 0;
  int64_t cycles_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_MONITOR_SLEEP_H_
