// The ring of one thread's events: written by that thread without a lock, read by another.
//
// Invariants: the slots from `tail_` to `head_` are the writer's events, the oldest first; a slot
// whose number is 0 is empty, or being written. The writer looks at `tail_` before it takes a slot:
// no slot is written again before it has been read.
//
// Thread safety: one writing thread (and its signal handlers) and one reader.

#ifndef PROCTOR_RUNTIME_TRACE_TRACE_RING_H_
#define PROCTOR_RUNTIME_TRACE_TRACE_RING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/base/atomics.h"

namespace proctor::runtime {

// `Event` has a member `order`, and a function Stamp(Event&) gives it its time. `kReserved` slots
// stay free: a signal handler may write between another event's look at the free room and its
// taking of it.
template <typename Atomics, typename Event, uint64_t kReserved>
class BasicTraceRing {
 public:
  template <typename T>
  using Atomic = typename Atomics::template Atomic<T>;

  // Zeroed memory is empty slots.
  struct Slot {
    Atomic<uint64_t> order{0};  // 0: empty
    typename Atomics::template Plain<Event> event;
  };

  // `capacity` empty slots, a power of two of them, that outlive the ring.
  BasicTraceRing(Slot* slots, size_t capacity) : mask_(capacity - 1), slots_(slots) {}

  // False: the ring is full.
  bool Write(Atomic<uint64_t>& counter, Event event) {
    const uint64_t used =
        head_.load(std::memory_order_relaxed) - tail_.load(std::memory_order_acquire);
    if (used + kReserved > mask_) return false;
    // A handler that interrupts this thread here takes the next slot, and this one stays ours.
    Slot& slot = slots_[head_.fetch_add(1, std::memory_order_relaxed) & mask_];
    // seq_cst: the number must not be taken before what the event records has happened, nor after.
    const uint64_t order = counter.fetch_add(1, std::memory_order_seq_cst) + 1;
    Stamp(event);
    slot.event = event;
    slot.order.store(order, std::memory_order_release);
    return true;
  }

  // The oldest event; false: there is none, or it is being written.
  bool Read(Event& event) {
    const uint64_t tail = tail_.load(std::memory_order_relaxed);
    Slot& slot = slots_[tail & mask_];
    const uint64_t order = slot.order.load(std::memory_order_acquire);
    if (order == 0) return false;
    event = slot.event;
    event.order = order;
    slot.order.store(0, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

 private:
  const size_t mask_;
  Slot* const slots_;
  Atomic<uint64_t> head_{0};
  Atomic<uint64_t> tail_{0};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_TRACE_TRACE_RING_H_
