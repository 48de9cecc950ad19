// The lock of the runtime itself: short critical sections, held by threads, never across a switch
// of tasks unless the switch's commit function releases it.
//
// Locks have ranks. A thread that holds a lock takes only locks of a higher rank; of the rank
// kWaitList, alone, it may take several, in the order of their addresses. Debug builds check it at
// every acquisition and die naming both.
//
// Thread safety: any thread; not for signal handlers.

#ifndef PROCTOR_RUNTIME_BASE_LOCK_H_
#define PROCTOR_RUNTIME_BASE_LOCK_H_

#include <cstdint>

#include "runtime/base/thread_annotations.h"
#include "runtime/os/linux/futex.h"

namespace proctor::runtime {

enum class LockRank : uint8_t {
  kMonitor,
  kScavenger,
  kForcedGc,
  kWaitList,  // one channel, mutex, wait group, descriptor; several in the order of their addresses
  kSched,
  kAllTasks,
  kAllP,
  kTimers,
  kLeaf,
};

#ifdef NDEBUG
inline constexpr bool kCheckLockRanks = false;
#else
inline constexpr bool kCheckLockRanks = true;
#endif

class CAPABILITY("lock") Lock {
 public:
  explicit Lock(LockRank rank) : rank_(rank) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void Acquire() ACQUIRE() {
    if constexpr (kCheckLockRanks) CheckBefore();
    uint32_t free = kFree;
    if (!word_.compare_exchange_strong(free, kHeld, std::memory_order_acquire)) AcquireSlow();
    if constexpr (kCheckLockRanks) NoteHeld();
  }

  void Release() RELEASE() {
    if constexpr (kCheckLockRanks) NoteFree();
    if (word_.exchange(kFree, std::memory_order_release) == kContended) FutexWake(word_, 1);
  }

  // Tells the analysis, which cannot see it, that the caller holds it. Checks nothing.
  void AssumeHeld() const ASSERT_CAPABILITY(this) {}

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kHeld = 1;
  static constexpr uint32_t kContended = 2;  // held, and somebody may sleep

  void AcquireSlow();
  void CheckBefore() const;
  void NoteHeld() const;
  void NoteFree() const;

  FutexWord word_{kFree};
  const LockRank rank_;
};

class SCOPED_CAPABILITY LockGuard {
 public:
  explicit LockGuard(Lock& lock) ACQUIRE(lock) : lock_(lock) { lock_.Acquire(); }
  ~LockGuard() RELEASE() { lock_.Release(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Lock& lock_;
};

// How many locks the calling thread holds. Debug builds only; 0 otherwise.
int32_t LocksHeld();

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_BASE_LOCK_H_
