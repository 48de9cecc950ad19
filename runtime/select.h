// Select: waits for whichever of several channels is ready first, or for a time.
//
//     std::optional<int> number;
//     Select select;
//     const int got = select.OnReceive(numbers, number);
//     const int sent = select.OnSend(words, "hello");
//     const int which = select.Wait(1'000'000);     // got, sent, or Select::kTimeout
//
// If several are ready, one of them is taken at random, so that none is starved. A receive from a
// closed channel is ready and leaves nullopt; a send on one throws ChannelClosed. The value of a
// send that was not taken is destroyed with the Select.
//
// Thread safety: a Select belongs to one task and may be waited on once.

#ifndef PROCTOR_RUNTIME_SELECT_H_
#define PROCTOR_RUNTIME_SELECT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/channel.h"

namespace proctor::runtime {

class Select {
 public:
  static constexpr int kTimeout = -1;
  static constexpr int64_t kForEver = -1;

  // Each returns the number of its case, from 0; there may be 256. What it is given must live until
  // Wait has returned.
  template <typename T>
  int OnReceive(Channel<T>& channel, std::optional<T>& value) {
    value.reset();
    return core_.Add(channel.core(), &value, SelectCore::Direction::kReceive);
  }
  template <typename T>
  int OnSend(Channel<T>& channel, T value) {
    auto slot = std::make_shared<std::optional<T>>(std::move(value));
    const int index = core_.Add(channel.core(), slot.get(), SelectCore::Direction::kSend);
    core_.Keep(std::move(slot));
    return index;
  }

  // Waits at most so long (0: takes what is ready now). With no case at all it only waits.
  int Wait(int64_t timeout_ns = kForEver) {
    const int which = core_.Wait(timeout_ns);
    if (which == SelectCore::kClosed) throw ChannelClosed("send on a closed channel");
    return which;
  }

 private:
  SelectCore core_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SELECT_H_
