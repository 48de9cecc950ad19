// What tasks wait for one another with, besides channels: a mutex and a wait group. Only the task
// waits, never its thread.
//
// Thread safety: tasks of one runtime; not for other threads.

#ifndef PROCTOR_RUNTIME_SYNC_H_
#define PROCTOR_RUNTIME_SYNC_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/lock.h"
#include "runtime/scheduler/wait_list.h"

namespace proctor::runtime {

// A lock for tasks, who get it in the order in which they came to wait. Meets the standard's
// requirements for std::lock_guard and its like. May be held across anything that waits. Unlock by
// a task that does not hold it is an error that nobody notices.
class Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() {
    uint32_t free = kFree;
    if (!state_.compare_exchange_strong(free, kHeld, std::memory_order_acquire)) LockSlowly();
  }
  bool try_lock() {
    uint32_t free = kFree;
    return state_.compare_exchange_strong(free, kHeld, std::memory_order_acquire);
  }
  void unlock() {
    uint32_t held = kHeld;
    if (!state_.compare_exchange_strong(held, kFree, std::memory_order_release)) UnlockSlowly();
  }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kHeld = 1;
  static constexpr uint32_t kWaitedFor = 2;  // held, and somebody waits

  void LockSlowly();
  void UnlockSlowly();

  std::atomic<uint32_t> state_{kFree};
  WaitList waiting_;
};

// Counts what is still to be done. Add before whatever calls Done can run. May be used again once
// all Waits have returned.
class WaitGroup {
 public:
  explicit WaitGroup(int64_t count = 0) : count_(count) {}
  WaitGroup(const WaitGroup&) = delete;
  WaitGroup& operator=(const WaitGroup&) = delete;

  // Below 0 ends the process.
  void Add(int64_t count);
  void Done() { Add(-1); }
  // Until the count is 0. Who has waited may destroy it.
  void Wait();

 private:
  WaitList waiting_;
  int64_t count_ GUARDED_BY(waiting_.lock());
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SYNC_H_
