#include "runtime/base/lock.h"

#include <cstdio>
#include <cstdlib>

#include "runtime/base/cpu.h"

namespace proctor::runtime {
namespace {

// How often a busy lock is looked at before the thread sleeps: a critical section takes less than a
// microsecond, a sleep takes several.
constexpr int kSpins = 64;

constexpr int kHeldMost = 512;

struct HeldLocks {
  const Lock* locks[kHeldMost];
  LockRank ranks[kHeldMost];
  int count = 0;
};

// The address of thread-local data must not be kept across a switch of tasks, hence a function.
[[gnu::noinline]] HeldLocks& Held() {
  static thread_local HeldLocks held;
  return held;
}

[[noreturn]] void Die(const char* what, LockRank rank, LockRank other) {
  std::fprintf(stderr, "proctor runtime: lock of rank %d %s one of rank %d\n",
               static_cast<int>(rank), what, static_cast<int>(other));
  std::abort();
}

}  // namespace

void Lock::AcquireSlow() {
  for (int i = 0; i < kSpins; ++i) {
    CpuRelax();
    uint32_t free = kFree;
    if (word_.load(std::memory_order_relaxed) == kFree &&
        word_.compare_exchange_weak(free, kHeld, std::memory_order_acquire)) {
      return;
    }
  }
  while (word_.exchange(kContended, std::memory_order_acquire) != kFree) {
    FutexWait(word_, kContended);
  }
}

void Lock::CheckBefore() const {
  const HeldLocks& held = Held();
  if (held.count == 0) return;
  const LockRank rank = held.ranks[held.count - 1];
  const bool next_in_order =
      rank == LockRank::kWaitList && rank_ == rank && held.locks[held.count - 1] < this;
  if (rank >= rank_ && !next_in_order) Die("is taken with", rank_, rank);
}

void Lock::NoteHeld() const {
  HeldLocks& held = Held();
  if (held.count == kHeldMost) Die("is one too many, after", rank_, rank_);
  held.locks[held.count] = this;
  held.ranks[held.count++] = rank_;
}

void Lock::NoteFree() const {
  HeldLocks& held = Held();
  int i = held.count - 1;
  while (i >= 0 && held.locks[i] != this) --i;
  if (i < 0) Die("is released and not held; the last held is", rank_, rank_);
  for (--held.count; i < held.count; ++i) {
    held.locks[i] = held.locks[i + 1];
    held.ranks[i] = held.ranks[i + 1];
  }
}

int32_t LocksHeld() { return kCheckLockRanks ? Held().count : 0; }

}  // namespace proctor::runtime
