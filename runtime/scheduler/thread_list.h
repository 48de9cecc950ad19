// All threads, which of them are idle, and how many run.
//
// Thread safety: under the scheduler's lock.

#ifndef PROCTOR_RUNTIME_SCHEDULER_THREAD_LIST_H_
#define PROCTOR_RUNTIME_SCHEDULER_THREAD_LIST_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/thread.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

class ThreadList {
 public:
  // A new thread, not started yet; it counts as running. Its memory is given back with the list.
  // No memory ends the process.
  Thread* Make(SchedulerTrace& trace) REQUIRES(under_sched);

  void PutIdle(SchedulerTrace& trace, Thread& thread) REQUIRES(under_sched);
  // The last one first, which counts as running from here on; null: there is none.
  Thread* TakeIdle(SchedulerTrace& trace) REQUIRES(under_sched);
  // At the end of the runtime, when counts no longer matter: all of them, linked by next_idle.
  Thread* TakeAllIdle() REQUIRES(under_sched);

  // A thread that does not count as running: the monitor's.
  void AddSystemThread(SchedulerTrace& trace) REQUIRES(under_sched) { system_.Add(trace, 1); }
  // Idle threads that are locked to a task; -1 pretends that one more runs.
  void AddIdleLocked(SchedulerTrace& trace, int32_t delta) REQUIRES(under_sched) {
    idle_locked_.Add(trace, delta);
  }

  int32_t size() const REQUIRES(under_sched) { return static_cast<int32_t>(threads_.size()); }
  int32_t idle() const REQUIRES(under_sched) { return idle_.value(); }
  // Those that could ever do something. Below 0 the counts are broken.
  int32_t running() const REQUIRES(under_sched) {
    return size() - idle_.value() - idle_locked_.value() - system_.value();
  }

  template <typename Function>
  void ForEach(Function function) const REQUIRES(under_sched) {
    for (const auto& thread : threads_) function(*thread);
  }

 private:
  std::vector<std::unique_ptr<Thread>> threads_ GUARDED_BY(under_sched);
  Thread* first_idle_ GUARDED_BY(under_sched) = nullptr;
  TracedCount<TraceVariable::kIdleThreads> idle_ GUARDED_BY(under_sched);
  TracedCount<TraceVariable::kIdleLocked> idle_locked_ GUARDED_BY(under_sched);
  TracedCount<TraceVariable::kSystemThreads> system_ GUARDED_BY(under_sched);
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_THREAD_LIST_H_
