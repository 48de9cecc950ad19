#include "conformance/world/syscalls.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void Syscalls::Begin(int32_t m, int64_t duration_ns) {
  // How long the call will last is kept where a computation's rest is.
  TaskOf(m).left_ns = duration_ns;
  if (!w_.setup.by_task_lock) w_.tasks.SetStatus(m, TaskOf(m), TaskStatus::kInSyscall);
  if (w_.setup.by_task_lock) return Then(m, Step::kEnter);
  if (Deviates(Deviation::kEnterTestsOnce)) return Then(m, Step::kEnterWake);
  TraceRead(m, Variable::kMonitorWaits, w_.note.waits());
  Then(m, w_.note.waits() ? Step::kEnterWake : Step::kEnter);
}

void Syscalls::EnterWake(int32_t m) {
  if (Deviates(Deviation::kEnterForgetsToWake)) {
    // It looks, and does nothing.
  } else if (Deviates(Deviation::kWakeWithoutLock)) {
    w_.note.WakeUnderSched(m, Waker::kEnter);
  } else {
    Take(LockId::kSched, m);
    w_.note.WakeUnderSched(m, Waker::kEnter);
    Drop(LockId::kSched, m);
  }
  // Where the task's status says everything, waking comes last.
  if (w_.setup.by_task_lock) {
    Then(m, Step::kReturn, TaskOf(m).left_ns);
  } else {
    Then(m, Step::kEnter);
  }
}

void Syscalls::Enter(int32_t m) {
  M& thread = ThreadOf(m);
  const int32_t p = thread.p;
  w_.processors.RunSafePoint(m, p);
  thread.syscall_tick = ProcessorOf(p).syscall_tick;
  thread.old_p = p;
  if (w_.setup.by_task_lock) {
    if (w_.stop.pending()) return Then(m, Step::kEnterStop);
    w_.tasks.SetStatus(m, TaskOf(m), TaskStatus::kInSyscall);
    Trace(EventKind::kSyscallEnter, m, p, TaskOf(m).id);
    TraceRead(m, Variable::kMonitorWaits, w_.note.waits());
    if (w_.note.waits()) return Then(m, Step::kEnterWake);
    return Then(m, Step::kReturn, TaskOf(m).left_ns);
  }
  w_.processors.Release(m, PROCTOR_P_SYSCALL);
  Trace(EventKind::kSyscallEnter, m, p, TaskOf(m).id);
  if (w_.stop.pending()) return Then(m, Step::kEnterStop);
  Then(m, Step::kReturn, TaskOf(m).left_ns);
}

// The world is being stopped: the processor is given up at once.
void Syscalls::EnterStop(int32_t m) {
  M& thread = ThreadOf(m);
  P& p = ProcessorOf(thread.old_p);
  Take(LockId::kSched, m);
  if (w_.setup.by_task_lock) {
    if (w_.stop.left() > 0) {
      w_.processors.Release(m, PROCTOR_P_STOPPED);
      w_.processors.MoveSyscallTick(m, thread.old_p);
      w_.stop.OneStopped(m);
    }
    Drop(LockId::kSched, m);
    w_.tasks.SetStatus(m, TaskOf(m), TaskStatus::kInSyscall);
    Trace(EventKind::kSyscallEnter, m, thread.old_p, TaskOf(m).id);
    TraceRead(m, Variable::kMonitorWaits, w_.note.waits());
    if (w_.note.waits()) return Then(m, Step::kEnterWake);
    return Then(m, Step::kReturn, TaskOf(m).left_ns);
  }
  if (w_.stop.left() > 0) {
    const bool won = p.status == PROCTOR_P_SYSCALL;
    TraceSwap(m, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_STOPPED, won, thread.old_p);
    if (won) {
      p.status = PROCTOR_P_STOPPED;
      w_.processors.MoveSyscallTick(m, thread.old_p);
      w_.stop.OneStopped(m);
    }
  }
  Drop(LockId::kSched, m);
  Then(m, Step::kReturn, TaskOf(m).left_ns);
}

