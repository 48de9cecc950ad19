#include "runtime/scheduler/scheduler.h"

#include <utility>
#include <vector>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/monitor_host.h"
#include "runtime/scheduler/new_task.h"
#include "runtime/scheduler/own_tasks.h"
#include "runtime/scheduler/parts.h"
#include "runtime/scheduler/preemption.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {

Scheduler::Scheduler(const Options& options)
    : parts_(std::make_unique<SchedulerParts>(options)),
      monitor_host_(std::make_unique<MonitorHost>(*parts_)) {
  parts_->monitor_host = monitor_host_.get();
}

Scheduler::~Scheduler() = default;

Tracer& Scheduler::tracer() { return parts_->trace.tracer(); }

const Options& Scheduler::options() const { return parts_->options; }

void Scheduler::Run(TaskFunction main) {
  SchedulerParts& s = *parts_;
  if (s.start_ns != 0) Panic("Run was called twice");
  s.start_ns = NowNs();
  InstallSignalHandlers();
  s.poll.Start(s.start_ns);
  Start(std::move(main));
  s.ending.main_done().Sleep();
  // No thread is started any more; those that are in system calls come back first.
  std::vector<pthread_t> threads;
  s.sched.Acquire();
  s.threads.ForEach([&](const Thread& thread) { threads.push_back(thread.handle); });
  s.sched.Release();
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

void Scheduler::Start(TaskFunction main) {
  SchedulerParts& s = *parts_;
  s.processors.Start(s.trace, s.options.procs);
  s.trace.WriteFirst(TraceVariable::kLastPoll, s.poll.last_poll_ns());
  s.trace.WriteFirst(TraceVariable::kCollectorEnabled, s.collections.enabled());
  s.trace.WriteFirst(TraceVariable::kCollectorPercent, s.collections.percent());
  s.trace.WriteFirst(TraceVariable::kInterceptors, s.options.yield_hook != nullptr);
  s.trace.WriteFirst(TraceVariable::kLibrary, s.options.library);

  // Nobody runs yet, so this thread may do what takes a processor.
  Processor& first = s.processors.At(0);
  s.main_task = NewTask(s, &first, std::move(main), "main", kFirstOwnTask);
  s.main_task->ChangeThenTrace(s.trace, TaskStatus::kGone, TaskStatus::kRunnable);
  PutLocal(s, first, s.main_task, false);
  StartOwnTasks(s, first);
  StartFirstThreads(s);
}

}  // namespace proctor::runtime
