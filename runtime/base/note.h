// A note: one thread sleeps on it, one wakes it, once. A wake-up that comes first is kept.
//
// Clear may be called only while nobody sleeps on it and nobody is about to wake it: between a
// Sleep that returned and whatever makes the next wake-up possible.
//
// Thread safety: one sleeper; one waker between two Clears.

#ifndef PROCTOR_RUNTIME_BASE_NOTE_H_
#define PROCTOR_RUNTIME_BASE_NOTE_H_

#include <cstdint>

#include "runtime/os/linux/clock.h"
#include "runtime/os/linux/futex.h"

namespace proctor::runtime {

class Note {
 public:
  void Clear() { word_.store(0, std::memory_order_relaxed); }

  void Wake() {
    word_.store(1, std::memory_order_release);
    FutexWake(word_, 1);
  }

  void Sleep() {
    while (word_.load(std::memory_order_acquire) == 0) FutexWait(word_, 0);
  }

  // False: the time has passed and nobody has woken it.
  bool SleepFor(int64_t timeout_ns) {
    if (woken()) return true;
    const int64_t deadline_ns = NowNs() + timeout_ns;
    for (int64_t left_ns = timeout_ns; left_ns > 0; left_ns = deadline_ns - NowNs()) {
      FutexWait(word_, 0, left_ns);
      if (woken()) return true;
    }
    return false;
  }

  bool woken() const { return word_.load(std::memory_order_acquire) != 0; }

 private:
  FutexWord word_{0};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_BASE_NOTE_H_
