#include "runtime/scheduler/stop.h"

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/hand_off.h"
#include "runtime/scheduler/preemption.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/syscalls.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

// How long the stopper waits before it asks again.
constexpr int64_t kAskAgainNs = 100'000;

void TakeTurn(SchedulerParts& s) {
  s.stop_turn.lock().Acquire();
  if (s.stop_turn.TryTake(RunningTask())) {
    s.stop_turn.lock().Release();
  } else {
    WaitAndRelease(s.stop_turn.lock());  // until it is handed over
  }
  ++RunningTask()->no_preempt;
}

void GiveTurn(SchedulerParts& s) {
  --RunningTask()->no_preempt;
  if (Task* next = s.stop_turn.Give(); next != nullptr) Ready(s, next);
}

// Status and count of a processor that the stopper stops itself.
void CountStopped(SchedulerParts& s, Processor& p, ProcessorStatus from) REQUIRES(under_sched) {
  p.TraceThenChange(s.trace, from, ProcessorStatus::kStopped);
  s.stop.Count(s.trace);
}

void StopInSyscallByTaskLock(SchedulerParts& s, Processor& p) REQUIRES(under_sched) {
  if (!LockTaskInSyscall(s, p)) return;
  TakeFromLockedTask(s, p);
  p.syscall_tick.Bump(kNoTrace, p.id);
  CountStopped(s, p, ProcessorStatus::kIdle);
  UnlockTask(s, p);
  p.syscall_tick.WriteNow(s.trace, p.id);
}

void StopInSyscallBySwap(SchedulerParts& s, Processor& p) REQUIRES(under_sched) {
  if (!p.SwapThenTrace(s.trace, ProcessorStatus::kSyscall, ProcessorStatus::kStopped)) return;
  p.syscall_tick.Bump(s.trace, p.id);
  s.stop.Count(s.trace);
}

// The last one found here has nobody to wake: the stopper itself is here.
void StopThoseInSyscalls(SchedulerParts& s, const Thread& thread) REQUIRES(under_sched) {
  for (int32_t i = 0; i < s.processors.procs(); ++i) {
    Processor& p = s.processors.At(i);
    if (&p == thread.p) continue;
    s.by_task_lock() ? StopInSyscallByTaskLock(s, p) : StopInSyscallBySwap(s, p);
  }
}

void StopOthers(SchedulerParts& s, Thread& thread) REQUIRES(under_sched) {
  CountStopped(s, *thread.p, ProcessorStatus::kRunning);
  StopThoseInSyscalls(s, thread);
  while (Processor* p = s.idle.Take(s.trace)) CountStopped(s, *p, ProcessorStatus::kIdle);
}

// What the processors at the end had goes to those that stay.
void Shrink(SchedulerParts& s, Thread& thread, int32_t from, int32_t to) REQUIRES(under_sched) {
  Processor& first = s.processors.At(0);
  if (thread.p->id >= to) {
    Processor* old = thread.p;
    s.trace.Emit(TraceKind::kRelease, old->id);
    old->thread.store(nullptr, std::memory_order_relaxed);
    thread.p = &first;
    first.thread.store(&thread, std::memory_order_release);
    s.trace.Emit(TraceKind::kAcquire, 0);
  }
  for (int32_t i = to; i < from; ++i) {
    Processor& p = s.processors.At(i);
    bool next;
    while (Task* task = p.queue.Get(next)) {
      TraceDequeue(s, p, task, next);
      s.global.Put(s.trace, task);
    }
    first.timers.Adopt(p.timers);
    first.dead_tasks.Append(p.dead_tasks);
    p.TraceThenChange(s.trace, ProcessorStatus::kStopped, ProcessorStatus::kDead);
  }
  s.processors.Shorten(s.trace, to);
}

// With the world stopped. Under the lock to the end, so that nobody sees the list with its new
// length and the number of processors with its old value.
void Resize(SchedulerParts& s, Thread& thread, int32_t procs) EXCLUDES(under_sched) {
  const int32_t before = s.processors.procs();
  if (procs == before) return;
  const SchedGuard guard(s.sched);
  if (procs > before) s.processors.Grow(s.trace, procs);
  if (procs < before) Shrink(s, thread, before, procs);
  s.processors.SetProcs(s.trace, procs);
}

