// The network poller: descriptors, and the thread that blocks in it when nobody has anything to do.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_POLLER_H_
#define PROCTOR_CONFORMANCE_WORLD_POLLER_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Poller : private Part {
 public:
  explicit Poller(VirtualRuntime& w);

  void Start();
  void SetReady(int32_t m);
  // A thread has to take care of a timer: one that blocks in the poller, or a new one.
  void Wake(int32_t m, int64_t when_ns);
  // The thread comes back from the poller.
  void Back(int32_t m);
  // The tasks whose descriptors are ready; they wait no longer.
  void GatherReady(int32_t m, std::vector<int32_t>& tasks);
  void CountWaiters(int32_t m, int32_t delta);
  // One more byte there.
  void MakeReady(int32_t descriptor);
  // The task waits until the descriptor is ready.
  void WaitFor(int32_t m, int32_t descriptor);
  // The thread has nothing to do.
  void BlockOrPark(int32_t m);

  bool ready() const { return ready_; }
  int32_t waiters() const { return waiters_; }
  int64_t last_poll_ns() const { return last_poll_ns_; }  // 0: a thread is blocked in it
  void set_last_poll_ns(int64_t time_ns) { last_poll_ns_ = time_ns; }

 private:
  struct DescriptorState {
    int64_t bytes = 0;
    TaskQueue waiting;
  };
  void Break(int32_t m, int64_t when_ns);
  void Block(int32_t m);

  bool ready_ = false;
  int64_t last_poll_ns_ = kBootNs;
  int64_t until_ns_ = 0;
  int64_t timeout_ns_ = 0;
  int32_t blocked_m_ = kNobody;
  int32_t waiters_ = 0;
  std::vector<DescriptorState> descriptors_;
  std::vector<int32_t> found_;  // scratch of one poll
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_POLLER_H_
