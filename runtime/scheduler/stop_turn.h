// Who may stop the world, or run something for every processor: one task at a time, the others wait
// in order.
//
// Thread safety: its lock guards it.

#ifndef PROCTOR_RUNTIME_SCHEDULER_STOP_TURN_H_
#define PROCTOR_RUNTIME_SCHEDULER_STOP_TURN_H_

#include "runtime/base/lock.h"
#include "runtime/scheduler/task.h"

namespace proctor::runtime {

class StopTurn {
 public:
  Lock& lock() RETURN_CAPABILITY(lock_) { return lock_; }

  // False: it is another's, and the task is queued. It must wait now and drop the lock; when it
  // comes back, the turn is its.
  bool TryTake(Task* task) REQUIRES(lock_) {
    if (!taken_) {
      taken_ = true;
      return true;
    }
    queue_.Append(task);
    return false;
  }

  // Null: nobody waits. Else the task whose turn it is, to be made runnable.
  Task* Give() EXCLUDES(lock_) {
    LockGuard guard(lock_);
    Task* next = queue_.Pop();
    if (next == nullptr) taken_ = false;
    return next;
  }

 private:
  Lock lock_{LockRank::kWaitList};
  bool taken_ GUARDED_BY(lock_) = false;
  TaskList queue_ GUARDED_BY(lock_);
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_STOP_TURN_H_
