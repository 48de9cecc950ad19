// Into a system call and out of it: the races for the processor that is left behind.

#include "conformance/world/scheduler.h"

namespace proctor {

void Scheduler::BeginSyscall(int32_t m, int64_t duration_ns) {
  // How long the call will last is kept where a computation's rest is.
  TaskOf(m).left_ns = duration_ns;
  if (!by_task_lock_) SetStatus(m, TaskOf(m), TaskStatus::kInSyscall);
  if (by_task_lock_) return Then(m, Step::kEnter);
  if (Deviates(Deviation::kEnterTestsOnce)) return Then(m, Step::kEnterWake);
  TellRead(m, Variable::kMonitorWaits, monitor_waits_);
  Then(m, monitor_waits_ ? Step::kEnterWake : Step::kEnter);
}

void Scheduler::EnterWake(int32_t m) {
  if (Deviates(Deviation::kEnterForgetsToWake)) {
    // It looks, and does nothing.
  } else if (Deviates(Deviation::kWakeWithoutLock)) {
    WakeMonitorUnderSched(m, Waker::kEnter);
  } else {
    Take(LockId::kSched, m);
    WakeMonitorUnderSched(m, Waker::kEnter);
    Drop(LockId::kSched, m);
  }
  // With the task's status telling everything, waking comes last.
  if (by_task_lock_) {
    Then(m, Step::kReturn, TaskOf(m).left_ns);
  } else {
    Then(m, Step::kEnter);
  }
}

void Scheduler::Enter(int32_t m) {
  M& thread = ThreadOf(m);
  const int32_t p = thread.p;
  RunSafePoint(m, p);
  thread.syscall_tick = ProcessorOf(p).syscall_tick;
  thread.old_p = p;
  if (by_task_lock_) {
    if (stop_pending_) return Then(m, Step::kEnterStop);
    SetStatus(m, TaskOf(m), TaskStatus::kInSyscall);
    Tell(EventKind::kSyscallEnter, m, p, TaskOf(m).id);
    TellRead(m, Variable::kMonitorWaits, monitor_waits_);
    if (monitor_waits_) return Then(m, Step::kEnterWake);
    return Then(m, Step::kReturn, TaskOf(m).left_ns);
  }
  Release(m, PROCTOR_P_SYSCALL);
  Tell(EventKind::kSyscallEnter, m, p, TaskOf(m).id);
  if (stop_pending_) return Then(m, Step::kEnterStop);
  Then(m, Step::kReturn, TaskOf(m).left_ns);
}

// The world is being stopped: the processor is given up at once.
void Scheduler::EnterStop(int32_t m) {
  M& thread = ThreadOf(m);
  P& p = ProcessorOf(thread.old_p);
  Take(LockId::kSched, m);
  if (by_task_lock_) {
    if (stop_wait_ > 0) {
      Release(m, PROCTOR_P_STOPPED);
      TellWrite(m, Variable::kSyscallTick, ++p.syscall_tick, thread.old_p);
      OneStopped(m);
    }
    Drop(LockId::kSched, m);
    SetStatus(m, TaskOf(m), TaskStatus::kInSyscall);
    Tell(EventKind::kSyscallEnter, m, thread.old_p, TaskOf(m).id);
    TellRead(m, Variable::kMonitorWaits, monitor_waits_);
    if (monitor_waits_) return Then(m, Step::kEnterWake);
    return Then(m, Step::kReturn, TaskOf(m).left_ns);
  }
  if (stop_wait_ > 0) {
    const bool won = p.status == PROCTOR_P_SYSCALL;
    TellSwap(m, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_STOPPED, won, thread.old_p);
    if (won) {
      p.status = PROCTOR_P_STOPPED;
      TellWrite(m, Variable::kSyscallTick, ++p.syscall_tick, thread.old_p);
      OneStopped(m);
    }
  }
  Drop(LockId::kSched, m);
  Then(m, Step::kReturn, TaskOf(m).left_ns);
}

void Scheduler::Return(int32_t m) {
  M& thread = ThreadOf(m);
  G& task = TaskOf(m);
  if (by_task_lock_ && task.locked) {
    // Somebody holds the task in its call; it spins until it is let go.
    task_lock_waiters_.push_back(m);
    return;
  }
  task.left_ns = 0;
  Tell(EventKind::kSyscallReturn, m, thread.old_p, task.id);
  if (by_task_lock_) {
    SetStatus(m, task, TaskStatus::kRunning);
    if (thread.p != kNobody) return Returned(m, ExitPath::kReacquired);
    return Then(m, Step::kReturnIdle);
  }
  TellRead(m, Variable::kStatus, ProcessorOf(thread.old_p).status, thread.old_p);
  const bool there = ProcessorOf(thread.old_p).status == PROCTOR_P_SYSCALL;
  Then(m, there ? Step::kReturnSwap : Step::kReturnIdle);
}

void Scheduler::ReturnSwap(int32_t m) {
  M& thread = ThreadOf(m);
  const int32_t p = thread.old_p;
  const bool won = ProcessorOf(p).status == PROCTOR_P_SYSCALL || Deviates(Deviation::kExitStealsP);
  TellSwap(m, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_IDLE, won, p);
  if (!won) return Then(m, Step::kReturnIdle);
  Acquire(m, p);
  Returned(m, ExitPath::kReacquired);
}

// The old processor is lost; another one will do.
void Scheduler::ReturnIdle(int32_t m) {
  if (idle_ps_.empty() || Deviates(Deviation::kRunnableOverlooked) ||
      choices_.Chance(knobs_.slow_exit_permille)) {
    return Then(m, Step::kReturnSlow);
  }
  Take(LockId::kSched, m);
  const int32_t p = GetIdle(m);
  if (p != kNobody) WakeMonitorUnderSched(m, Waker::kExitFast);
  Drop(LockId::kSched, m);
  if (p == kNobody) return Then(m, Step::kReturnSlow);
  Acquire(m, p);
  Returned(m, ExitPath::kIdleFast);
}

// None there: the task becomes runnable and the thread idle, after a last look.
void Scheduler::ReturnSlow(int32_t m) {
  M& thread = ThreadOf(m);
  G& task = TaskOf(m);
  const int32_t g = thread.g;
  SetStatus(m, task, TaskStatus::kRunnable);
  task.exits_on_resume = true;
  Take(LockId::kSched, m);
  const int32_t p = Deviates(Deviation::kRunnableOverlooked) ? kNobody : GetIdle(m);
  thread.g = kNobody;
  if (p != kNobody) {
    WakeMonitorUnderSched(m, Waker::kExitSlow);
    Drop(LockId::kSched, m);
    Acquire(m, p);
    Tell(EventKind::kSyscallExit, m, p, task.id, static_cast<int64_t>(ExitPath::kIdleSlow));
    return Execute(m, g, false);
  }
  if (!Deviates(Deviation::kExitDropsTask)) PutGlobal(m, g);
  Drop(LockId::kSched, m);
  Tell(EventKind::kSyscallExit, m, kNobody, task.id, static_cast<int64_t>(ExitPath::kQueued));
  Park(m);
}

// With a processor, the old one or another.
void Scheduler::Returned(int32_t m, ExitPath path) {
  M& thread = ThreadOf(m);
  P& p = ProcessorOf(thread.p);
  TellWrite(m, Variable::kSyscallTick, ++p.syscall_tick, thread.p);
  if (!by_task_lock_) SetStatus(m, TaskOf(m), TaskStatus::kRunning);
  Tell(EventKind::kSyscallExit, m, thread.p, TaskOf(m).id, static_cast<int64_t>(path));
  Then(m, Step::kResume);
}

void Scheduler::WakeMonitorUnduly(int32_t m) {
  if (!monitor_waits_) return;
  TellWrite(m, Variable::kMonitorWaits, monitor_waits_ = false);
  Tell(EventKind::kNoteWake, m, kNobody, kNobody, static_cast<int64_t>(Waker::kExitFast));
  note_woken_ = true;
}

void Scheduler::WakeMonitorUnderSched(int32_t m, Waker waker) {
  if (waker == Waker::kStartTheWorld && Deviates(Deviation::kStartForgetsToWake)) return;
  if ((waker == Waker::kExitFast || waker == Waker::kExitSlow) &&
      Deviates(Deviation::kExitForgetsToWake)) {
    return;
  }
  if (waker == Waker::kEnter && Deviates(Deviation::kEnterTrustsFirstTest)) {
    // Woken on the strength of the look without the lock.
  } else {
    TellRead(m, Variable::kMonitorWaits, monitor_waits_);
    if (!monitor_waits_) return;
  }
  if (!Deviates(Deviation::kWakeWithoutClearing)) {
    TellWrite(m, Variable::kMonitorWaits, monitor_waits_ = false);
  }
  Tell(EventKind::kNoteWake, m, kNobody, kNobody, static_cast<int64_t>(waker));
  note_woken_ = true;
  if (waker == Waker::kEnter && Deviates(Deviation::kWakeTwice)) {
    Tell(EventKind::kNoteWake, m, kNobody, kNobody, static_cast<int64_t>(waker));
  }
}

}  // namespace proctor
