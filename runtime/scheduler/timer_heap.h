// Timers of one processor: a 4-ary heap by due time. Threads of other processors run them too.
//
// A timer that is due calls a function, once. The function runs in whatever thread looks at the
// heap, holds no lock, and must not block. Who is woken by it may set the timer again, and waits
// for the function to return first; the function itself must not.
//
// Thread safety: any thread. One at a time may Add or Remove the same timer.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TIMER_HEAP_H_
#define PROCTOR_RUNTIME_SCHEDULER_TIMER_HEAP_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/base/atomics.h"
#include "runtime/base/lock.h"
#include "runtime/base/panic.h"

namespace proctor::runtime {

inline constexpr int64_t kNoTimer = INT64_MAX;

template <typename Atomics, typename HeapLock>
class BasicTimerHeap;

template <typename Atomics, typename HeapLock>
struct BasicTimer {
  using Function = void (*)(void* argument, uint64_t ticket);

  int64_t when_ns = 0;
  Function function = nullptr;
  void* argument = nullptr;
  uint64_t ticket = 0;

  // The heap's.
  typename Atomics::template Atomic<BasicTimerHeap<Atomics, HeapLock>*> heap{
      nullptr};  // null: on none
  int32_t index = 0;
  typename Atomics::template Atomic<bool> firing{false};  // its function runs
};

template <typename Atomics, typename HeapLock>
class BasicTimerHeap {
 public:
  using Timer = BasicTimer<Atomics, HeapLock>;

  explicit BasicTimerHeap(int32_t processor) : processor_(processor) {}

  // True: it is the earliest of this heap now. The timer must be on no heap.
  bool Add(Timer& timer) EXCLUDES(lock_);
  // False: it was on no heap any more. When it returns, the function has run or never will.
  static bool Remove(Timer& timer);
  // Takes the earliest timer off if it is due: true, and `fired` is set to what has to be called.
  // Afterwards Done() must be called with it.
  struct Fired {
    Timer* timer;
    typename Timer::Function function;
    void* argument;
    uint64_t ticket;
    int64_t when_ns;
  };
  bool TakeDue(int64_t now_ns, Fired& fired) EXCLUDES(lock_);
  static void Done(const Fired& fired) {
    fired.timer->firing.store(false, std::memory_order_release);
  }
  // Moves all timers here, with both heaps at rest.
  void Adopt(BasicTimerHeap& other) EXCLUDES(lock_);

  // kNoTimer: there is none. A hint without the lock.
  int64_t earliest_ns() const { return earliest_ns_.load(std::memory_order_seq_cst); }
  int32_t size() const { return size_.load(std::memory_order_relaxed); }
  int32_t processor() const { return processor_; }

 private:
  static constexpr size_t kWidth = 4;

  struct Entry {
    int64_t when_ns;
    Timer* timer;
  };

  void RemoveAt(size_t index) REQUIRES(lock_);
  void Up(size_t index) REQUIRES(lock_);
  void Down(size_t index) REQUIRES(lock_);
  void Place(size_t index, const Entry& entry) REQUIRES(lock_);
  // `order`: of what others see of the earliest time.
  void Publish(std::memory_order order) REQUIRES(lock_);

  template <typename T>
  using Atomic = typename Atomics::template Atomic<T>;

