// Into a system call and out of it.
//
// A thread that enters a call leaves its processor behind without a word, as nearly all calls are
// over before anybody needs it: entering costs plain stores, leaving one compare-and-swap. What
// must not get lost:
//   - The monitor may be asleep, and nobody else would take the processor from a call that lasts.
//     So the flag is looked at first.
//   - Somebody may stop the world. Who enters looks whether somebody has said so after the status is
//     set, but without a fence between the two, which would cost as much as all the rest: so whoever
//     stops the world may have looked too early, and looks again until everybody has stopped.
//   - On the way back the thread, the monitor and the stopper all want the processor: one
//     compare-and-swap decides.
//
// With take_by_task_lock the processor stays "running" and the task's status says that it is in a
// call; whoever takes the processor locks that status first.

#include "runtime/base/cpu.h"
#include "runtime/base/panic.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

// Under sched. One wake-up a sleep: whoever clears the flag wakes.
void Scheduler::WakeMonitor(Waker waker) {
  const bool waits = monitor_waits_.load(std::memory_order_relaxed);
  TellRead(TraceVariable::kMonitorWaits, waits);
  if (!waits) return;
  TellWrite(TraceVariable::kMonitorWaits, 0);
  monitor_waits_.store(false, std::memory_order_seq_cst);
  Tell(TraceKind::kNoteWake, -1, -1, static_cast<int64_t>(waker));
  monitor_note_.Wake();
}

// Nearly all calls find nobody who listens and nothing to do. These go without a look at what a
// call may find, and save no registers: hence one function more for each direction, and one
// template for what both have in common. kTold: the tracer may be on.

void Scheduler::EnterSyscall() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    Panic("a system call was entered outside of a task");
  thread->scheduler->Enter(*thread);
}

void Scheduler::ExitSyscall() {
  Thread& thread = *CurrentThread();
  thread.scheduler->Exit(thread);
}

inline void Scheduler::Enter(Thread& thread) {
  Task* task = thread.task.load(std::memory_order_relaxed);
  Processor* p = thread.p;
  if (p == nullptr || p->safe_point.load(std::memory_order_relaxed) || tracer_.on() ||
      ByTaskLock() || monitor_waits_.load(std::memory_order_seq_cst)) [[unlikely]] {
    return EnterSlowly(thread, task);
  }
  task->Change(TaskStatus::kRunning, TaskStatus::kInSyscall);
  LeaveBehind<false>(thread, task, *p);
}

void Scheduler::EnterSlowly(Thread& thread, Task* task) {
  if (thread.p == nullptr)
    Panic("task %ld enters a system call within one", static_cast<long>(task->id));
  Processor& p = *thread.p;
  if (p.safe_point.load(std::memory_order_relaxed)) RunSafePoint(p);
  if (ByTaskLock()) return EnterByTaskLock(thread, task);

  ChangeTask(task, TaskStatus::kRunning, TaskStatus::kInSyscall);
  const bool waits = monitor_waits_.load(std::memory_order_seq_cst);
  TellRead(TraceVariable::kMonitorWaits, waits);
  if (waits) {
    LockSched();
    WakeMonitor(Waker::kEnter);
    UnlockSched();
  }
  LeaveBehind<true>(thread, task, p);
}

template <bool kTold>
inline void Scheduler::LeaveBehind(Thread& thread, Task* task, Processor& p) {
  thread.old_p = &p;
  thread.p = nullptr;
  p.thread.store(nullptr, std::memory_order_relaxed);
  if constexpr (kTold) {
    Tell(TraceKind::kRelease, p.id);
    TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall), p.id);
    Tell(TraceKind::kSyscallEnter, p.id, task->id);
  }
  p.Change(ProcessorStatus::kRunning, ProcessorStatus::kSyscall, std::memory_order_release);
  if (stop_pending_.load(std::memory_order_relaxed)) [[unlikely]]
    EnterStop(p);
}

// The world is being stopped: the processor is given up at once.
void Scheduler::EnterStop(Processor& p) {
  LockSched();
  if (stop_wait_ > 0) {
    const bool won = p.Swap(ProcessorStatus::kSyscall, ProcessorStatus::kStopped);
    TellSwap(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall),
             static_cast<int64_t>(ProcessorStatus::kStopped), won, p.id);
    if (won) {
      p.BumpSyscallTick();
      TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), p.id);
      OneStopped();
    }
  }
  UnlockSched();
}

void Scheduler::EnterByTaskLock(Thread& thread, Task* task) {
  Processor& p = *thread.p;
  thread.old_p = &p;
  if (stop_pending_.load(std::memory_order_seq_cst)) [[unlikely]] {
    LockSched();
    if (stop_wait_ > 0) {
      Release(thread, ProcessorStatus::kStopped);
      p.BumpSyscallTick();
      TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), p.id);
      OneStopped();
    }
    UnlockSched();
  }
  TellTaskStatus(task, TaskStatus::kInSyscall);
  Tell(TraceKind::kSyscallEnter, p.id, task->id);
  task->Change(TaskStatus::kRunning, TaskStatus::kInSyscall);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const bool waits = monitor_waits_.load(std::memory_order_seq_cst);
  TellRead(TraceVariable::kMonitorWaits, waits);
  if (waits) [[unlikely]] {
    LockSched();
    WakeMonitor(Waker::kEnter);
    UnlockSched();
  }
}

inline void Scheduler::Exit(Thread& thread) {
  Task* task = thread.task.load(std::memory_order_relaxed);
  Processor* old = thread.old_p;
  if (old == nullptr || tracer_.on() || ByTaskLock() || !Reacquire<false>(thread, *old))
      [[unlikely]]
    return ExitSlowly(thread, task);
  thread.old_p = nullptr;
  Returned<false>(task, *old, ExitPath::kReacquired);
}

