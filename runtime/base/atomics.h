// What lock-free code is written with. Its classes take these as a parameter, so that a model
// checker can put its own in their place and go through the orders that a memory model allows.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_BASE_ATOMICS_H_
#define PROCTOR_RUNTIME_BASE_ATOMICS_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/cpu.h"
#include "runtime/os/linux/clock.h"

namespace proctor::runtime {

struct StdAtomics {
  template <typename T>
  using Atomic = std::atomic<T>;

  // Data that a protocol hands from thread to thread: a plain object here, checked for races by a
  // model checker.
  template <typename T>
  using Plain = T;

  static void Fence(std::memory_order order) { std::atomic_thread_fence(order); }
  // In a loop that waits for another thread.
  static void Relax() { CpuRelax(); }
  static void Sleep(int64_t duration_ns) { SleepNs(duration_ns); }
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_BASE_ATOMICS_H_