// Back to running and idle. Returns those that have work, linked by next_idle.
Processor* RestartAll(SchedulerParts& s, const Thread& thread) REQUIRES(under_sched) {
  Processor* with_work = nullptr;
  for (int32_t i = s.processors.procs() - 1; i >= 0; --i) {
    Processor& p = s.processors.At(i);
    if (&p == thread.p) {
      p.TraceThenChange(s.trace, ProcessorStatus::kStopped, ProcessorStatus::kRunning);
      continue;
    }
    p.TraceThenChange(s.trace, ProcessorStatus::kStopped, ProcessorStatus::kIdle);
    if (p.queue.Empty()) {
      s.idle.Put(s.trace, &p);
    } else {
      p.next_idle = with_work;
      with_work = &p;
    }
  }
  return with_work;
}

// False: it is in no system call, or somebody else was faster.
bool TakeFromSyscall(SchedulerParts& s, Processor& p) {
  if (!s.by_task_lock()) {
    if (!p.SwapThenTrace(s.trace, ProcessorStatus::kSyscall, ProcessorStatus::kIdle)) return false;
    p.syscall_tick.Bump(kNoTrace, p.id);
    return true;
  }
  if (!LockTaskInSyscall(s, p)) return false;
  TakeFromLockedTask(s, p);
  p.syscall_tick.Bump(kNoTrace, p.id);
  UnlockTask(s, p);
  return true;
}

// The processor of a system call that lasts: taken and handed off, which runs the function.
void TakeSafePointInSyscall(SchedulerParts& s, Processor& p) EXCLUDES(under_sched) {
  if (!p.safe_point.Load(std::memory_order_acquire)) return;
  if (!TakeFromSyscall(s, p)) return;
  p.syscall_tick.WriteNow(s.trace, p.id);
  HandOff(s, p);
}

}  // namespace

void StopTheWorld(SchedulerParts& s) {
  TakeTurn(s);
  Thread& thread = *CurrentThread();
  Task* task = thread.task.load(std::memory_order_relaxed);
  s.trace.Emit(TraceKind::kStopTheWorld, thread.p->id, task->id);
  s.sched.Acquire();
  s.stop.Begin(s.trace, s.processors.procs());
  RequestPreemptionOfAll(s);
  StopOthers(s, thread);
  bool wait = s.stop.waits();
  s.sched.Release();
  while (wait && !s.stop.SleepFor(kAskAgainNs)) {
    RequestPreemptionOfAll(s);
    s.sched.Acquire();
    StopThoseInSyscalls(s, thread);
    wait = s.stop.waits();
    s.sched.Release();
  }
  s.trace.Emit(TraceKind::kWorldStopped);
}

void StartTheWorld(SchedulerParts& s) {
  s.sched.Acquire();
  s.trace.Emit(TraceKind::kStartTheWorld);
  Processor* with_work = RestartAll(s, *CurrentThread());
  s.stop.End(s.trace);
  s.monitor.Wake(s.trace, Waker::kStartTheWorld);
  s.sched.Release();
  while (with_work != nullptr) {
    Processor* p = with_work;
    with_work = p->next_idle;
    StartThread(s, p, false);
  }
  // There may be work on the global queue, and timers that came due.
  WakeProcessor(s);
  GiveTurn(s);
}

void ChangeProcs(SchedulerParts& s, int32_t procs) {
  if (procs < 1 || procs > kProcsMost) return;
  StopTheWorld(s);
  Resize(s, *CurrentThread(), procs);
  StartTheWorld(s);
}

void RunForEachProcessor(SchedulerParts& s, SafePoints::Function function) {
  // With the turn in hand nobody else does this, nor stops the world, nor changes the list.
  TakeTurn(s);
  const Processor* own = CurrentThread()->p;
  s.sched.Acquire();
  const int32_t count = s.processors.procs();
  s.safe_points.Begin(function, count - 1);
  for (int32_t i = 0; i < count; ++i) {
    Processor& p = s.processors.At(i);
    if (&p != own) SafePoints::Ask(s.trace, p);
  }
  RequestPreemptionOfAll(s);
  // No thread stops the idle ones and those in system calls by itself.
  s.idle.ForEach([&](Processor& p) { s.safe_points.RunIfAsked(s.trace, p); });
  s.sched.Release();
  function(own->id);
  while (s.safe_points.left() > 0) {
    for (int32_t i = 0; i < count; ++i) TakeSafePointInSyscall(s, s.processors.At(i));
    RequestPreemptionOfAll(s);
    SleepNs(kAskAgainNs);
  }
  GiveTurn(s);
}

}  // namespace proctor::runtime
