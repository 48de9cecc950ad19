// What channels of all types have in common: the queues of those who wait, and a ring of slots.
// Internal; see runtime/channel.h and runtime/select.h.
//
// A slot is an object of a type unknown here, moved from one place to another by a function. A
// waiting task's slot is on its own stack; who completes its operation moves the value there.
//
// A task that waits in several queues (select) can be completed by one only: the one that swaps
// its ticket. The others find the ticket gone and pass it by.
//
// Invariants, under the lock:
//   1. Receivers wait only if the ring is empty, senders only if it is full.
//   2. A waiter is in a queue until it is completed, or takes itself out.
//
// Thread safety: tasks of one runtime.

#ifndef PROCTOR_RUNTIME_SCHEDULER_CHANNEL_CORE_H_
#define PROCTOR_RUNTIME_SCHEDULER_CHANNEL_CORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/base/lock.h"

namespace proctor::runtime {

struct Task;
class ChannelCore;

// A task in the queue of a channel.
struct ChannelWaiter {
  Task* task = nullptr;
  void* slot = nullptr;
  uint64_t ticket = 0;     // 0: it waits here only
  bool completed = false;  // false when it is woken: the channel was closed
  int index = 0;           // of the case of a select
  ChannelWaiter* next = nullptr;
  ChannelWaiter* previous = nullptr;
};

class ChannelQueue {
 public:
  bool empty() const { return head_ == nullptr; }
  void Append(ChannelWaiter* waiter);
  void Remove(ChannelWaiter* waiter);
  // The first one that is still free, out of the queue and claimed; null: none.
  ChannelWaiter* Claim();

 private:
  ChannelWaiter* head_ = nullptr;
  ChannelWaiter* tail_ = nullptr;
};

class ChannelCore {
 public:
  using Move = void (*)(void* from, void* to);

  // `slots`: room for `capacity` slots of `slot_bytes`.
  ChannelCore(void* slots, size_t slot_bytes, size_t capacity, Move move);
  ChannelCore(const ChannelCore&) = delete;
  ChannelCore& operator=(const ChannelCore&) = delete;

  // False: the channel is closed. `sent`: whether it was done at all, where it need not wait.
  bool Send(void* slot, bool wait, bool* sent = nullptr);
  // Leaves the slot empty if there is nothing.
  void Receive(void* slot, bool wait);
  // False: it was closed before.
  bool Close();
  size_t size() const { return count_.load(std::memory_order_relaxed); }

 private:
  friend class SelectCore;

  enum class Outcome { kDone, kMustWait, kClosed };
  // `woken`: who has to be made runnable once the lock is free.
  Outcome TrySend(void* slot, Task*& woken) REQUIRES(lock_);
  Outcome TryReceive(void* slot, Task*& woken) REQUIRES(lock_);
  // Makes the ring longer by one; returns its new slot.
  void* Extend() REQUIRES(lock_);
  void* SlotAt(size_t index) { return static_cast<std::byte*>(slots_) + index * slot_bytes_; }

  Lock lock_{LockRank::kWaitList};
  void* const slots_;
  const size_t slot_bytes_;
  const size_t capacity_;
  const Move move_;
  size_t first_ GUARDED_BY(lock_) = 0;  // the oldest value's slot
  std::atomic<size_t> count_{0};        // changes under the lock
  bool closed_ GUARDED_BY(lock_) = false;
  ChannelQueue senders_ GUARDED_BY(lock_);
  ChannelQueue receivers_ GUARDED_BY(lock_);
};

class SelectCore {
 public:
  enum class Direction { kSend, kReceive };
  static constexpr int kTimeout = -1;
  static constexpr int kClosed = -2;
  static constexpr int kCasesMost = 256;

  SelectCore() = default;
  SelectCore(const SelectCore&) = delete;
  SelectCore& operator=(const SelectCore&) = delete;

  int Add(ChannelCore& channel, void* slot, Direction direction);
  void Keep(std::shared_ptr<void> slot) { kept_.push_back(std::move(slot)); }
  // The number of the case, kTimeout, or kClosed: a send on a closed channel.
  int Wait(int64_t timeout_ns);

 private:
  struct Case {
    ChannelCore* channel;
    Direction direction;
    ChannelWaiter waiter;
  };

  int TryAll(uint32_t start, Task*& woken);
  void LockAll();
  static void UnlockAll(ChannelCore* const* channels, size_t count);
  static bool Commit(Task* task, void* argument);

  std::vector<Case> cases_;
  std::vector<ChannelCore*> in_order_;  // by address, each once
  std::vector<std::shared_ptr<void>> kept_;
  bool waited_ = false;
  int64_t timeout_ns_ = -1;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_CHANNEL_CORE_H_
