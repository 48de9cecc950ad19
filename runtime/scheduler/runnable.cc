#include "runtime/scheduler/runnable.h"

#include "runtime/base/atomics.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

void MoveToGlobal(SchedulerParts& s, const Processor& p, TaskList& half, Task* task)
    EXCLUDES(under_sched) {
  half.Append(task);
  const SchedGuard guard(s.sched);
  while (Task* moved = half.Pop()) {
    if (moved != task) TraceDequeue(s, p, moved, false);
    s.global.Put(s.trace, moved);
  }
}

}  // namespace

void PutLocal(SchedulerParts& s, Processor& p, Task* task, bool next) {
  if (next) {
    s.trace.Emit(TraceKind::kEnqueue, p.id, task->id, QueueId::kNext);
    task = p.queue.PutNext(task);
    if (task == nullptr) return;
    TraceDequeue(s, p, task, true);
  }
  if (!p.queue.HasRoom()) {
    TaskList half;
    if (p.queue.TakeHalf(half)) return MoveToGlobal(s, p, half, task);
  }
  s.trace.Emit(TraceKind::kEnqueue, p.id, task->id, QueueId::kLocal);
  p.queue.Put(task);
}

void Ready(SchedulerParts& s, Task* task) {
  Thread* thread = CurrentThread();
  if (!HasProcessor(s, thread)) return InjectWithoutProcessor(s, task);
  task->ChangeThenTrace(s.trace, TaskStatus::kWaiting, TaskStatus::kRunnable);
  PutLocal(s, *thread->p, task, true);
  WakeProcessor(s);
}

void ReadyAll(SchedulerParts& s, TaskList& tasks) {
  if (tasks.empty()) return;
  Thread* thread = CurrentThread();
  if (!HasProcessor(s, thread)) return InjectWithoutProcessor(s, tasks);
  InjectHere(s, *thread, tasks);
  WakeProcessor(s);
}

void InjectWithoutProcessor(SchedulerParts& s, TaskList& tasks) {
  const int32_t count = tasks.size();
  s.trace.Emit(TraceKind::kInject, -1, -1, count);
  for (Task* task = tasks.front(); task != nullptr; task = task->next) {
    task->ChangeThenTrace(s.trace, TaskStatus::kWaiting, TaskStatus::kRunnable);
  }
  {
    const SchedGuard guard(s.sched);
    while (Task* task = tasks.Pop()) s.global.Put(s.trace, task);
  }
  for (int32_t started = 0; started < count && StartThreadForIdle(s); ++started) {
  }
  s.trace.Emit(TraceKind::kInjectEnd);
}

void InjectWithoutProcessor(SchedulerParts& s, Task* task) {
  TaskList tasks;
  tasks.Append(task);
  InjectWithoutProcessor(s, tasks);
}

void InjectHere(SchedulerParts& s, Thread& thread, TaskList& tasks) {
  while (Task* task = tasks.Pop()) {
    task->ChangeThenTrace(s.trace, TaskStatus::kWaiting, TaskStatus::kRunnable);
    PutLocal(s, *thread.p, task, false);
  }
  // The caller looks next whether a thread spins: the tasks are visible before that.
  StdAtomics::Fence(std::memory_order_seq_cst);
}

}  // namespace proctor::runtime
