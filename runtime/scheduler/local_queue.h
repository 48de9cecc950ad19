// A processor's own queue of runnable tasks: a ring of 256 with one producer (the thread that has
// the processor) and many consumers (that thread and thieves), and a place for the very next one.
//
// The ring: `tail_` is written by the owner only, `head_` is advanced by a compare-and-swap of
// the consumer. A consumer copies first and swaps then, so a lost swap means that what it copied is
// another's. The owner reads `head_` with acquire: the consumers have copied before it overwrites.
//
// Run-next: a task made ready by the running one goes here and inherits the rest of its time slice,
// so that two that hand over to each other need not wait for everybody else, nor can they starve
// everybody else.
//
// Thread safety: Put*, HasRoom, TakeHalf and Get by the owner; Steal by the owner of `into`; the
// rest by any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_LOCAL_QUEUE_H_
#define PROCTOR_RUNTIME_SCHEDULER_LOCAL_QUEUE_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/atomics.h"
#include "runtime/scheduler/task.h"

namespace proctor::runtime {

template <typename Atomics, uint32_t kRing>
class BasicLocalQueue {
 public:
  static constexpr uint32_t kCapacity = kRing;
  static_assert((kCapacity & (kCapacity - 1)) == 0 && kCapacity >= 2,
                "places are found by a remainder that must survive the wrap of 32 bits");

  // The task comes next. Returns the one that was to come next, which has to be queued.
  Task* PutNext(Task* task) {
    next_puts_.store(next_puts_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    // seq_cst: the caller looks next whether a thread spins, which is counted in this order too.
    return next_.exchange(task, std::memory_order_seq_cst);
  }

  // Thieves only make more room.
  bool HasRoom() const {
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) <
           kCapacity;
  }
  // At the tail; there must be room. Who looks next whether a thread spins needs a fence between.
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

  // Moves half of this queue's tasks, rounded up, to the tail of `into`, all but the last of them,
  // which it returns; null: nothing there. `into` must have room for all of them: thieves come with
  // an empty queue. `take_next`: run-next may be taken if there is nothing else. `moved` is called
  // for each, the last included (`last`), when they are off this queue and nobody can see them yet;
  // `was_next`: from run-next. It may be null.
  using Moved = void (*)(void* argument, Task* task, bool last, bool was_next);
  Task* Steal(BasicLocalQueue& into, bool take_next, Moved moved, void* argument);

  // Exact when nobody moves tasks meanwhile; never true while a task stays here.
  bool Empty() const;
  // A hint; run-next included.
  int32_t Size() const {
    const uint32_t head = head_.load(std::memory_order_relaxed);
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    const int32_t queued = static_cast<int32_t>(tail - head);
    return (queued > 0 ? queued : 0) + (next_.load(std::memory_order_relaxed) != nullptr);
  }

 private:
  template <typename T>
  using Atomic = typename Atomics::template Atomic<T>;

  // The owner is likely to run its next task right away: who makes another ready often waits next.
  // Stealing it at once would let tasks that talk to each other bounce between processors.
  static constexpr int64_t kLeaveNextNs = 3'000;
  // The counts wrap soon after the start, so that it is no rare event months later.
  static constexpr uint32_t kFirstIndex = UINT32_MAX - kCapacity / 2;

  alignas(64) Atomic<uint32_t> head_{kFirstIndex};
  alignas(64) Atomic<uint32_t> tail_{kFirstIndex};
  Atomic<Task*> next_{nullptr};
  // How many came to be next: a thief sees by it whether the one it saw has stayed.
  Atomic<uint32_t> next_puts_{0};
  Atomic<Task*> ring_[kCapacity] = {};
};

// Between the reads of head and tail a task may move from one place to another, so three
// consistent looks make one. seq_cst: a thread that stops spinning counts itself out first and
// looks here second; one that makes a task visible does that first and looks at the count second.
template <typename Atomics, uint32_t kRing>
bool BasicLocalQueue<Atomics, kRing>::Empty() const {
  for (;;) {
    const uint32_t head = head_.load(std::memory_order_seq_cst);
    const uint32_t tail = tail_.load(std::memory_order_seq_cst);
    const Task* next = next_.load(std::memory_order_seq_cst);
    if (tail == tail_.load(std::memory_order_seq_cst)) return head == tail && next == nullptr;
  }
}

template <typename Atomics, uint32_t kRing>
Task* BasicLocalQueue<Atomics, kRing>::Steal(BasicLocalQueue& into, bool take_next, Moved moved,
                                             void* argument) {
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
      Atomics::Sleep(kLeaveNextNs);
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

using LocalQueue = BasicLocalQueue<StdAtomics, 256>;
extern template class BasicLocalQueue<StdAtomics, 256>;

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_LOCAL_QUEUE_H_
