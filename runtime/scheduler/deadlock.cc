// The deadlock check, and what happens when it finds one.
//
// It runs when a thread goes idle, when the monitor counts itself out, and when it has pretended
// that one thread more was running. If no thread runs, and none blocks in the poller (that one
// counts as running), then nobody can ever make a task runnable but a timer.

#include <unistd.h>

#include <cstdlib>

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

// Under sched.
void Scheduler::CheckDeadlock() {
  const auto all = static_cast<int32_t>(threads_.size());
  const int32_t running = all - idle_thread_count_ - idle_locked_ - system_threads_;
  const bool decided =
      options_.library || dying_.load(std::memory_order_relaxed) || running > 0 || ending_;
  int64_t waiting = 0;
  int64_t active = 0;
  if (!decided) {
    LockGuard guard(tasks_lock_);
    for (const auto& slab : task_slabs_) {
      for (int i = 0; i < kTasksPerSlab; ++i) {
        const Task& task = slab[static_cast<size_t>(i)];
        if (task.system) continue;
        const TaskStatus status = task.Status();
        waiting += status == TaskStatus::kWaiting;
        active += status != TaskStatus::kWaiting && status != TaskStatus::kGone;
      }
    }
  }
  const int32_t timers = PendingTimers();
  Tell(TraceKind::kDeadlockCheck, -1, -1, running, waiting, timers);
  if (decided) return;
  const auto broken = [&](InternalError error, const char* report) NO_THREAD_SAFETY_ANALYSIS {
    UnlockSched();
    Tell(TraceKind::kInternalError, -1, -1, static_cast<int64_t>(error));
    Fatal(report);
  };
  if (running < 0) {
    broken(InternalError::kNegativeRunning, "internal error: fewer than no threads run");
  }
  if (active > 0) {
    broken(InternalError::kRunnableButNobodyRuns,
           "internal error: a task could run, and no thread does");
  }
  if (waiting == 0) {
    UnlockSched();
    Tell(TraceKind::kNobodyLeft);
    Fatal("the main task is gone and nobody is left - deadlock!");
  }
  if (timers > 0) return;
  // The report may want the lock itself (golang/go#59758).
  UnlockSched();
  Tell(TraceKind::kDeadlockReport);
  Fatal("all tasks wait for one another - deadlock!");
}

void Scheduler::Fatal(const std::string& report) {
  if (dying_.exchange(true)) {
    // Somebody else is at it already.
    for (;;) pause();
  }
  const std::string line = "fatal error: " + report + "\n";
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) {
  }
  if (options_.monitor.trace_interval_ns > 0 || trace_detail_) {
    const std::string text = TraceText(NowNs(), true);
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) {
    }
  }
  if (options_.before_fatal_exit) options_.before_fatal_exit();
  _exit(2);
}

}  // namespace proctor::runtime
