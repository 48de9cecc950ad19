// The scenario's channels.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_CHANNELS_H_
#define PROCTOR_CONFORMANCE_WORLD_CHANNELS_H_

#include <cstdint>
#include <vector>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Channels : private Part {
 public:
  explicit Channels(VirtualRuntime& w);

  void Send(int32_t m, int32_t channel);
  void Receive(int32_t m, int32_t channel);

 private:
  struct ChannelState {
    int64_t buffered = 0;
    TaskQueue senders;
    TaskQueue receivers;
  };

  std::vector<ChannelState> channels_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_CHANNELS_H_