void Scheduler::ExitSlowly(Thread& thread, Task* task) {
  if (thread.old_p == nullptr)
    Panic("task %ld leaves a system call that it is not in", static_cast<long>(task->id));
  Processor& old = *thread.old_p;
  Tell(TraceKind::kSyscallReturn, old.id, task->id);
  const bool got_old = ByTaskLock() ? ExitByTaskLock(thread, task) : Reacquire<true>(thread, old);
  thread.old_p = nullptr;
  if (got_old) return Returned<true>(task, old, ExitPath::kReacquired);

  // The old processor is lost; an idle one will do.
  if (idle_processors_.load(std::memory_order_relaxed) > 0) {
    LockSched();
    Processor* p = stop_pending_.load(std::memory_order_relaxed) ? nullptr : GetIdle();
    if (p != nullptr) WakeMonitor(Waker::kExitFast);
    UnlockSched();
    if (p != nullptr) {
      Acquire(thread, p);
      return Returned<true>(task, *p, ExitPath::kIdleFast);
    }
  }
  SwitchToScheduler(AfterLostProcessor);
  Processor& p = *CurrentThread()->p;
  p.BumpSyscallTick();
  TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), p.id);
}

// True: the thread has the processor back that it left behind.
template <bool kTold>
inline bool Scheduler::Reacquire(Thread& thread, Processor& old) {
  const auto seen = old.status.load(std::memory_order_relaxed);
  if constexpr (kTold) TellRead(TraceVariable::kStatus, static_cast<int64_t>(seen), old.id);
  if (seen != ProcessorStatus::kSyscall) return false;
  const bool won = old.Swap(ProcessorStatus::kSyscall, ProcessorStatus::kRunning);
  if constexpr (kTold) {
    TellSwap(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall),
             static_cast<int64_t>(ProcessorStatus::kRunning), won, old.id);
  }
  if (!won) return false;
  thread.p = &old;
  old.thread.store(&thread, std::memory_order_release);
  if constexpr (kTold) Tell(TraceKind::kAcquire, old.id);
  return true;
}

// True: nobody has taken the processor.
bool Scheduler::ExitByTaskLock(Thread& thread, Task* task) {
  // Not while somebody holds the task there.
  while (!task->Swap(static_cast<uint32_t>(TaskStatus::kInSyscall),
                     static_cast<uint32_t>(TaskStatus::kRunning))) {
    CpuRelax();
  }
  TellTaskStatus(task, TaskStatus::kRunning);
  return thread.p != nullptr;
}

// With a processor, the old one or another.
template <bool kTold>
inline void Scheduler::Returned(Task* task, Processor& p, ExitPath path) {
  p.BumpSyscallTick();
  if constexpr (kTold) {
    TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), p.id);
  }
  if (!ByTaskLock()) {
    task->Change(TaskStatus::kInSyscall, TaskStatus::kRunning);
    if constexpr (kTold) TellTaskStatus(task, TaskStatus::kRunning);
  }
  if constexpr (kTold) {
    Tell(TraceKind::kSyscallExit, p.id, task->id, static_cast<int64_t>(path));
  }
  if (task->preempt.load(std::memory_order_relaxed)) [[unlikely]]
    YieldPreempted();
}

// No processor: the task becomes runnable and the thread idle, after a last look.
void Scheduler::AfterLostProcessor(Scheduler& self, Thread& thread, Task* task) {
  thread.task.store(nullptr, std::memory_order_relaxed);
  self.ChangeTask(task, self.ByTaskLock() ? TaskStatus::kRunning : TaskStatus::kInSyscall,
                  TaskStatus::kRunnable);
  self.LockSched();
  Processor* p = self.stop_pending_.load(std::memory_order_relaxed) ? nullptr : self.GetIdle();
  if (p != nullptr) {
    self.WakeMonitor(Waker::kExitSlow);
    self.UnlockSched();
    self.Acquire(thread, p);
    self.Tell(TraceKind::kSyscallExit, p->id, task->id, static_cast<int64_t>(ExitPath::kIdleSlow));
    thread.again = task;
    thread.again_inherits = false;
    return;
  }
  self.PutGlobal(task);
  self.Tell(TraceKind::kSyscallExit, -1, task->id, static_cast<int64_t>(ExitPath::kQueued));
  self.UnlockSched();
  thread.lost_processor = true;
}

// By the monitor or the stopper. A task in a system call cannot return while it is locked.
bool Scheduler::LockTaskInSyscall(Processor& p) {
  if (p.status.load(std::memory_order_acquire) != ProcessorStatus::kRunning) return false;
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
  TellWrite(TraceVariable::kTaskLocked, 1, p.id, task->id);
  return true;
}

void Scheduler::TakeFromLockedTask(Processor& p) {
  Thread* thread = p.thread.load(std::memory_order_relaxed);
  Tell(TraceKind::kRelease, p.id, -1);
  thread->p = nullptr;
  p.thread.store(nullptr, std::memory_order_relaxed);
  TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kIdle), p.id);
  p.Change(ProcessorStatus::kRunning, ProcessorStatus::kIdle);
}

void Scheduler::UnlockTask(Processor& p) {
  Task* task = p.locked_task;
  p.locked_task = nullptr;
  TellWrite(TraceVariable::kTaskLocked, 0, p.id, task->id);
  task->UnlockInSyscall();
}

}  // namespace proctor::runtime
