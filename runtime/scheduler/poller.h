// Tasks that wait until descriptors are ready.
//
// Each direction of a registered descriptor is one word: nobody, ready, somebody about to wait, or
// the waiting task. A task announces itself, looks again, and then waits; readiness swaps the word.
// The one that swaps a task out of the word makes it runnable, so exactly one does.
//
// Thread safety: any thread, as said. Slots are never given back to the system while the poller
// lives, so an event that comes late finds a slot with another generation.

#ifndef PROCTOR_RUNTIME_SCHEDULER_POLLER_H_
#define PROCTOR_RUNTIME_SCHEDULER_POLLER_H_

#include <atomic>
#include <cstdint>
#include <deque>

#include "runtime/base/lock.h"
#include "runtime/os/linux/event_poll.h"
#include "runtime/scheduler/task.h"

namespace proctor::runtime {

enum class PollDirection { kRead, kWrite };

struct PollSlot {
  static constexpr uintptr_t kNobody = 0;
  static constexpr uintptr_t kReady = 1;
  static constexpr uintptr_t kAboutToWait = 2;

  std::atomic<uintptr_t> words[2] = {};  // by direction
  std::atomic<bool> closing{false};
  std::atomic<uint16_t> generation{0};
  int descriptor = -1;
  bool owned = false;  // the poller closes it at its end, unless the slot is free
  PollSlot* next_free = nullptr;

  std::atomic<uintptr_t>& word(PollDirection direction) {
    return words[static_cast<int>(direction)];
  }
};

class Poller {
 public:
  Poller() = default;
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Opens the kernel's part at the first use. Ends the process when the system refuses.
  void Open() EXCLUDES(lock_);
  bool open() const { return open_.load(std::memory_order_acquire); }

  // Null: `error` is the errno (EPERM: a plain file, always ready).
  PollSlot* Register(int descriptor, int& error) EXCLUDES(lock_);
  // Ends the registration; who waited on it is in `woken`. Not yet free: see Free.
  void Close(PollSlot* slot, TaskList& woken);
  // When no task is in a wait on the slot any more.
  void Free(PollSlot* slot) EXCLUDES(lock_);

  // Announces a wait. True: ready already, nothing was announced.
  static bool Announce(PollSlot* slot, PollDirection direction);
  // With the task suspended: it waits. False: it has become ready meanwhile, and goes on.
  static bool Commit(PollSlot* slot, PollDirection direction, Task* task);
  // After the wait: whether it was readiness that ended it.
  static bool Finish(PollSlot* slot, PollDirection direction);
  // Takes the waiting task out of the word, null: there is none. `ready`: leaves readiness there.
  static Task* Unblock(PollSlot* slot, PollDirection direction, bool ready);

  // Appends the tasks that have become ready.
  void Poll(int64_t timeout_ns, TaskList& ready);
  void Break() { events_.Break(); }

 private:
  Lock lock_{LockRank::kLeaf};
  std::atomic<bool> open_{false};
  EventPoll events_;
  std::deque<PollSlot> slots_ GUARDED_BY(lock_);
  PollSlot* free_ GUARDED_BY(lock_) = nullptr;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_POLLER_H_
