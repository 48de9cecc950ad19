// The memory of tasks and their stacks, and their numbers.
//
// A dead task keeps its stack while its processor may soon need it again: a few stay there, and
// beyond them half go back to the pool without their stacks.
//
// Thread safety: any thread; what belongs to a processor, by its owner.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TASK_POOL_H_
#define PROCTOR_RUNTIME_SCHEDULER_TASK_POOL_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/base/lock.h"
#include "runtime/scheduler/processor.h"
#include "runtime/scheduler/task.h"
#include "runtime/stack/stack.h"

namespace proctor::runtime {

class TaskPool {
 public:
  // Dead tasks that a processor keeps.
  static constexpr int32_t kDeadTasksMost = 64;

  // The tasks are `owner`'s.
  TaskPool(SchedulerParts* owner, const StackPoolOptions& stacks)
      : owner_(owner), stacks_(stacks) {}
  // Tasks that were left behind never run again; what they had is given back.
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  // The number of the next task that is made for the caller, who owns `p`; null: it has none.
  int64_t NextId(Processor* p);
  // A dead task with a stack, which counts as born; null: the system has no memory for a stack.
  Task* Take(Processor* p);
  // The task, which is gone, may be used again.
  void Return(Processor& p, Task* task);

  // Tasks born without a processor.
  int64_t foreign_births() const { return foreign_births_.load(std::memory_order_relaxed); }
  const StackPool& stacks() const { return stacks_; }
  // The list's lock, for who looks at all tasks at leisure.
  Lock& lock() RETURN_CAPABILITY(lock_) { return lock_; }
  // Every task there ever was, dead ones and never used ones included; until `function` returns
  // false.
  template <typename Function>
  void ForEach(Function function) const REQUIRES(lock_) {
    for (const auto& slab : slabs_) {
      for (int i = 0; i < kTasksPerSlab; ++i) {
        if (!function(slab[static_cast<size_t>(i)])) return;
      }
    }
  }

 private:
  // Tasks that are allocated at a time, and numbers that a processor takes at a time.
  static constexpr int32_t kTasksPerSlab = 64;
  static constexpr int64_t kIdsAtATime = 16;

  Task* TakeDead(Processor* p);

  SchedulerParts* const owner_;
  StackPool stacks_;
  Lock lock_{LockRank::kAllTasks};
  std::vector<std::unique_ptr<Task[]>> slabs_ GUARDED_BY(lock_);
  TaskList fresh_ GUARDED_BY(lock_);  // never used
  TaskList dead_ GUARDED_BY(lock_);   // without stacks
  std::atomic<int64_t> foreign_births_{0};
  std::atomic<int64_t> next_id_{1};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TASK_POOL_H_