  // As LockGuard, of any lock.
  class SCOPED_CAPABILITY Guard {
   public:
    explicit Guard(HeapLock& lock) ACQUIRE(lock) : held_(lock) { held_.Acquire(); }
    ~Guard() RELEASE() { held_.Release(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    HeapLock& held_;
  };

  // The function of a timer is short; its thread may be off its CPU, though.
  static void WaitUntilFired(const Timer& timer) {
    while (timer.firing.load(std::memory_order_acquire)) Atomics::Relax();
  }

  const int32_t processor_;
  HeapLock lock_;
  std::vector<Entry> entries_ GUARDED_BY(lock_);
  Atomic<int64_t> earliest_ns_{kNoTimer};
  Atomic<int32_t> size_{0};
};

template <typename Atomics, typename HeapLock>
bool BasicTimerHeap<Atomics, HeapLock>::Add(Timer& timer) {
  WaitUntilFired(timer);
  const Guard guard(lock_);
  if (timer.heap.load(std::memory_order_relaxed) != nullptr) Panic("a timer was set twice");
  timer.heap.store(this, std::memory_order_relaxed);
  entries_.push_back({});
  Place(entries_.size() - 1, {timer.when_ns, &timer});
  Up(entries_.size() - 1);
  // seq_cst: a thread that goes idle says so before it looks here; one of the two sees the other.
  Publish(std::memory_order_seq_cst);
  return timer.index == 0;
}

template <typename Atomics, typename HeapLock>
bool BasicTimerHeap<Atomics, HeapLock>::Remove(Timer& timer) {
  for (;;) {
    BasicTimerHeap* heap = timer.heap.load(std::memory_order_acquire);
    if (heap == nullptr) {
      WaitUntilFired(timer);
      return false;
    }
    const Guard guard(heap->lock_);
    // It may have fired, or moved to another processor, before the lock was ours.
    if (timer.heap.load(std::memory_order_relaxed) != heap) continue;
    heap->RemoveAt(static_cast<size_t>(timer.index));
    timer.heap.store(nullptr, std::memory_order_relaxed);
    // Who sees the earlier time still looks too early, no more.
    heap->Publish(std::memory_order_release);
    return true;
  }
}

template <typename Atomics, typename HeapLock>
bool BasicTimerHeap<Atomics, HeapLock>::TakeDue(int64_t now_ns, Fired& fired) {
  if (earliest_ns() > now_ns) return false;
  const Guard guard(lock_);
  if (entries_.empty() || entries_[0].when_ns > now_ns) return false;
  Timer* timer = entries_[0].timer;
  fired = {timer, timer->function, timer->argument, timer->ticket, timer->when_ns};
  timer->firing.store(true, std::memory_order_relaxed);
  RemoveAt(0);
  // After `firing`: who sees it on no heap waits for its function.
  timer->heap.store(nullptr, std::memory_order_release);
  Publish(std::memory_order_release);
  return true;
}

template <typename Atomics, typename HeapLock>
void BasicTimerHeap<Atomics, HeapLock>::Adopt(BasicTimerHeap& other) {
  std::vector<Entry> entries;
  {
    const Guard guard(other.lock_);
    entries.swap(other.entries_);
    other.Publish(std::memory_order_seq_cst);
  }
  const Guard guard(lock_);
  for (const Entry& entry : entries) {
    entry.timer->heap.store(this, std::memory_order_release);
    entries_.push_back(entry);
    Place(entries_.size() - 1, entry);
    Up(entries_.size() - 1);
  }
  Publish(std::memory_order_seq_cst);
}

template <typename Atomics, typename HeapLock>
void BasicTimerHeap<Atomics, HeapLock>::RemoveAt(size_t index) {
  const Entry last = entries_.back();
  entries_.pop_back();
  if (index == entries_.size()) return;
  Place(index, last);
  Up(index);
  Down(static_cast<size_t>(last.timer->index));
}

template <typename Atomics, typename HeapLock>
void BasicTimerHeap<Atomics, HeapLock>::Up(size_t index) {
  const Entry entry = entries_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / kWidth;
    if (entries_[parent].when_ns <= entry.when_ns) break;
    Place(index, entries_[parent]);
    index = parent;
  }
  Place(index, entry);
}

template <typename Atomics, typename HeapLock>
void BasicTimerHeap<Atomics, HeapLock>::Down(size_t index) {
  const Entry entry = entries_[index];
  for (;;) {
    const size_t first = index * kWidth + 1;
    if (first >= entries_.size()) break;
    const size_t end = std::min(first + kWidth, entries_.size());
    size_t least = first;
    for (size_t child = first + 1; child < end; ++child) {
      if (entries_[child].when_ns < entries_[least].when_ns) least = child;
    }
    if (entries_[least].when_ns >= entry.when_ns) break;
    Place(index, entries_[least]);
    index = least;
  }
  Place(index, entry);
}

template <typename Atomics, typename HeapLock>
void BasicTimerHeap<Atomics, HeapLock>::Place(size_t index, const Entry& entry) {
  entries_[index] = entry;
  entry.timer->index = static_cast<int32_t>(index);
}

template <typename Atomics, typename HeapLock>
void BasicTimerHeap<Atomics, HeapLock>::Publish(std::memory_order order) {
  size_.store(static_cast<int32_t>(entries_.size()), std::memory_order_relaxed);
  const int64_t earliest_ns = entries_.empty() ? kNoTimer : entries_[0].when_ns;
  if (earliest_ns_.load(std::memory_order_relaxed) != earliest_ns) {
    earliest_ns_.store(earliest_ns, order);
  }
}

// The lock of the runtime's heaps.
class CAPABILITY("lock") TimersLock : public Lock {
 public:
  TimersLock() : Lock(LockRank::kTimers) {}
};

using Timer = BasicTimer<StdAtomics, TimersLock>;
using TimerHeap = BasicTimerHeap<StdAtomics, TimersLock>;
extern template class BasicTimerHeap<StdAtomics, TimersLock>;

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TIMER_HEAP_H_
