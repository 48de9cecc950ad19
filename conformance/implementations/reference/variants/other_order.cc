#include "conformance/implementations/reference/variants/derived.h"
#include "conformance/implementations/reference/variants/variants.h"

namespace proctor {
namespace {

class OtherOrder : public runtime::Monitor {
 public:
  using Monitor::Monitor;

 private:
  // The time of the last poll first, then whether there is a poller at all.
  void PollNetwork(int64_t now_ns) override {
    const int64_t last_poll_ns = host_.LastPollNs();
    if (last_poll_ns == 0 || now_ns - last_poll_ns <= constants_.poll_stale_ns ||
        !host_.PollerReady())
      return;
    host_.SwapLastPoll(last_poll_ns, now_ns);
    const runtime::ReadyList ready = host_.Poll(0);
    if (ready.count == 0) return;
    host_.AddIdleLocked(-1);
    host_.Inject(ready);
    host_.AddIdleLocked(1);
    if (constants_.adjust_waiters) host_.AdjustWaiters(ready.waiters_delta);
  }

  // The flag is the cheaper look; under its lock it is looked at again.
  void ForceCollection(int64_t now_ns) override {
    if (!host_.HelperIdle() || !CollectionIsDue(now_ns)) return;
    host_.Lock(runtime::LockId::kForcedGc);
    if (host_.HelperIdle()) {
      host_.ClearHelperIdle();
      host_.InjectHelper();
    }
    host_.Unlock(runtime::LockId::kForcedGc);
  }

  // The machine is looked at last of all.
  void RefreshProcessors(int64_t) override {}
  void PrintTrace(int64_t now_ns) override {
    Monitor::PrintTrace(now_ns);
    Monitor::RefreshProcessors(now_ns);
  }
};

}  // namespace

const proctor_implementation* OtherOrderVariant() {
  return DerivedImplementation<OtherOrder>("other_order");
}

}  // namespace proctor
