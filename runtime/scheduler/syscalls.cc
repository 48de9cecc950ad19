#include "runtime/scheduler/syscalls.h"

#include "runtime/base/cpu.h"
#include "runtime/base/panic.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

// Nearly all calls find nobody who listens and nothing to do. These go without a look at what a
// call may find, and save no registers: hence one function more for each direction, and one
// template for what both have in common.

// The world is being stopped: the processor is given up at once.
[[gnu::noinline]] void EnterStop(SchedulerParts& s, Processor& p) EXCLUDES(under_sched) {
  const SchedGuard guard(s.sched);
  if (!s.stop.waits()) return;
  if (!p.status.TracedSwap(s.trace, ProcessorStatus::kSyscall, ProcessorStatus::kStopped, p.id)) {
    return;
  }
  p.syscall_tick.Bump(s.trace, p.id);
  s.stop.CountAndWake(s.trace);
}

template <typename Trace>
inline void LeaveBehind(SchedulerParts& s, Trace& trace, Thread& thread, Task* task, Processor& p) {
  thread.old_p = &p;
  thread.p = nullptr;
  p.thread.store(nullptr, std::memory_order_relaxed);
  trace.Emit(TraceKind::kRelease, p.id);
  trace.Write(TraceVariable::kStatus, ProcessorStatus::kSyscall, p.id);
  trace.Emit(TraceKind::kSyscallEnter, p.id, task->id);
  p.Change(ProcessorStatus::kRunning, ProcessorStatus::kSyscall, std::memory_order_release);
  if (s.stop.pending()) [[unlikely]]
    EnterStop(s, p);
}

void WakeMonitorOnEnter(SchedulerParts& s) EXCLUDES(under_sched) {
  if (!s.monitor.ReadWaits(s.trace)) return;
  const SchedGuard guard(s.sched);
  s.monitor.Wake(s.trace, Waker::kEnter);
}

void EnterByTaskLock(SchedulerParts& s, Thread& thread, Task* task) EXCLUDES(under_sched) {
  Processor& p = *thread.p;
  thread.old_p = &p;
  if (s.stop.pending(std::memory_order_seq_cst)) [[unlikely]] {
    const SchedGuard guard(s.sched);
    if (s.stop.waits()) {
      Release(s, thread, ProcessorStatus::kStopped);
      p.syscall_tick.Bump(s.trace, p.id);
      s.stop.CountAndWake(s.trace);
    }
  }
  task->TraceStatus(s.trace, TaskStatus::kInSyscall);
  s.trace.Emit(TraceKind::kSyscallEnter, p.id, task->id);
  task->Change(TaskStatus::kRunning, TaskStatus::kInSyscall);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  WakeMonitorOnEnter(s);
}

[[gnu::noinline]] void EnterSlowly(SchedulerParts& s, Thread& thread, Task* task)
    EXCLUDES(under_sched) {
  if (thread.p == nullptr)
    Panic("task %ld enters a system call within one", static_cast<long>(task->id));
  Processor& p = *thread.p;
  if (p.safe_point.Load(std::memory_order_relaxed)) s.safe_points.RunIfAsked(s.trace, p);
  if (s.by_task_lock()) return EnterByTaskLock(s, thread, task);

  task->ChangeThenTrace(s.trace, TaskStatus::kRunning, TaskStatus::kInSyscall);
  WakeMonitorOnEnter(s);
  LeaveBehind(s, s.trace, thread, task, p);
}

// True: the thread has the processor back that it left behind.
template <typename Trace>
inline bool Reacquire(Trace& trace, Thread& thread, Processor& old) {
  const ProcessorStatus seen = old.status.Read(trace, std::memory_order_relaxed, old.id);
  if (seen != ProcessorStatus::kSyscall) return false;
  if (!old.status.TracedSwap(trace, ProcessorStatus::kSyscall, ProcessorStatus::kRunning, old.id)) {
    return false;
  }
  thread.p = &old;
  old.thread.store(&thread, std::memory_order_release);
  trace.Emit(TraceKind::kAcquire, old.id);
  return true;
}

// With a processor, the old one or another.
template <typename Trace>
inline void Returned(SchedulerParts& s, Trace& trace, Task* task, Processor& p, ExitPath path) {
  p.syscall_tick.Bump(trace, p.id);
  if (!s.by_task_lock()) {
    task->ChangeThenTrace(trace, TaskStatus::kInSyscall, TaskStatus::kRunning);
  }
  trace.Emit(TraceKind::kSyscallExit, p.id, task->id, path);
  if (task->preempt.Load(std::memory_order_relaxed)) [[unlikely]]
    YieldPreempted();
}

// True: nobody has taken the processor.
bool ExitByTaskLock(SchedulerParts& s, Thread& thread, Task* task) {
  // Not while somebody holds the task there.
  while (!task->Swap(static_cast<uint32_t>(TaskStatus::kInSyscall),
                     static_cast<uint32_t>(TaskStatus::kRunning))) {
    CpuRelax();
  }
  task->TraceStatus(s.trace, TaskStatus::kRunning);
  return thread.p != nullptr;
}

