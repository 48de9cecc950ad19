#include "conformance/implementations/reference/variants/derived.h"
#include "conformance/implementations/reference/variants/variants.h"

namespace proctor {
namespace {

class LightSleeper : public runtime::Monitor {
 public:
  using Monitor::Monitor;

 private:
  // Reads all three each time, in another order.
  bool NothingRuns() {
    const int32_t procs = host_.Processors();
    const int32_t idle = host_.IdleProcessors();
    const bool stops = host_.StopPending();
    return stops || idle == procs;
  }

  void SleepDeepIfIdle() override {
    if (constants_.trace_interval_ns > 0) return;
    const bool nothing_runs = NothingRuns();
    const int64_t now_ns = host_.NowNs();
    // An overdue timer is not worth the lock.
    const int64_t timer_ns = host_.EarliestTimerNs();
    if (!nothing_runs || timer_ns <= now_ns) return;

    host_.Lock(runtime::LockId::kSched);
    if (NothingRuns() && host_.EarliestTimerNs() > now_ns && NothingRuns() &&
        SleepDeepUnderSched(now_ns)) {
      idle_ = 0;
      delay_ns_ = constants_.shallow_min_ns;
    }
    host_.Unlock(runtime::LockId::kSched);
  }
};

}  // namespace

const proctor_implementation* LightSleeperVariant() {
  return DerivedImplementation<LightSleeper>("light_sleeper");
}

}  // namespace proctor
