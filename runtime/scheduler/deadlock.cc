#include "runtime/scheduler/deadlock.h"

#include <unistd.h>

#include <cstdlib>

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/trace_text.h"

namespace proctor::runtime {
namespace {

struct Counts {
  int64_t waiting = 0;
  int64_t active = 0;  // could run, or do
};

// Of the users' tasks.
Counts CountTasks(SchedulerParts& s) {
  Counts counts;
  LockGuard guard(s.tasks.lock());
  s.tasks.ForEach([&](const Task& task) {
    const TaskStatus status = task.Status();
    if (task.system || status == TaskStatus::kGone) return true;
    ++(status == TaskStatus::kWaiting ? counts.waiting : counts.active);
    return true;
  });
  return counts;
}

[[noreturn]] void Broken(SchedulerParts& s, InternalError error, const char* report)
    REQUIRES(under_sched) {
  s.sched.Release();
  s.trace.Emit(TraceKind::kInternalError, -1, -1, error);
  Fatal(s, report);
}

}  // namespace

void CheckDeadlock(SchedulerParts& s) {
  const int32_t running = s.threads.running();
  const bool decided = s.options.library || s.ending.dying() || running > 0 || s.ending.begun();
  const Counts counts = decided ? Counts() : CountTasks(s);
  const int32_t timers = s.processors.PendingTimers();
  s.trace.Emit(TraceKind::kDeadlockCheck, -1, -1, running, counts.waiting, timers);
  if (decided) return;
  if (running < 0) {
    Broken(s, InternalError::kNegativeRunning, "internal error: fewer than no threads run");
  }
  if (counts.active > 0) {
    Broken(s, InternalError::kRunnableButNobodyRuns,
           "internal error: a task could run, and no thread does");
  }
  if (counts.waiting == 0) {
    s.sched.Release();
    s.trace.Emit(TraceKind::kNobodyLeft);
    Fatal(s, "the main task is gone and nobody is left - deadlock!");
  }
  if (timers > 0) return;
  // The report may want the lock itself (golang/go#59758).
  s.sched.Release();
  s.trace.Emit(TraceKind::kDeadlockReport);
  Fatal(s, "all tasks wait for one another - deadlock!");
}

void Fatal(SchedulerParts& s, const std::string& report) {
  if (!s.ending.StartDying()) {
    for (;;) pause();
  }
  const std::string line = "fatal error: " + report + "\n";
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) {
  }
  if (s.options.monitor.trace_interval_ns > 0 || s.trace_detail) {
    const std::string text = TraceText(s, NowNs(), true);
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) {
    }
  }
  if (s.options.before_fatal_exit) s.options.before_fatal_exit();
  _exit(2);
}

}  // namespace proctor::runtime
