// The monitor's calls about the network poller.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_POLL_CALLS_H_
#define PROCTOR_CONFORMANCE_WORLD_POLL_CALLS_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class PollCalls : private Part {
 public:
  using Part::Part;

  int64_t LastPoll();
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns);
  void Poll(int64_t timeout_ns, proctor_ready_list* ready);
  void Inject(const proctor_ready_list* ready);
  void AdjustWaiters(int32_t delta);

 private:
  std::vector<int32_t> ready_;  // found by its last poll
  bool ready_injected_ = true;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_POLL_CALLS_H_
