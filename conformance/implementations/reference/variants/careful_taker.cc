#include "conformance/implementations/reference/variants/derived.h"
#include "conformance/implementations/reference/variants/variants.h"

namespace proctor {
namespace {

class CarefulTaker : public runtime::Monitor {
 public:
  using Monitor::Monitor;

 private:
  int32_t Retake(int64_t now_ns) override {
    int32_t taken = 0;
    for (int32_t processor = 0;; ++processor) {
      host_.Lock(runtime::LockId::kAllP);
      const bool exists = processor < host_.ProcessorCount();
      const bool take = exists && Visit(processor, now_ns, taken);
      host_.Unlock(runtime::LockId::kAllP);
      if (!exists) return taken;
      if (take && Take(processor)) ++taken;
    }
  }

  // True: it is to be taken by a swap. The other way to take it is the reference's.
  bool Visit(int32_t processor, int64_t now_ns, int32_t& taken) {
    const runtime::ProcessorStatus status = host_.StatusOf(processor);
    if (constants_.take_by_task_lock) {
      taken += RetakeByTaskLock(processor, status, now_ns) ? 1 : 0;
      return false;
    }
    const bool in_call = status == runtime::ProcessorStatus::kSyscall;
    if (!in_call && status != runtime::ProcessorStatus::kRunning) return false;
    const bool expired = PreemptIfExpired(processor, now_ns);
    // Its thread may have come back: then a swap would only fetch the cache line and lose.
    return in_call && !LeaveInSyscall(processor, expired, now_ns) &&
           host_.StatusOf(processor) == runtime::ProcessorStatus::kSyscall;
  }

  bool Take(int32_t processor) {
    host_.AddIdleLocked(-1);
    const bool won = host_.SwapSyscallToIdle(processor);
    if (won) {
      host_.BumpSyscallTick(processor);
      host_.HandOff(processor);
    }
    host_.AddIdleLocked(1);
    return won;
  }
};

}  // namespace

const proctor_implementation* CarefulTakerVariant() {
  return DerivedImplementation<CarefulTaker>("careful_taker");
}

}  // namespace proctor
