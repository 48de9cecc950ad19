// Stop-the-world, and changing the number of processors while it lasts.
//
// Every processor ends up stopped: the idle ones and those in system calls are taken here, the
// others are asked to stop themselves, again and again, as a request may miss. The task that stops
// the world keeps its thread and its processor, and is the only one that runs.

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {
namespace {

// How long the stopper waits before it asks again.
constexpr int64_t kAskAgainNs = 100'000;

}  // namespace

void Scheduler::TakeStopTurn() {
  stop_lock_.Acquire();
  if (stopping_) {
    // Handed over by the one before, in order.
    stop_queue_.Append(Current());
    WaitAndRelease(stop_lock_);
  } else {
    stopping_ = true;
    stop_lock_.Release();
  }
  ++Current()->no_preempt;
}

void Scheduler::GiveStopTurn() {
  --Current()->no_preempt;
  Task* next;
  {
    LockGuard guard(stop_lock_);
    next = stop_queue_.Pop();
    if (next == nullptr) stopping_ = false;
  }
  if (next != nullptr) Ready(next);
}

void Scheduler::StopTheWorld() {
  TakeStopTurn();
  Thread& thread = *CurrentThread();
  Task* task = thread.task.load(std::memory_order_relaxed);
  Tell(TraceKind::kStopTheWorld, thread.p->id, task->id);
  LockSched();
  stop_wait_ = procs();
  stop_note_.Clear();
  TellWrite(TraceVariable::kStopWait, stop_wait_);
  TellWrite(TraceVariable::kStopPending, 1);
  stop_pending_.store(true, std::memory_order_seq_cst);
  PreemptAll();
  StopOthers(thread);
  bool wait = stop_wait_ > 0;
  UnlockSched();
  while (wait && !stop_note_.SleepFor(kAskAgainNs)) {
    PreemptAll();
    LockSched();
    StopThoseInSyscalls(thread);
    wait = stop_wait_ > 0;
    UnlockSched();
  }
  Tell(TraceKind::kWorldStopped);
}

// Under sched.
void Scheduler::CountStopped(Processor& p, ProcessorStatus from) {
  TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kStopped), p.id);
  p.Change(from, ProcessorStatus::kStopped);
  TellWrite(TraceVariable::kStopWait, --stop_wait_);
}

// Under sched.
void Scheduler::StopOthers(Thread& thread) {
  CountStopped(*thread.p, ProcessorStatus::kRunning);
  StopThoseInSyscalls(thread);
  while (Processor* p = GetIdle()) CountStopped(*p, ProcessorStatus::kIdle);
}

// Under sched. The last one found here has nobody to wake: the stopper itself is here.
void Scheduler::StopThoseInSyscalls(const Thread& thread) {
  for (int32_t i = 0; i < procs(); ++i) {
    Processor& p = ProcessorAt(i);
    if (&p == thread.p) continue;
    if (ByTaskLock()) {
      if (!LockTaskInSyscall(p)) continue;
      TakeFromLockedTask(p);
      p.BumpSyscallTick();
      CountStopped(p, ProcessorStatus::kIdle);
      UnlockTask(p);
      TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), i);
      continue;
    }
    if (!p.Swap(ProcessorStatus::kSyscall, ProcessorStatus::kStopped)) continue;
    TellSwap(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall),
             static_cast<int64_t>(ProcessorStatus::kStopped), true, i);
    p.BumpSyscallTick();
    TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), i);
    TellWrite(TraceVariable::kStopWait, --stop_wait_);
  }
}

// Under sched.
void Scheduler::OneStopped() {
  TellWrite(TraceVariable::kStopWait, --stop_wait_);
  if (stop_wait_ > 0) return;
  if (stop_wait_ < 0) Panic("more processors have stopped than there are");
  Tell(TraceKind::kStopperWake);
  stop_note_.Wake();
}

void Scheduler::StartTheWorld() {
  Thread& thread = *CurrentThread();
  Processor* with_work = nullptr;
  LockSched();
  Tell(TraceKind::kStartTheWorld);
  for (int32_t i = procs() - 1; i >= 0; --i) {
    Processor& p = ProcessorAt(i);
    const bool own = &p == thread.p;
    const auto status = own ? ProcessorStatus::kRunning : ProcessorStatus::kIdle;
    TellWrite(TraceVariable::kStatus, static_cast<int64_t>(status), i);
    p.Change(ProcessorStatus::kStopped, status);
    if (own) continue;
    if (p.queue.Empty()) {
      PutIdle(&p);
    } else {
      p.next_idle = with_work;
      with_work = &p;
    }
  }
  TellWrite(TraceVariable::kStopPending, 0);
  stop_pending_.store(false, std::memory_order_seq_cst);
  WakeMonitor(Waker::kStartTheWorld);
  UnlockSched();
  while (with_work != nullptr) {
    Processor* p = with_work;
    with_work = p->next_idle;
    StartThread(p, false);
  }
  // There may be work on the global queue, and timers that came due.
  WakeProcessor();
  GiveStopTurn();
}