// No processor: the task becomes runnable and the thread idle, after a last look.
void AfterLostProcessor(SchedulerParts& s, Thread& thread, Task* task) {
  thread.task.store(nullptr, std::memory_order_relaxed);
  task->ChangeThenTrace(s.trace, s.by_task_lock() ? TaskStatus::kRunning : TaskStatus::kInSyscall,
                        TaskStatus::kRunnable);
  s.sched.Acquire();
  Processor* p = TakeIdle(s);
  if (p != nullptr) {
    s.monitor.Wake(s.trace, Waker::kExitSlow);
    s.sched.Release();
    Acquire(s, thread, p);
    s.trace.Emit(TraceKind::kSyscallExit, p->id, task->id, ExitPath::kIdleSlow);
    thread.again = task;
    thread.again_inherits = false;
    return;
  }
  s.global.Put(s.trace, task);
  s.trace.Emit(TraceKind::kSyscallExit, -1, task->id, ExitPath::kQueued);
  s.sched.Release();
  thread.lost_processor = true;
}

// Null: there is none, or the world is to stop.
Processor* TakeIdleOnExit(SchedulerParts& s) EXCLUDES(under_sched) {
  if (s.idle.count() == 0) return nullptr;
  const SchedGuard guard(s.sched);
  Processor* p = TakeIdle(s);
  if (p != nullptr) s.monitor.Wake(s.trace, Waker::kExitFast);
  return p;
}

[[gnu::noinline]] void ExitSlowly(SchedulerParts& s, Thread& thread, Task* task)
    EXCLUDES(under_sched) {
  if (thread.old_p == nullptr)
    Panic("task %ld leaves a system call that it is not in", static_cast<long>(task->id));
  Processor& old = *thread.old_p;
  s.trace.Emit(TraceKind::kSyscallReturn, old.id, task->id);
  const bool got_old =
      s.by_task_lock() ? ExitByTaskLock(s, thread, task) : Reacquire(s.trace, thread, old);
  thread.old_p = nullptr;
  if (got_old) return Returned(s, s.trace, task, old, ExitPath::kReacquired);

  // The old processor is lost; any idle one is as good.
  if (Processor* p = TakeIdleOnExit(s); p != nullptr) {
    Acquire(s, thread, p);
    return Returned(s, s.trace, task, *p, ExitPath::kIdleFast);
  }
  SwitchToLoop(AfterLostProcessor);
  Processor& p = *CurrentThread()->p;
  p.syscall_tick.Bump(s.trace, p.id);
}

}  // namespace

void EnterSyscall() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    Panic("a system call was entered outside of a task");
  SchedulerParts& s = *thread->parts;
  Task* task = thread->task.load(std::memory_order_relaxed);
  Processor* p = thread->p;
  if (p == nullptr || p->safe_point.Load(std::memory_order_relaxed) || s.trace.on() ||
      s.by_task_lock() || s.monitor.waits()) [[unlikely]] {
    return EnterSlowly(s, *thread, task);
  }
  task->Change(TaskStatus::kRunning, TaskStatus::kInSyscall);
  LeaveBehind(s, kNoTrace, *thread, task, *p);
}

void ExitSyscall() {
  Thread& thread = *CurrentThread();
  SchedulerParts& s = *thread.parts;
  Task* task = thread.task.load(std::memory_order_relaxed);
  Processor* old = thread.old_p;
  if (old == nullptr || s.trace.on() || s.by_task_lock() || !Reacquire(kNoTrace, thread, *old))
      [[unlikely]]
    return ExitSlowly(s, thread, task);
  thread.old_p = nullptr;
  Returned(s, kNoTrace, task, *old, ExitPath::kReacquired);
}

bool LockTaskInSyscall(SchedulerParts& s, Processor& p) {
  if (p.status.Load(std::memory_order_acquire) != ProcessorStatus::kRunning) return false;
  Thread* thread = p.thread.load(std::memory_order_acquire);
  if (thread == nullptr) return false;
  Task* task = thread->task.load(std::memory_order_acquire);
  if (task == nullptr) return false;
  if (!task->LockInSyscall()) return false;
  // It may have moved before it was locked; now it stays.
  if (p.thread.load(std::memory_order_acquire) != thread ||
      thread->task.load(std::memory_order_acquire) != task || thread->p != &p) {
    task->UnlockInSyscall();
    return false;
  }
  p.locked_task = task;
  s.trace.Write(TraceVariable::kTaskLocked, true, p.id, task->id);
  return true;
}

void TakeFromLockedTask(SchedulerParts& s, Processor& p) {
  Thread* thread = p.thread.load(std::memory_order_relaxed);
  s.trace.Emit(TraceKind::kRelease, p.id);
  thread->p = nullptr;
  p.thread.store(nullptr, std::memory_order_relaxed);
  p.TraceThenChange(s.trace, ProcessorStatus::kRunning, ProcessorStatus::kIdle);
}

void UnlockTask(SchedulerParts& s, Processor& p) {
  Task* task = p.locked_task;
  p.locked_task = nullptr;
  s.trace.Write(TraceVariable::kTaskLocked, false, p.id, task->id);
  task->UnlockInSyscall();
}

}  // namespace proctor::runtime