void Syscalls::Return(int32_t m) {
  M& thread = ThreadOf(m);
  G& task = TaskOf(m);
  if (w_.setup.by_task_lock && task.locked) {
    // Somebody holds the task in its call; it spins until it is let go.
    w_.task_lock.AddWaiter(m);
    return;
  }
  task.left_ns = 0;
  Trace(EventKind::kSyscallReturn, m, thread.old_p, task.id);
  if (w_.setup.by_task_lock) {
    w_.tasks.SetStatus(m, task, TaskStatus::kRunning);
    if (thread.p != kNobody) return Returned(m, ExitPath::kReacquired);
    return Then(m, Step::kReturnIdle);
  }
  TraceRead(m, Variable::kStatus, ProcessorOf(thread.old_p).status, thread.old_p);
  const bool there = ProcessorOf(thread.old_p).status == PROCTOR_P_SYSCALL;
  Then(m, there ? Step::kReturnSwap : Step::kReturnIdle);
}

void Syscalls::ReturnSwap(int32_t m) {
  M& thread = ThreadOf(m);
  const int32_t p = thread.old_p;
  const bool won = ProcessorOf(p).status == PROCTOR_P_SYSCALL || Deviates(Deviation::kExitStealsP);
  TraceSwap(m, Variable::kStatus, PROCTOR_P_SYSCALL, PROCTOR_P_IDLE, won, p);
  if (!won) return Then(m, Step::kReturnIdle);
  w_.processors.Acquire(m, p);
  Returned(m, ExitPath::kReacquired);
}

// The old processor is lost; any other one is as good.
void Syscalls::ReturnIdle(int32_t m) {
  if (w_.processors.idle() == 0 || Deviates(Deviation::kRunnableOverlooked) ||
      w_.choices.Chance(w_.setup.knobs.slow_exit_permille)) {
    return Then(m, Step::kReturnSlow);
  }
  Take(LockId::kSched, m);
  const int32_t p = w_.processors.GetIdle(m);
  if (p != kNobody) w_.note.WakeUnderSched(m, Waker::kExitFast);
  Drop(LockId::kSched, m);
  if (p == kNobody) return Then(m, Step::kReturnSlow);
  w_.processors.Acquire(m, p);
  Returned(m, ExitPath::kIdleFast);
}

// None there: the task becomes runnable and the thread idle, after a last look.
void Syscalls::ReturnSlow(int32_t m) {
  M& thread = ThreadOf(m);
  G& task = TaskOf(m);
  const int32_t g = thread.g;
  w_.tasks.SetStatus(m, task, TaskStatus::kRunnable);
  task.exits_on_resume = true;
  Take(LockId::kSched, m);
  const int32_t p = Deviates(Deviation::kRunnableOverlooked) ? kNobody : w_.processors.GetIdle(m);
  thread.g = kNobody;
  if (p != kNobody) {
    w_.note.WakeUnderSched(m, Waker::kExitSlow);
    Drop(LockId::kSched, m);
    w_.processors.Acquire(m, p);
    Trace(EventKind::kSyscallExit, m, p, task.id, static_cast<int64_t>(ExitPath::kIdleSlow));
    return w_.search.Execute(m, g, false);
  }
  if (!Deviates(Deviation::kExitDropsTask)) w_.queues.PutGlobal(m, g);
  Drop(LockId::kSched, m);
  Trace(EventKind::kSyscallExit, m, kNobody, task.id, static_cast<int64_t>(ExitPath::kQueued));
  w_.search.Park(m);
}

// With a processor, the old one or another.
void Syscalls::Returned(int32_t m, ExitPath path) {
  M& thread = ThreadOf(m);
  w_.processors.MoveSyscallTick(m, thread.p);
  if (!w_.setup.by_task_lock) w_.tasks.SetStatus(m, TaskOf(m), TaskStatus::kRunning);
  Trace(EventKind::kSyscallExit, m, thread.p, TaskOf(m).id, static_cast<int64_t>(path));
  Then(m, Step::kResume);
}

}  // namespace proctor
