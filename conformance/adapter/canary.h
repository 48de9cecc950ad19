// A canary: independent evidence that the host did not run threads that were ready. One thread per
// CPU wakes every millisecond on absolute times; whenever it comes much too late, that is an event.
//
// Thread safety: Stop from the thread that made it; the sink is called from the canary's threads,
// one at a time.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_CANARY_H_
#define PROCTOR_CONFORMANCE_ADAPTER_CANARY_H_

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "conformance/base/mutex.h"
#include "conformance/evidence/event.h"

namespace proctor {

class Canary {
 public:
  // Called with `stall` events, stamped at the end of the stall.
  explicit Canary(std::function<void(const Event&)> sink);
  ~Canary();

  // No further event comes after it. Idempotent.
  void Stop();

 private:
  void Watch(int cpu);

  const std::function<void(const Event&)> sink_;
  Mutex mutex_;  // one call of the sink at a time
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_CANARY_H_
