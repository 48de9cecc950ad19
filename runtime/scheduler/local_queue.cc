#include "runtime/scheduler/local_queue.h"

#include "runtime/os/linux/clock.h"

namespace proctor::runtime {
namespace {

// The owner is likely to run its next task right away: who makes another ready often waits next.
// Stealing it at once would let tasks that talk to each other bounce between processors.
constexpr int64_t kLeaveNextNs = 3'000;

}  // namespace

// Between the reads of head and tail a task may move from one place to another, so three
// consistent looks make one.
bool LocalQueue::Empty() const {
  for (;;) {
    const uint32_t head = head_.load(std::memory_order_acquire);
    const uint32_t tail = tail_.load(std::memory_order_acquire);
    const Task* next = next_.load(std::memory_order_acquire);
    if (tail == tail_.load(std::memory_order_acquire)) return head == tail && next == nullptr;
  }
}

Task* LocalQueue::Steal(LocalQueue& into, bool take_next, Moved moved, void* argument) {
  for (;;) {
    uint32_t head = head_.load(std::memory_order_acquire);
    const uint32_t tail = tail_.load(std::memory_order_acquire);
    uint32_t count = tail - head;
    count -= count / 2;
    if (count == 0) {
      if (!take_next) return nullptr;
      Task* next = next_.load(std::memory_order_acquire);
      if (next == nullptr) return nullptr;
      const uint32_t puts = next_puts_.load(std::memory_order_relaxed);
      SleepNs(kLeaveNextNs);
      // The same task may be there again: two that hand over to each other are best left alone.
      if (next_puts_.load(std::memory_order_relaxed) != puts) return nullptr;
      if (!next_.compare_exchange_strong(next, nullptr, std::memory_order_acq_rel)) continue;
      if (moved != nullptr) moved(argument, next, true, true);
      return next;
    }
    if (count > kCapacity / 2) continue;  // head and tail of different moments
    const uint32_t to = into.tail_.load(std::memory_order_relaxed);
    for (uint32_t i = 0; i < count; ++i) {
      into.ring_[(to + i) % kCapacity].store(
          ring_[(head + i) % kCapacity].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    if (!head_.compare_exchange_strong(head, head + count, std::memory_order_acq_rel)) continue;
    Task* last = into.ring_[(to + count - 1) % kCapacity].load(std::memory_order_relaxed);
    for (uint32_t i = 0; moved != nullptr && i < count; ++i) {
      Task* task = into.ring_[(to + i) % kCapacity].load(std::memory_order_relaxed);
      moved(argument, task, i + 1 == count, false);
    }
    into.tail_.store(to + count - 1, std::memory_order_release);
    return last;
  }
}

}  // namespace proctor::runtime
