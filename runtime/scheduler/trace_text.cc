#include "runtime/scheduler/trace_text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace proctor::runtime {
namespace {

// A page of tasks is enough for people; a million of them would keep the scheduler's lock too long.
constexpr int kTasksShown = 200;

[[gnu::format(printf, 2, 3)]] void Add(std::string& text, const char* format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text.append(line, static_cast<size_t>(std::clamp(length, 0, static_cast<int>(sizeof line) - 1)));
}

void AddQueues(SchedulerParts& s, std::string& text) {
  const int32_t count = s.processors.count();
  text += " [";
  for (int32_t i = 0; i < count; ++i) {
    Add(text, "%s%d", i == 0 ? "" : " ", s.processors.At(i).queue.Size());
  }
  text += "]\n";
}

void AddProcessors(SchedulerParts& s, std::string& text) {
  const int32_t count = s.processors.count();
  for (int32_t i = 0; i < count; ++i) {
    Processor& p = s.processors.At(i);
    const Thread* thread = p.thread.load();
    Add(text, "SCHED   P%d: status=%d schedtick=%u syscalltick=%u m=%d runqsize=%d timers=%d\n", i,
        static_cast<int>(p.status.Load()), p.schedule_tick.Load(), p.syscall_tick.Load(),
        thread == nullptr ? -1 : thread->id, p.queue.Size(), p.timers.size());
  }
}

void AddThreads(SchedulerParts& s, std::string& text) REQUIRES(under_sched) {
  s.threads.ForEach([&](const Thread& thread) {
    const Task* task = thread.task.load();
    Add(text, "SCHED   M%d: tid=%d task=%ld\n", thread.id, thread.tid.load(),
        task == nullptr ? -1L : static_cast<long>(task->id));
  });
}

void AddTasks(SchedulerParts& s, std::string& text) {
  int shown = 0;
  LockGuard guard(s.tasks.lock());
  s.tasks.ForEach([&](const Task& task) {
    if (task.Status() == TaskStatus::kGone) return true;
    Add(text, "SCHED   G%ld: status=%d %s\n", static_cast<long>(task.id),
        static_cast<int>(task.Status()), task.name == nullptr ? "" : task.name);
    return ++shown < kTasksShown;
  });
}

}  // namespace

SchedulerStats GetStats(SchedulerParts& s) {
  SchedulerStats stats;
  s.sched.Acquire();
  stats.procs = s.processors.procs();
  stats.idle_processors = s.idle.count();
  stats.threads = s.threads.size();
  stats.idle_threads = s.threads.idle();
  stats.spinning_threads = s.spinning.count();
  stats.global_queue = s.global.size();
  s.sched.Release();
  stats.tasks = s.tasks.foreign_births() + s.processors.Births();
  stats.timers = s.processors.PendingTimers();
  stats.collections = s.collections.count();
  stats.preemptions = s.preemptions.load();
  return stats;
}

std::string TraceText(SchedulerParts& s, int64_t now_ns, bool detail) {
  std::string text;
  const SchedulerStats stats = GetStats(s);
  Add(text,
      "SCHED %ldms: procs=%d idleprocs=%d threads=%d spinningthreads=%d idlethreads=%d "
      "runqueue=%d",
      static_cast<long>((now_ns - s.start_ns) / 1'000'000), stats.procs, stats.idle_processors,
      stats.threads, stats.spinning_threads, stats.idle_threads, stats.global_queue);
  if (!detail) {
    AddQueues(s, text);
    return text;
  }
  Add(text, " stopping=%d monitorwaits=%d\n", s.stop.pending(), s.monitor.waits());
  AddProcessors(s, text);
  const SchedGuard guard(s.sched);
  AddThreads(s, text);
  AddTasks(s, text);
  return text;
}

}  // namespace proctor::runtime
