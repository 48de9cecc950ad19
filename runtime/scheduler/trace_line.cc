// The scheduler trace: one line about everything, and with detail one about each processor, thread
// and task.

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "runtime/scheduler/scheduler.h"

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

}  // namespace

std::string Scheduler::TraceText(int64_t now_ns, bool detail) {
  std::string text;
  const Stats stats = GetStats();
  Add(text,
      "SCHED %ldms: procs=%d idleprocs=%d threads=%d spinningthreads=%d idlethreads=%d "
      "runqueue=%d",
      static_cast<long>((now_ns - start_ns_) / 1'000'000), stats.procs, stats.idle_processors,
      stats.threads, stats.spinning_threads, stats.idle_threads, stats.global_queue);
  const int32_t count = processor_count_.load(std::memory_order_acquire);
  if (!detail) {
    text += " [";
    for (int32_t i = 0; i < count; ++i) {
      Add(text, "%s%d", i == 0 ? "" : " ", ProcessorAt(i).queue.Size());
    }
    text += "]\n";
    return text;
  }
  Add(text, " stopping=%d monitorwaits=%d\n", stop_pending_.load(), monitor_waits_.load());
  for (int32_t i = 0; i < count; ++i) {
    Processor& p = ProcessorAt(i);
    const Thread* thread = p.thread.load();
    Add(text, "SCHED   P%d: status=%d schedtick=%u syscalltick=%u m=%d runqsize=%d timers=%d\n", i,
        static_cast<int>(p.status.load()), p.schedule_tick.load(), p.syscall_tick.load(),
        thread == nullptr ? -1 : thread->id, p.queue.Size(), p.timers.size());
  }
  LockSched();
  for (const auto& thread : threads_) {
    const Task* task = thread->task.load();
    Add(text, "SCHED   M%d: tid=%d task=%ld\n", thread->id, thread->tid.load(),
        task == nullptr ? -1L : static_cast<long>(task->id));
  }
  int shown = 0;
  {
    LockGuard guard(tasks_lock_);
    for (const auto& slab : task_slabs_) {
      for (int i = 0; i < kTasksPerSlab && shown < kTasksShown; ++i) {
        const Task& task = slab[static_cast<size_t>(i)];
        if (task.Status() == TaskStatus::kGone) continue;
        ++shown;
        Add(text, "SCHED   G%ld: status=%d %s\n", static_cast<long>(task.id),
            static_cast<int>(task.Status()), task.name == nullptr ? "" : task.name);
      }
    }
  }
  UnlockSched();
  return text;
}

Scheduler::Stats Scheduler::GetStats() {
  Stats stats = {};
  LockSched();
  stats.procs = procs();
  stats.idle_processors = idle_processors_.load();
  stats.threads = static_cast<int32_t>(threads_.size());
  stats.idle_threads = idle_thread_count_;
  stats.spinning_threads = spinning_.load();
  stats.global_queue = global_.size();
  UnlockSched();
  stats.tasks = foreign_births_.load();
  for (const auto& place : all_p_) {
    const Processor* p = place.load(std::memory_order_acquire);
    if (p == nullptr) break;
    stats.tasks += p->births.load(std::memory_order_relaxed);
  }
  stats.timers = PendingTimers();
  stats.collections = collections_.load();
  stats.preemptions = preemptions_.load();
  return stats;
}

}  // namespace proctor::runtime
