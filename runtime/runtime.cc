#include "runtime/runtime.h"

#include <utility>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/new_task.h"
#include "runtime/scheduler/own_tasks.h"
#include "runtime/scheduler/parts.h"
#include "runtime/scheduler/scheduler.h"
#include "runtime/scheduler/stop.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/syscalls.h"
#include "runtime/scheduler/timers.h"
#include "runtime/scheduler/trace_text.h"

namespace proctor::runtime {
namespace {

// Of the calling task.
SchedulerParts& Own() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    Panic("a function for tasks was called outside of one");
  return *thread->parts;
}

}  // namespace

TaskId Go(TaskFunction function, const char* name) {
  return Spawn(Own(), std::move(function), name);
}

void Yield() { YieldTask(); }

void Poll() { YieldIfAsked(); }

void SleepFor(int64_t duration_ns) { SleepTask(duration_ns); }

TaskId CurrentTask() { return RunningTask()->id; }

SystemCall::SystemCall() { EnterSyscall(); }

SystemCall::~SystemCall() { ExitSyscall(); }

NoPreemption::NoPreemption() { ++RunningTask()->no_preempt; }

NoPreemption::~NoPreemption() { --RunningTask()->no_preempt; }

StoppedWorld::StoppedWorld() { StopTheWorld(Own()); }

StoppedWorld::~StoppedWorld() { StartTheWorld(Own()); }

void SetProcs(int32_t procs) { ChangeProcs(Own(), procs); }

int32_t Procs() { return Own().processors.procs(); }

void CollectGarbage() { CollectNow(Own()); }

Runtime::Runtime(const Options& options) : scheduler_(std::make_unique<Scheduler>(options)) {}

Runtime::~Runtime() = default;

void Runtime::Run(TaskFunction main) { scheduler_->Run(std::move(main)); }

TaskId Runtime::Spawn(TaskFunction function, const char* name) {
  return runtime::Spawn(scheduler_->parts(), std::move(function), name);
}

Runtime::Stats Runtime::GetStats() const {
  const SchedulerStats stats = runtime::GetStats(scheduler_->parts());
  return {.procs = stats.procs,
          .idle_processors = stats.idle_processors,
          .threads = stats.threads,
          .idle_threads = stats.idle_threads,
          .tasks = stats.tasks,
          .timers = stats.timers,
          .collections = stats.collections,
          .preemptions = stats.preemptions};
}

Tracer& Runtime::tracer() { return scheduler_->tracer(); }

std::string Runtime::Describe() const { return TraceText(scheduler_->parts(), NowNs(), true); }

}  // namespace proctor::runtime
