#include "runtime/runtime.h"

#include <utility>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {
namespace {

// Of the calling task.
Scheduler& Own() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    Panic("a function for tasks was called outside of one");
  return *thread->scheduler;
}

}  // namespace

TaskId Go(TaskFunction function, const char* name) {
  return Own().Spawn(std::move(function), name);
}

void Yield() { Scheduler::Yield(); }

void Poll() { Own().Poll(); }

void SleepFor(int64_t duration_ns) { Own().Sleep(duration_ns); }

TaskId CurrentTask() { return Scheduler::Current()->id; }

SystemCall::SystemCall() { Scheduler::EnterSyscall(); }

SystemCall::~SystemCall() { Scheduler::ExitSyscall(); }

NoPreemption::NoPreemption() { ++Scheduler::Current()->no_preempt; }

NoPreemption::~NoPreemption() { --Scheduler::Current()->no_preempt; }

StoppedWorld::StoppedWorld() { Own().StopTheWorld(); }

StoppedWorld::~StoppedWorld() { Own().StartTheWorld(); }

void SetProcs(int32_t procs) { Own().SetProcs(procs); }

void CollectGarbage() { Own().CollectNow(); }

Runtime::Runtime(const Options& options) : scheduler_(std::make_unique<Scheduler>(options)) {}

Runtime::~Runtime() = default;

void Runtime::Run(TaskFunction main) { scheduler_->Run(std::move(main)); }

TaskId Runtime::Spawn(TaskFunction function, const char* name) {
  return scheduler_->Spawn(std::move(function), name);
}

Runtime::Stats Runtime::GetStats() const {
  const Scheduler::Stats stats = scheduler_->GetStats();
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

std::string Runtime::Describe() const { return scheduler_->TraceText(NowNs(), true); }

}  // namespace proctor::runtime
