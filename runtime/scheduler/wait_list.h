// Tasks that wait in order, and the lock that guards what they wait for. Internal.
//
// Thread safety: its lock guards it.

#ifndef PROCTOR_RUNTIME_SCHEDULER_WAIT_LIST_H_
#define PROCTOR_RUNTIME_SCHEDULER_WAIT_LIST_H_

#include "runtime/base/lock.h"

namespace proctor::runtime {

struct Task;

class WaitList {
 public:
  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;

  Lock& lock() RETURN_CAPABILITY(lock_) { return lock_; }
  bool empty() const REQUIRES(lock_) { return head_ == nullptr; }

  // The calling task waits at the end of the list, and the lock is dropped.
  void Wait() RELEASE(lock_);
  // Null: nobody waits. To be made Ready when the lock is dropped.
  Task* Pop() REQUIRES(lock_);
  static void Ready(Task* task);
  // The same for all of them.
  Task* PopAll() REQUIRES(lock_);
  static void ReadyAll(Task* first);

 private:
  Lock lock_{LockRank::kWaitList};
  Task* head_ GUARDED_BY(lock_) = nullptr;
  Task* tail_ GUARDED_BY(lock_) = nullptr;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_WAIT_LIST_H_
