#include "runtime/sync.h"

#include "runtime/base/panic.h"

namespace proctor::runtime {

void Mutex::LockSlowly() {
  waiting_.lock().Acquire();
  // From here on the one that unlocks comes here too. The holder before may just have gone.
  if (state_.exchange(kWaitedFor, std::memory_order_acquire) == kFree) {
    if (waiting_.empty()) state_.store(kHeld, std::memory_order_relaxed);
    waiting_.lock().Release();
    return;
  }
  waiting_.Wait();  // unlock hands it over
}

void Mutex::UnlockSlowly() {
  Task* next;
  {
    LockGuard guard(waiting_.lock());
    next = waiting_.Pop();
    if (next == nullptr) {
      state_.store(kFree, std::memory_order_release);
    } else if (waiting_.empty()) {
      state_.store(kHeld, std::memory_order_release);
    }
  }
  if (next != nullptr) WaitList::Ready(next);
}

void WaitGroup::Add(int64_t count) {
  waiting_.lock().Acquire();
  count_ += count;
  if (count_ < 0) Panic("a wait group counts %ld", static_cast<long>(count_));
  if (count_ > 0) return waiting_.lock().Release();
  // Who waits may destroy this as soon as it runs, so the list is taken along.
  Task* woken = waiting_.PopAll();
  waiting_.lock().Release();
  WaitList::ReadyAll(woken);
}

void WaitGroup::Wait() {
  waiting_.lock().Acquire();
  if (count_ == 0) return waiting_.lock().Release();
  waiting_.Wait();
}

}  // namespace proctor::runtime
