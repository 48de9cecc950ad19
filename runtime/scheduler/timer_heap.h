// Timers of one processor: a 4-ary heap by due time. Threads of other processors run them too.
//
// A timer that is due calls a function, once. The function runs in whatever thread looks at the
// heap, holds no lock, and must not block. Who is woken by it may set the timer again, and waits
// for the function to return first; the function itself must not.
//
// Thread safety: any thread. One at a time may Add or Remove the same timer.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TIMER_HEAP_H_
#define PROCTOR_RUNTIME_SCHEDULER_TIMER_HEAP_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "runtime/base/lock.h"

namespace proctor::runtime {

inline constexpr int64_t kNoTimer = INT64_MAX;

class TimerHeap;

struct Timer {
  using Function = void (*)(void* argument, uint64_t ticket);

  int64_t when_ns = 0;
  Function function = nullptr;
  void* argument = nullptr;
  uint64_t ticket = 0;

  // The heap's.
  std::atomic<TimerHeap*> heap{nullptr};  // null: on none
  int32_t index = 0;
  std::atomic<bool> firing{false};  // its function runs
};

class TimerHeap {
 public:
  explicit TimerHeap(int32_t processor) : processor_(processor) {}

  // True: it is the earliest of this heap now. The timer must be on no heap.
  bool Add(Timer& timer) EXCLUDES(lock_);
  // False: it was on no heap any more. When it returns, the function has run or never will.
  static bool Remove(Timer& timer);
  // Takes the earliest timer off if it is due: true, and `fired` is set to what has to be called.
  // Afterwards Done() must be called with it.
  struct Fired {
    Timer* timer;
    Timer::Function function;
    void* argument;
    uint64_t ticket;
    int64_t when_ns;
  };
  bool TakeDue(int64_t now_ns, Fired& fired) EXCLUDES(lock_);
  static void Done(const Fired& fired) {
    fired.timer->firing.store(false, std::memory_order_release);
  }
  // Moves all timers here, with both heaps at rest.
  void Adopt(TimerHeap& other) EXCLUDES(lock_);

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

  const int32_t processor_;
  Lock lock_{LockRank::kTimers};
  std::vector<Entry> entries_ GUARDED_BY(lock_);
  std::atomic<int64_t> earliest_ns_{kNoTimer};
  std::atomic<int32_t> size_{0};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TIMER_HEAP_H_
