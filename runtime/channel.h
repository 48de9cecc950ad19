// Channels: values handed from task to task, in order.
//
//     Channel<std::string> lines(16);        // holds up to 16; 0: a sender waits for its receiver
//     lines.Send("hello");
//     std::optional<std::string> line = lines.Receive();   // nullopt: closed and empty
//     lines.Close();
//
// Closing says that nothing more will come: what is in the channel can still be received. To send
// on a closed channel, to be waiting to send when it is closed, or to close it twice, throws
// ChannelClosed. A channel must outlive every use of it; who has received everything after a Close
// may destroy it.
//
// Thread safety: any number of tasks of one runtime; not for other threads. Values move between
// tasks with everything that happened before the Send visible after the Receive.

#ifndef PROCTOR_RUNTIME_CHANNEL_H_
#define PROCTOR_RUNTIME_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "runtime/scheduler/channel_core.h"

namespace proctor::runtime {

// Something was done with a closed channel that must not be.
class ChannelClosed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Moving a T must not throw: it happens with the channel locked.
template <typename T>
class Channel {
  static_assert(std::is_nothrow_move_constructible_v<T>);

 public:
  explicit Channel(size_t capacity = 0)
      : slots_(std::make_unique<std::optional<T>[]>(capacity)),
        core_(slots_.get(), sizeof(std::optional<T>), capacity, Move) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Waits until a receiver is there or a place is free.
  void Send(T value) {
    std::optional<T> slot(std::move(value));
    if (!core_.Send(&slot, true)) throw ChannelClosed("send on a closed channel");
  }
  // False: it would have to wait; the value is lost.
  bool TrySend(T value) {
    std::optional<T> slot(std::move(value));
    bool sent = false;
    if (!core_.Send(&slot, false, &sent)) throw ChannelClosed("send on a closed channel");
    return sent;
  }

  // Waits for a value. nullopt: the channel is closed, and empty.
  std::optional<T> Receive() {
    std::optional<T> slot;
    core_.Receive(&slot, true);
    return slot;
  }
  // nullopt: there is none now.
  std::optional<T> TryReceive() {
    std::optional<T> slot;
    core_.Receive(&slot, false);
    return slot;
  }

  void Close() {
    if (!core_.Close()) throw ChannelClosed("close of a closed channel");
  }

  // Hints.
  size_t size() const { return core_.size(); }

  ChannelCore& core() { return core_; }  // for select.h

 private:
  static void Move(void* from, void* to) {
    auto& source = *static_cast<std::optional<T>*>(from);
    *static_cast<std::optional<T>*>(to) = std::move(source);
    source.reset();  // NOLINT(bugprone-use-after-move): a moved-from optional still holds a value
  }

  std::unique_ptr<std::optional<T>[]> slots_;
  ChannelCore core_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_CHANNEL_H_
