#include "runtime/scheduler/new_task.h"

#include <exception>
#include <string>
#include <utility>

#include "runtime/base/panic.h"
#include "runtime/scheduler/deadlock.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/stop.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

// By the main task, which has ended. The world is stopped until the end: whatever other tasks were
// doing, they do not go on. Threads end when they come by.
void EndRun(SchedulerParts& s) EXCLUDES(under_sched) {
  StopTheWorld(s);
  s.sched.Acquire();
  s.ending.Begin();
  Thread* idle = s.threads.TakeAllIdle();
  s.monitor.Wake(s.trace, Waker::kStartTheWorld);
  s.sched.Release();
  while (idle != nullptr) {
    Thread* thread = idle;
    idle = thread->next_idle;
    thread->next_p = nullptr;
    thread->note.Wake();
  }
  if (s.poller.open()) s.poller.Break();
  s.ending.main_done().Wake();
}

void AfterEnd(SchedulerParts& s, Thread& thread, Task* task) {
  SwitchOut(s, thread, task, OutReason::kEnded);
  task->ChangeThenTrace(s.trace, TaskStatus::kRunning, TaskStatus::kGone);
  task->flow.Release();
  s.tasks.Return(*thread.p, task);
}

[[noreturn, gnu::cold]] void DieOfException(const Task& task, const char* what) {
  Panic("task %ld%s%s%s threw an exception that nobody caught: %s", static_cast<long>(task.id),
        task.name == nullptr ? "" : " (", task.name == nullptr ? "" : task.name,
        task.name == nullptr ? "" : ")", what);
}

void TaskMain(void* argument) {
  Arrive();
  Task* task = static_cast<Task*>(argument);
  try {
    task->function();
    task->function.Reset();
  } catch (const std::exception& exception) {
    DieOfException(*task, exception.what());
  } catch (...) {
    DieOfException(*task, "of a type that is not derived from std::exception");
  }
  SchedulerParts& s = *CurrentThread()->parts;
  if (task == s.main_task) EndRun(s);
  LeaveTask(AfterEnd);
}

}  // namespace

Task* NewTask(SchedulerParts& s, Processor* p, TaskFunction function, const char* name,
              int64_t id) {
  Task* task = s.tasks.Take(p);
  if (task == nullptr) Fatal(s, "out of memory: no stack for task " + std::to_string(id));
  task->SetId(id);
  task->name = name;
  task->system = false;
  task->function = std::move(function);
  task->flow.Make(task->stack.low, task->stack.high, TaskMain, task);
  return task;
}

int64_t Spawn(SchedulerParts& s, TaskFunction function, const char* name) {
  Thread* thread = CurrentThread();
  Processor* p = HasProcessor(s, thread) ? thread->p : nullptr;
  const int64_t id = s.tasks.NextId(p);
  Task* task = NewTask(s, p, std::move(function), name, id);
  if (p == nullptr) {
    task->ChangeThenTrace(s.trace, TaskStatus::kGone, TaskStatus::kWaiting);
    InjectWithoutProcessor(s, task);
    return id;
  }
  task->ChangeThenTrace(s.trace, TaskStatus::kGone, TaskStatus::kRunnable);
  PutLocal(s, *p, task, true);
  WakeProcessor(s);
  // A timer's function spawns too, in no task.
  const Task* parent = thread->task.load(std::memory_order_relaxed);
  if (parent != nullptr && parent->preempt.Load(std::memory_order_relaxed)) [[unlikely]]
    YieldPreempted();
  return id;
}

}  // namespace proctor::runtime
