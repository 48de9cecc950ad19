#include "runtime/scheduler/switching.h"

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/runnable.h"

namespace proctor::runtime {
namespace {

[[noreturn, gnu::cold]] void OutsideOfTasks() {
  Panic("a function for tasks was called outside of one");
}

void Begin(SchedulerParts& s, Thread& thread, Task* task, bool inherits) {
  Processor& p = *thread.p;
  if (task->preempt.Load(std::memory_order_relaxed)) {
    task->preempt.StoreThenTrace(s.trace, false, std::memory_order_relaxed, -1, task->id);
  }
  if (p.preempt.Load(std::memory_order_relaxed)) {
    p.preempt.StoreThenTrace(s.trace, false, std::memory_order_relaxed, p.id);
  }
  task->ChangeThenTrace(s.trace, TaskStatus::kRunnable, TaskStatus::kRunning);
  task->preempted = false;
  // After an idle time the monitor would find a slice that is over before it has begun.
  if (thread.fresh_slice) inherits = false;
  s.trace.Emit(TraceKind::kExecute, p.id, task->id, inherits);
  if (!inherits) {
    thread.fresh_slice = false;
    p.schedule_tick.Bump(s.trace, p.id);
  }
  thread.task.store(task, std::memory_order_release);
}

// The flow of the task that comes next, where that is the loop's whole business, else the loop's.
Flow& NextFlow(SchedulerParts& s, Thread& thread) {
  if (thread.p == nullptr) [[unlikely]]
    Panic("task %ld waits or yields within a system call",
          static_cast<long>(thread.task.load(std::memory_order_relaxed)->id));
  Processor& p = *thread.p;
  if (s.stop.pending(std::memory_order_acquire) || p.safe_point.Load(std::memory_order_relaxed)) {
    return thread.flow;
  }
  if (s.global.size() != 0 &&
      p.schedule_tick.Load(std::memory_order_relaxed) % kGlobalFirstEvery == 0) {
    return thread.flow;
  }
  const int64_t timer_ns = p.timers.earliest_ns();
  if (timer_ns != kNoTimer && timer_ns <= NowNs()) return thread.flow;
  bool inherits;
  Task* next = p.queue.Get(inherits);
  if (next == nullptr) return thread.flow;
  if (next->preempted) {
    // Its stack may have room for no more than coming back.
    TraceDequeue(s, p, next, inherits);
    thread.again = next;
    thread.again_inherits = inherits;
    return thread.flow;
  }
  thread.arriving = next;
  thread.arriving_inherits = inherits;
  return next->flow;
}

inline void SwitchAway(Thread& thread, Thread::After after) {
  thread.after = after;
  Task* task = thread.task.load(std::memory_order_relaxed);
  SwitchFlow(task->flow, NextFlow(*thread.parts, thread));
  Arrive();
}

void PutBack(SchedulerParts& s, Thread& thread, Task* task, OutReason reason) {
  SwitchOut(s, thread, task, reason);
  task->ChangeThenTrace(s.trace, TaskStatus::kRunning, TaskStatus::kRunnable);
  const SchedGuard guard(s.sched);
  s.global.Put(s.trace, task);
}

void AfterWait(SchedulerParts& s, Thread& thread, Task* task) {
  SwitchOut(s, thread, task, OutReason::kWaits);
  task->ChangeThenTrace(s.trace, TaskStatus::kRunning, TaskStatus::kWaiting);
  // From here on the task may run elsewhere, unless the commit says that it need not wait.
  if (thread.commit == nullptr || thread.commit(task, thread.commit_argument)) return;
  task->ChangeThenTrace(s.trace, TaskStatus::kWaiting, TaskStatus::kRunnable);
  if (thread.arriving == nullptr && thread.again == nullptr) {
    thread.again = task;
  } else {
    PutLocal(s, *thread.p, task, true);
  }
}

// Behind everybody who could run here: the global queue comes last, so only with nobody waiting
// there the processor's own, which takes no lock, comes to the same.
void AfterYield(SchedulerParts& s, Thread& thread, Task* task) {
  Processor& p = *thread.p;
  if (s.global.size() != 0 || !p.queue.HasRoom()) {
    return PutBack(s, thread, task, OutReason::kYielded);
  }
  SwitchOut(s, thread, task, OutReason::kYielded);
  task->ChangeThenTrace(s.trace, TaskStatus::kRunning, TaskStatus::kRunnable);
  s.trace.Emit(TraceKind::kEnqueue, p.id, task->id, QueueId::kLocal);
  p.queue.Put(task);
}

void AfterPreempt(SchedulerParts& s, Thread& thread, Task* task) {
  s.preemptions.fetch_add(1, std::memory_order_relaxed);
  task->preempted = true;
  PutBack(s, thread, task, OutReason::kPreempted);
}

}  // namespace

Task* RunningTask() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    OutsideOfTasks();
  return thread->task.load(std::memory_order_relaxed);
}

void Execute(SchedulerParts& s, Thread& thread, Task* task, bool inherits) {
  Begin(s, thread, task, inherits);
  SwitchFlow(thread.flow, task->flow);
  thread.after(s, thread, thread.task.load(std::memory_order_relaxed));
}

void Arrive() {
  Thread& thread = *CurrentThread();
  Task* task = thread.arriving;
  if (task == nullptr) return;
  SchedulerParts& s = *thread.parts;
  thread.after(s, thread, thread.task.load(std::memory_order_relaxed));
  thread.arriving = nullptr;
  TraceDequeue(s, *thread.p, task, thread.arriving_inherits);
  Begin(s, thread, task, thread.arriving_inherits);
}

void SwitchToLoop(Thread::After after) {
  Thread& thread = *CurrentThread();
  thread.after = after;
  Task* task = thread.task.load(std::memory_order_relaxed);
  SwitchFlow(task->flow, thread.flow);
  Arrive();
}

void LeaveTask(Thread::After after) {
  Thread& thread = *CurrentThread();
  thread.after = after;
  Task* task = thread.task.load(std::memory_order_relaxed);
  LeaveFlow(task->flow, NextFlow(*thread.parts, thread));
}

void YieldTask() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    OutsideOfTasks();
  SwitchAway(*thread, AfterYield);
}

void WaitFor(Thread::Commit commit, void* argument) {
  Thread& thread = *CurrentThread();
  thread.commit = commit;
  thread.commit_argument = argument;
  SwitchAway(thread, AfterWait);
}

// The lock goes over to the thread, which drops it.
void WaitAndRelease(Lock& lock) NO_THREAD_SAFETY_ANALYSIS {
  WaitFor(
      [](Task*, void* held) NO_THREAD_SAFETY_ANALYSIS {
        static_cast<Lock*>(held)->Release();
        return true;
      },
      &lock);
}

void YieldPreempted() {
  if (RunningTask()->no_preempt > 0) return;
  SwitchToLoop(AfterPreempt);
}

}  // namespace proctor::runtime
