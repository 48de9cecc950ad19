// A processor's own queue of runnable tasks: a ring of 256 with one producer (the thread that has
// the processor) and many consumers (that thread and thieves), and a place for the very next one.
//
// The ring: `tail_` is written by the owner only, `head_` is advanced by a compare-and-swap of
// whoever consumes. A consumer copies first and swaps then, so a lost swap means that what it
// copied is another's. The owner reads `head_` with acquire: the consumers have copied before it
// overwrites.
//
// Run-next: a task made ready by the running one goes here and inherits the rest of its time slice,
// so that two that hand over to each other need not wait for everybody else, nor can they starve
// everybody else.
//
// Thread safety: Put*, Get by the owner; Steal by the owner of `into`; the rest by anybody.

#ifndef PROCTOR_RUNTIME_SCHEDULER_LOCAL_QUEUE_H_
#define PROCTOR_RUNTIME_SCHEDULER_LOCAL_QUEUE_H_

#include <atomic>
#include <cstdint>

#include "runtime/scheduler/task.h"

namespace proctor::runtime {

class LocalQueue {
 public:
  static constexpr uint32_t kCapacity = 256;

  // The task comes next; returns the one that was to come next, which has to be queued.
  Task* PutNext(Task* task) {
    next_puts_.store(next_puts_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return next_.exchange(task, std::memory_order_acq_rel);
  }

  // Thieves only make more.
  bool HasRoom() const {
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) <
           kCapacity;
  }
  // At the tail; there must be room.
  void Put(Task* task) {
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    ring_[tail % kCapacity].store(task, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);
  }

  // Half of a full ring, moved to `out`. False: thieves were here, and there is room.
  bool TakeHalf(TaskList& out) {
    uint32_t head = head_.load(std::memory_order_acquire);
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    const uint32_t count = (tail - head) / 2;
    if (count != kCapacity / 2) return false;
    Task* tasks[kCapacity / 2];
    for (uint32_t i = 0; i < count; ++i) {
      tasks[i] = ring_[(head + i) % kCapacity].load(std::memory_order_relaxed);
    }
    if (!head_.compare_exchange_strong(head, head + count, std::memory_order_acq_rel)) return false;
    for (uint32_t i = 0; i < count; ++i) out.Append(tasks[i]);
    return true;
  }

  // Null: empty. `inherits`: it was the very next one.
  Task* Get(bool& inherits) {
    Task* next = next_.load(std::memory_order_relaxed);
    // Only thieves clear it besides us, so a lost swap leaves it empty.
    if (next != nullptr &&
        next_.compare_exchange_strong(next, nullptr, std::memory_order_acq_rel)) {
      inherits = true;
      return next;
    }
    inherits = false;
    for (;;) {
      uint32_t head = head_.load(std::memory_order_acquire);
      const uint32_t tail = tail_.load(std::memory_order_relaxed);
      if (tail == head) return nullptr;
      Task* task = ring_[head % kCapacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(head, head + 1, std::memory_order_acq_rel)) return task;
    }
  }

  // Moves half of this queue's tasks to the tail of `into`, all but the last of them, which it
  // returns; null: nothing there. `take_next`: run-next may be taken if there is nothing else.
  // `moved` is called for each, the last included (`last`), when they are off this queue and nobody
  // can see them yet; `was_next`: from run-next. May be null.
  using Moved = void (*)(void* argument, Task* task, bool last, bool was_next);
  Task* Steal(LocalQueue& into, bool take_next, Moved moved, void* argument);

  bool Empty() const;
  // A hint; run-next included.
  int32_t Size() const {
    const uint32_t head = head_.load(std::memory_order_relaxed);
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    const int32_t queued = static_cast<int32_t>(tail - head);
    return (queued > 0 ? queued : 0) + (next_.load(std::memory_order_relaxed) != nullptr);
  }
  bool has_next() const { return next_.load(std::memory_order_relaxed) != nullptr; }

 private:
  alignas(64) std::atomic<uint32_t> head_{0};
  alignas(64) std::atomic<uint32_t> tail_{0};
  std::atomic<Task*> next_{nullptr};
  // How many came to be next: a thief tells by it whether the one it saw has stayed.
  std::atomic<uint32_t> next_puts_{0};
  std::atomic<Task*> ring_[kCapacity] = {};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_LOCAL_QUEUE_H_