// The processor of a system call that lasts: taken and handed off, which runs the function.
void Scheduler::TakeSafePointInSyscall(Processor& p) {
  if (!p.safe_point.load(std::memory_order_acquire)) return;
  if (ByTaskLock()) {
    if (!LockTaskInSyscall(p)) return;
    TakeFromLockedTask(p);
    p.BumpSyscallTick();
    UnlockTask(p);
  } else {
    if (!p.Swap(ProcessorStatus::kSyscall, ProcessorStatus::kIdle)) return;
    TellSwap(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kSyscall),
             static_cast<int64_t>(ProcessorStatus::kIdle), true, p.id);
    p.BumpSyscallTick();
  }
  TellWrite(TraceVariable::kSyscallTick, p.syscall_tick.load(std::memory_order_relaxed), p.id);
  HandOff(p);
}

void Scheduler::ForEachProcessor(void (*function)(int32_t)) {
  // With the stop's turn in hand nobody else does this, nor stops the world, nor changes the list.
  TakeStopTurn();
  const Processor* own = CurrentThread()->p;
  safe_point_function_ = function;
  LockSched();
  const int32_t count = procs();
  safe_points_left_.store(count - 1);
  for (int32_t i = 0; i < count; ++i) {
    Processor& p = ProcessorAt(i);
    if (&p == own) continue;
    TellWrite(TraceVariable::kSafePoint, 1, i);
    p.safe_point.store(true, std::memory_order_seq_cst);
  }
  PreemptAll();
  // Nobody comes by for the idle ones and those in system calls.
  for (Processor* p = idle_ps_; p != nullptr; p = p->next_idle) RunSafePoint(*p);
  UnlockSched();
  function(own->id);
  while (safe_points_left_.load(std::memory_order_acquire) > 0) {
    for (int32_t i = 0; i < count; ++i) TakeSafePointInSyscall(ProcessorAt(i));
    PreemptAll();
    SleepNs(kAskAgainNs);
  }
  GiveStopTurn();
}

void Scheduler::SetProcs(int32_t count) {
  if (count < 1 || count > kProcsMost) return;
  StopTheWorld();
  Resize(*CurrentThread(), count);
  StartTheWorld();
}

// With the world stopped, or before it has started. Under sched to the end, so that nobody sees
// the list with its new length and the number of processors with its old value.
void Scheduler::Resize(Thread& thread, int32_t count) {
  const int32_t before = procs();
  if (count == before) return;
  LockSched();
  if (count > processor_count_.load(std::memory_order_relaxed)) {
    LockGuard guard(all_p_lock_);
    for (int32_t i = before; i < count; ++i) {
      auto& place = all_p_[static_cast<size_t>(i)];
      if (place.load(std::memory_order_relaxed) == nullptr) {
        TellWrite(TraceVariable::kScheduleTick, Processor::kFirstScheduleTick, i);
        TellWrite(TraceVariable::kSyscallTick, Processor::kFirstSyscallTick, i);
        auto* p = new Processor(i);
        p->Change(ProcessorStatus::kNone, ProcessorStatus::kDead);
        place.store(p, std::memory_order_release);
      }
    }
    TellWrite(TraceVariable::kProcessorCount, count);
    processor_count_.store(count, std::memory_order_release);
  }
  for (int32_t i = before; i < count; ++i) {
    TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kStopped), i);
    ProcessorAt(i).Change(ProcessorStatus::kDead, ProcessorStatus::kStopped);
  }
  if (count < before) Shrink(thread, before, count);
  TellWrite(TraceVariable::kProcs, count);
  procs_.store(count, std::memory_order_release);
  UnlockSched();
}

// Under sched. Whatever the processors at the end had goes to those that stay.
void Scheduler::Shrink(Thread& thread, int32_t from, int32_t to) {
  if (thread.p->id >= to) {
    Processor* old = thread.p;
    Tell(TraceKind::kRelease, old->id);
    old->thread.store(nullptr, std::memory_order_relaxed);
    thread.p = &ProcessorAt(0);
    thread.p->thread.store(&thread, std::memory_order_release);
    Tell(TraceKind::kAcquire, 0);
  }
  for (int32_t i = to; i < from; ++i) {
    Processor& p = ProcessorAt(i);
    bool next;
    while (Task* task = p.queue.Get(next)) {
      Tell(TraceKind::kDequeue, i, task->id,
           static_cast<int64_t>(next ? QueueId::kNext : QueueId::kLocal));
      PutGlobal(task);
    }
    ProcessorAt(0).timers.Adopt(p.timers);
    ProcessorAt(0).dead_tasks.Append(p.dead_tasks);
    TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kDead), i);
    p.Change(ProcessorStatus::kStopped, ProcessorStatus::kDead);
  }
  LockGuard guard(all_p_lock_);
  TellWrite(TraceVariable::kProcessorCount, to);
  processor_count_.store(to, std::memory_order_release);
}

}  // namespace proctor::runtime
