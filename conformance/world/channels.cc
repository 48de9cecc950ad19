#include "conformance/world/channels.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

Channels::Channels(VirtualRuntime& w) : Part(w), channels_(w.setup.scenario.channels.size()) {}

void Channels::Send(int32_t m, int32_t channel) {
  ChannelState& state = channels_[static_cast<size_t>(channel)];
  if (!state.receivers.empty()) {
    w_.queues.MakeReady(m, state.receivers.Pop());
  } else if (state.buffered < w_.setup.scenario.channels[static_cast<size_t>(channel)].capacity) {
    ++state.buffered;
  } else {
    state.senders.Append(ThreadOf(m).g);
    return w_.programs.Wait(m);
  }
  Then(m, Step::kResume, kOpNs);
}

void Channels::Receive(int32_t m, int32_t channel) {
  ChannelState& state = channels_[static_cast<size_t>(channel)];
  if (state.buffered > 0) {
    // A waiting sender's value takes the place that has become free.
    if (state.senders.empty()) {
      --state.buffered;
    } else {
      w_.queues.MakeReady(m, state.senders.Pop());
    }
  } else if (!state.senders.empty()) {
    w_.queues.MakeReady(m, state.senders.Pop());
  } else {
    state.receivers.Append(ThreadOf(m).g);
    return w_.programs.Wait(m);
  }
  Then(m, Step::kResume, kOpNs);
}

}  // namespace proctor
