// A task: a flow of control on a stack of its own, and where it stands.
//
//            spawn            execute             enter
//     gone ---------> runnable -------> running --------> in a system call
//      ^                 ^ ^             | | ^                |      |
//      |        ready    | +-- yield, ---+ | +---- back ------+      |
//      |    waiting -----+     preempted   |                         |
//      |       ^                           |     back, no processor  |
//      |       +------ wait ---------------+         is free         |
//      +-------------- end ----------------+                         |
//                        ^                                           |
//                        +-------------------------------------------+
//
// Memory of tasks is never given back before the runtime ends, so a stale pointer still points to
// some task; who follows one checks what it finds.
//
// Thread safety: who moved a task to its status owns the other fields; the exceptions are atomic.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TASK_H_
#define PROCTOR_RUNTIME_SCHEDULER_TASK_H_

#include <atomic>
#include <cstdint>

#include "runtime/arch/flow.h"
#include "runtime/base/panic.h"
#include "runtime/scheduler/task_function.h"
#include "runtime/scheduler/timer_heap.h"
#include "runtime/scheduler/traced.h"
#include "runtime/stack/stack.h"

namespace proctor::runtime {

struct SchedulerParts;
struct Thread;

enum class TaskStatus : uint32_t { kGone, kWaiting, kRunnable, kRunning, kInSyscall };

struct Task {
  static constexpr uint32_t kLockedBit = 1u << 8;  // somebody holds it in its system call

  Flow flow;
  std::atomic<uint32_t> status{0};
  Traced<bool, TraceVariable::kTaskMarked> preempt;  // it has been asked to yield
  bool system = false;     // the runtime's own; waiting for ever is its business
  bool preempted = false;  // it was suspended where it did not ask for it
  int32_t no_preempt = 0;  // guards that are up
  int64_t id = 0;
  Task* next = nullptr;      // on the one list it is on
  Task* all_next = nullptr;  // on the list of all tasks, under its lock
  const char* name = nullptr;
  Stack stack;
  SchedulerParts* parts = nullptr;  // its scheduler
  TaskFunction function;

  // For a task that waits: what became of it, and which wait it is. A waker that comes late finds
  // another ticket.
  std::atomic<uint64_t> ticket{0};
  void* wait_result = nullptr;
  Timer timer;

  // For reports about a task that may be gone by now, and its memory another's.
  void SetId(int64_t new_id) { std::atomic_ref(id).store(new_id, std::memory_order_relaxed); }
  int64_t IdNow() { return std::atomic_ref(id).load(std::memory_order_relaxed); }

  TaskStatus Status() const {
    return static_cast<TaskStatus>(status.load(std::memory_order_relaxed) & ~kLockedBit);
  }

  // The two places where a status changes: by the owner of the task, and where the way out of a
  // system call is contested.
  void Change(TaskStatus from, TaskStatus to) {
    if (status.load(std::memory_order_relaxed) != static_cast<uint32_t>(from)) [[unlikely]] {
      Panic("task %ld is in status %u and not in %u", static_cast<long>(id),
            status.load(std::memory_order_relaxed), static_cast<uint32_t>(from));
    }
    status.store(static_cast<uint32_t>(to), std::memory_order_release);
  }
  template <typename Trace>
  void ChangeThenTrace(Trace& trace, TaskStatus from, TaskStatus to) {
    Change(from, to);
    TraceStatus(trace, to);
  }
  template <typename Trace>
  void TraceStatus(Trace& trace, TaskStatus now) {
    trace.Write(TraceVariable::kTaskStatus, now, -1, id);
  }
  bool Swap(uint32_t from, uint32_t to) {
    return status.compare_exchange_strong(from, to, std::memory_order_seq_cst);
  }
  // While it is locked it stays in its system call.
  bool LockInSyscall() {
    constexpr auto kInSyscall = static_cast<uint32_t>(TaskStatus::kInSyscall);
    return Swap(kInSyscall, kInSyscall | kLockedBit);
  }
  void UnlockInSyscall() {
    constexpr auto kInSyscall = static_cast<uint32_t>(TaskStatus::kInSyscall);
    if (!Swap(kInSyscall | kLockedBit, kInSyscall)) {
      Panic("task %ld is unlocked and was not locked", static_cast<long>(id));
    }
  }
};

// A singly linked queue of tasks. The links are the tasks' own, so nothing is allocated.
class TaskList {
 public:
  bool empty() const { return head_ == nullptr; }
  int32_t size() const { return size_; }

  void Append(Task* task) {
    task->next = nullptr;
    (tail_ == nullptr ? head_ : tail_->next) = task;
    tail_ = task;
    ++size_;
  }

  void Append(TaskList& other) {
    if (other.empty()) return;
    (tail_ == nullptr ? head_ : tail_->next) = other.head_;
    tail_ = other.tail_;
    size_ += other.size_;
    other = {};
  }

  void Prepend(Task* task) {
    task->next = head_;
    head_ = task;
    if (tail_ == nullptr) tail_ = task;
    ++size_;
  }

  // Null: empty.
  Task* Pop() {
    Task* task = head_;
    if (task == nullptr) return nullptr;
    head_ = task->next;
    if (head_ == nullptr) tail_ = nullptr;
    task->next = nullptr;
    --size_;
    return task;
  }

  Task* front() const { return head_; }

 private:
  Task* head_ = nullptr;
  Task* tail_ = nullptr;
  int32_t size_ = 0;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TASK_H_
