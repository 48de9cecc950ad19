#include "runtime/scheduler/own_tasks.h"

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/new_task.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/stop.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/usable_cpus.h"

namespace proctor::runtime {
namespace {

// The numbers of the runtime's own tasks follow the main task's.
constexpr int64_t kHelperTask = kFirstOwnTask + 1;
constexpr int64_t kScavengerTask = kFirstOwnTask + 2;
constexpr int64_t kMachineTask = kFirstOwnTask + 3;

void HelperMain(SchedulerParts& s) {
  Collections& collections = s.collections;
  for (;;) {
    collections.helper_lock().Acquire();
    s.trace.Emit(TraceKind::kLock, -1, -1, LockId::kForcedGc);
    if (collections.helper_idle()) {
      collections.helper_lock().Release();
      s.trace.Emit(TraceKind::kInternalError, -1, -1, InternalError::kHelperAlreadyIdle);
      Panic("the helper of forced collections was asked although it did not wait");
    }
    collections.SetHelperIdle(s.trace, true);
    s.trace.Emit(TraceKind::kUnlock, -1, -1, LockId::kForcedGc);
    WaitAndRelease(collections.helper_lock());
    // Much may have happened since it was asked.
    const bool due =
        collections.IsDue(s.ending.dying(), NowNs(), s.options.monitor.forcegc_period_ns);
    s.trace.Emit(TraceKind::kHelperRun, -1, RunningTask()->id, due);
    if (due) CollectNow(s);
  }
}

void ScavengerMain(SchedulerParts& s) {
  for (;;) {
    s.scavenger.lock().Acquire();
    s.trace.Emit(TraceKind::kLock, -1, -1, LockId::kScavenger);
    s.scavenger.Park(s.trace);
    s.trace.Emit(TraceKind::kUnlock, -1, -1, LockId::kScavenger);
    WaitAndRelease(s.scavenger.lock());
    s.collections.Scavenge();
  }
}

}  // namespace

void StartOwnTasks(SchedulerParts& s, Processor& p) {
  if (!s.collections.enabled()) return;
  Task* helper =
      NewTask(s, &p, [&s] { HelperMain(s); }, "helper of forced collections", kHelperTask);
  Task* scavenger = NewTask(s, &p, [&s] { ScavengerMain(s); }, "scavenger", kScavengerTask);
  s.collections.set_helper(helper);
  s.scavenger.set_task(scavenger);
  for (Task* task : {helper, scavenger}) {
    task->system = true;
    task->ChangeThenTrace(s.trace, TaskStatus::kGone, TaskStatus::kRunnable);
    PutLocal(s, p, task, false);
  }
}

void CollectNow(SchedulerParts& s) {
  StopTheWorld(s);
  s.collections.Collect(s.trace, RunningTask()->id);
  StartTheWorld(s);
  // Who asks does not wake it: the monitor does so, at most once a cycle.
  s.scavenger.Ask(s.trace);
}

void FollowMachine(SchedulerParts& s) {
  s.trace.Emit(TraceKind::kAffinityRead);
  const int32_t cpus = UsableCpus();
  if (!s.follows_machine || cpus == s.processors.procs()) return;
  Task* task = NewTask(
      s, nullptr, [&s, cpus] { ChangeProcs(s, cpus); }, "follows the machine", kMachineTask);
  task->system = true;
  task->ChangeThenTrace(s.trace, TaskStatus::kGone, TaskStatus::kWaiting);
  InjectWithoutProcessor(s, task);
}

}  // namespace proctor::runtime
