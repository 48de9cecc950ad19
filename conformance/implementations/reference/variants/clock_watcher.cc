#include "conformance/implementations/reference/variants/derived.h"
#include "conformance/implementations/reference/variants/variants.h"

namespace proctor {
namespace {

class ClockWatcher : public runtime::Monitor {
 public:
  using Monitor::Monitor;

 private:
  // For a statistic of how late the sleeps are, say.
  int64_t NextDelayNs() override {
    host_.NowNs();
    const int64_t delay_ns = Monitor::NextDelayNs();
    host_.NowNs();
    return delay_ns;
  }

  // Waiting for the lock takes time: the clock is read again once it is held.
  void SleepDeepIfIdle() override {
    host_.NowNs();
    if (constants_.trace_interval_ns > 0 || !NothingToWatch()) return;
    host_.NowNs();
    host_.Lock(runtime::LockId::kSched);
    if (NothingToWatch() && SleepDeepUnderSched(host_.NowNs())) {
      idle_ = 0;
      delay_ns_ = constants_.shallow_min_ns;
    }
    host_.Unlock(runtime::LockId::kSched);
  }

  void DoDuties() override {
    host_.NowNs();
    Monitor::DoDuties();
    host_.NowNs();
  }
};

}  // namespace

const proctor_implementation* ClockWatcherVariant() {
  return DerivedImplementation<ClockWatcher>("clock_watcher");
}

}  // namespace proctor
