// The queue of runnable tasks that belong to no processor: those that were preempted or yielded
// when others waited, those that came back when no thread had a processor for them, and what does
// not fit in a processor's own queue.
//
// Thread safety: under the scheduler's lock; size() anywhere.

#ifndef PROCTOR_RUNTIME_SCHEDULER_GLOBAL_QUEUE_H_
#define PROCTOR_RUNTIME_SCHEDULER_GLOBAL_QUEUE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "runtime/scheduler/processor.h"
#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/task.h"
#include "runtime/scheduler/trace_numbers.h"

namespace proctor::runtime {

class GlobalQueue {
 public:
  // Exact under the lock, a hint without.
  int32_t size(std::memory_order order = std::memory_order_relaxed) const {
    return size_.load(order);
  }

  template <typename Trace>
  void Put(Trace& trace, Task* task) REQUIRES(under_sched) {
    trace.Emit(TraceKind::kEnqueue, -1, task->id, QueueId::kGlobal);
    tasks_.Append(task);
    Publish();
  }

  // Null: empty. Else the task to run; a fair share of the others, at most `most` tasks in all (0:
  // no such limit), goes to the processor's own queue, as far as it has room. By its owner. `procs`
  // is how many processors share.
  template <typename Trace>
  Task* Take(Trace& trace, Processor& p, int32_t procs, int32_t most) REQUIRES(under_sched) {
    if (tasks_.empty()) return nullptr;
    int32_t count = std::min(tasks_.size() / procs + 1, tasks_.size());
    if (most > 0) count = std::min(count, most);
    count = std::min(count, static_cast<int32_t>(LocalQueue::kCapacity / 2));
    Task* first = TakeOne(trace);
    while (--count > 0 && p.queue.HasRoom()) {
      Task* task = TakeOne(trace);
      trace.Emit(TraceKind::kEnqueue, p.id, task->id, QueueId::kLocal);
      p.queue.Put(task);
    }
    return first;
  }

 private:
  template <typename Trace>
  Task* TakeOne(Trace& trace) REQUIRES(under_sched) {
    Task* task = tasks_.Pop();
    Publish();
    trace.Emit(TraceKind::kDequeue, -1, task->id, QueueId::kGlobal);
    return task;
  }
  void Publish() REQUIRES(under_sched) { size_.store(tasks_.size(), std::memory_order_relaxed); }

  TaskList tasks_ GUARDED_BY(under_sched);
  std::atomic<int32_t> size_{0};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_GLOBAL_QUEUE_H_
