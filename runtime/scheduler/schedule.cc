// The loop of a thread: find a task, run it, see to what it left behind. A task that waits or
// yields leaves the loop out where it can: with another one in the processor's own queue, and
// nothing else due, it switches to that one, which does what the loop would have done.

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {
namespace {

// One schedule in so many looks at the global queue first, so that two tasks that make each other
// runnable for ever cannot starve it. A prime, so that no pattern of tasks keeps step with it.
constexpr uint32_t kGlobalFirstEvery = 61;
// How often a thief goes round; only in the last round it takes others' run-next and timers.
constexpr int kStealRounds = 4;

}  // namespace

void Scheduler::Loop(Thread& thread) {
  for (;;) {
    Found found;
    if (thread.lost_processor) {
      thread.lost_processor = false;
      if (!Park(thread)) return;
    }
    if (thread.again != nullptr) {
      found = {thread.again, thread.again_inherits};
      thread.again = nullptr;
      thread.again_inherits = true;
    } else if (!FindTask(thread, found)) {
      return;
    }
    if (thread.spinning) ResetSpinning(thread);
    Execute(thread, found.task, found.inherits);
  }
}

// False: the runtime is ending. Else the thread has a processor and `found` a task.
bool Scheduler::FindTask(Thread& thread, Found& found) {
  for (;;) {
    if (over_.load(std::memory_order_relaxed)) [[unlikely]]
      return false;
    if (stop_pending_.load(std::memory_order_acquire)) [[unlikely]] {
      if (!StopOwnProcessor(thread)) return false;
      continue;
    }
    Processor& p = *thread.p;
    if (p.safe_point.load(std::memory_order_relaxed)) [[unlikely]]
      RunSafePoint(p);
    if (p.timers.earliest_ns() != kNoTimer) RunTimers(thread, p, NowNs());
    if (FindHere(thread, found)) return true;
    if (PollOnce(thread, found)) return true;

    const int32_t busy = procs() - idle_processors_.load(std::memory_order_relaxed);
    if (thread.spinning || 2 * spinning_.load(std::memory_order_relaxed) < busy) {
      if (!thread.spinning) {
        thread.spinning = true;
        AddSpinning(1);
      }
      bool timers_ran = false;
      if (Steal(thread, found, timers_ran)) return true;
      if (timers_ran) continue;
    }

    switch (GiveBack(thread, found)) {
      case GivenBack::kAgain:
        continue;
      case GivenBack::kFound:
        return true;
      case GivenBack::kGone:
        break;
    }
    const bool was_spinning = thread.spinning;
    if (was_spinning && LookOnceMore(thread)) continue;
    if (!BlockOrPark(thread, was_spinning, found)) return false;
    if (found.task != nullptr) return true;
  }
}

bool Scheduler::FindHere(Thread& thread, Found& found) {
  Processor& p = *thread.p;
  const auto from_global = [&](int32_t most) {
    if (global_size_.load(std::memory_order_relaxed) == 0) return false;
    LockSched();
    found = {TakeGlobal(&p, most), false};
    UnlockSched();
    return found.task != nullptr;
  };
  const uint32_t tick = p.schedule_tick.load(std::memory_order_relaxed);
  if (tick % kGlobalFirstEvery == 0 && from_global(1)) return true;
  found.task = p.queue.Get(found.inherits);
  if (found.task != nullptr) {
    TellDequeue(p, found.task, found.inherits);
    return true;
  }
  return from_global(0);
}

// From the processor's own queue.
void Scheduler::TellDequeue(const Processor& p, const Task* task, bool next) {
  Tell(TraceKind::kDequeue, p.id, task->id,
       static_cast<int64_t>(next ? QueueId::kNext : QueueId::kLocal));
}

// Under sched. One task to run, and up to `most` (0: a fair share) in all, the rest of them to the
// processor's own queue.
Task* Scheduler::TakeGlobal(Processor* p, int32_t most) {
  const int32_t size = global_.size();
  if (size == 0) return nullptr;
  int32_t count = size / procs() + 1;
  if (count > size) count = size;
  if (most > 0 && count > most) count = most;
  if (count > static_cast<int32_t>(LocalQueue::kCapacity / 2)) count = LocalQueue::kCapacity / 2;
  const auto take = [&]() REQUIRES(sched_) {
    Task* task = global_.Pop();
    global_size_.store(global_.size(), std::memory_order_relaxed);
    Tell(TraceKind::kDequeue, -1, task->id, static_cast<int64_t>(QueueId::kGlobal));
    return task;
  };
  Task* first = take();
  while (--count > 0 && p->queue.HasRoom()) {
    Task* task = take();
    Tell(TraceKind::kEnqueue, p->id, task->id, static_cast<int64_t>(QueueId::kLocal));
    p->queue.Put(task);
  }
  return first;
}

// Only worth it before stealing: with nobody waiting, or a thread blocked in the poller already, it
// is left to that one.
bool Scheduler::PollOnce(Thread& thread, Found& found) {
  if (!poller_.open() || poll_waiters_.load(std::memory_order_relaxed) == 0 ||
      last_poll_.load(std::memory_order_relaxed) == 0) {
    return false;
  }
  TaskList ready;
  int32_t delta;
  GatherReady(0, ready, delta);
  if (ready.empty()) return false;
  InjectHere(thread, ready);
  if (delta != 0) CountWaiters(delta);
  return FindHere(thread, found);
}

bool Scheduler::Steal(Thread& thread, Found& found, bool& timers_ran) {
  Processor& own = *thread.p;
  const int32_t count = processor_count_.load(std::memory_order_acquire);
  struct Move {
    Scheduler* self;
    int32_t from, to;
  };
  const LocalQueue::Moved tell = [](void* argument, Task* task, bool last, bool was_next) {
    const Move& move = *static_cast<Move*>(argument);
    move.self->Tell(TraceKind::kDequeue, move.from, task->id,
                    static_cast<int64_t>(was_next ? QueueId::kNext : QueueId::kLocal));
    if (last) return;
    move.self->Tell(TraceKind::kEnqueue, move.to, task->id, static_cast<int64_t>(QueueId::kLocal));
  };
  for (int round = 0; round < kStealRounds; ++round) {
    const bool last_round = round == kStealRounds - 1;
    const auto start = static_cast<int32_t>(own.NextRandom() % static_cast<uint32_t>(count));
    for (int32_t i = 0; i < count; ++i) {
      if (stop_pending_.load(std::memory_order_relaxed)) {
        timers_ran = true;  // look from the beginning
        return false;
      }
      Processor& victim = ProcessorAt((start + i) % count);
      if (&victim == &own) continue;
      if (last_round && victim.timers.earliest_ns() != kNoTimer) {
        RunTimers(thread, victim, NowNs());
        found.task = own.queue.Get(found.inherits);
        if (found.task != nullptr) {
          TellDequeue(own, found.task, found.inherits);
          return true;
        }
      }
      if (victim.status.load(std::memory_order_relaxed) == ProcessorStatus::kIdle) continue;
      Move move = {this, victim.id, own.id};
      Task* task = victim.queue.Steal(own.queue, last_round, tracer_.on() ? tell : nullptr, &move);
      if (task != nullptr) {
        found = {task, false};
        return true;
      }
    }
  }
  return false;
}

// Nothing found. One last look under the lock, then the processor goes.
Scheduler::GivenBack Scheduler::GiveBack(Thread& thread, Found& found) {
  LockSched();
  if (stop_pending_.load(std::memory_order_relaxed) ||
      thread.p->safe_point.load(std::memory_order_relaxed)) {
    UnlockSched();
    return GivenBack::kAgain;
  }
  if (!global_.empty()) {
    found = {TakeGlobal(thread.p, 0), false};
    UnlockSched();
    return GivenBack::kFound;
  }
  if (!thread.spinning && need_spinning_.load(std::memory_order_seq_cst)) {
    need_spinning_.exchange(false, std::memory_order_seq_cst);
    thread.spinning = true;
    AddSpinning(1);
    UnlockSched();
    return GivenBack::kAgain;
  }
  Processor* p = Release(thread, ProcessorStatus::kIdle);
  PutIdle(p);
  // Who made work visible before it could see the idle processor has asked for a thread to look.
  const bool wanted = !thread.spinning && need_spinning_.load(std::memory_order_seq_cst);
  if (wanted) {
    need_spinning_.exchange(false, std::memory_order_seq_cst);
    p = GetIdle();
    thread.spinning = true;
    AddSpinning(1);
    Acquire(thread, p);
  }
  UnlockSched();
  return wanted ? GivenBack::kAgain : GivenBack::kGone;
}

// Work may have come up while everybody counted on this thread to look for it: so it looks again
// after it has counted itself out. True: it has a processor, and spins.
bool Scheduler::LookOnceMore(Thread& thread) {
  thread.spinning = false;
  AddSpinning(-1);
  const int32_t count = processor_count_.load(std::memory_order_acquire);
  for (int32_t i = 0; i < count; ++i) {
    if (ProcessorAt(i).queue.Empty()) continue;
    LockSched();
    Processor* p = GetIdle();
    if (p == nullptr) need_spinning_.store(true, std::memory_order_seq_cst);
    UnlockSched();
    if (p == nullptr) return false;
    thread.spinning = true;
    AddSpinning(1);
    Acquire(thread, p);
    return true;
  }
  return false;
}

// False: the runtime is ending. Else the thread has a processor, and perhaps a task.
bool Scheduler::BlockOrPark(Thread& thread, bool was_spinning, Found& found) {
  const int64_t timer_ns = EarliestTimerNs();
  const bool has_timer = timer_ns != kNoTimer;
  if (poller_.open() && (has_timer || poll_waiters_.load(std::memory_order_seq_cst) > 0)) {
    int64_t last_ns = last_poll_.load(std::memory_order_relaxed);
    while (last_ns != 0 && !last_poll_.compare_exchange_weak(last_ns, 0)) {
    }
    if (last_ns != 0) {
      TellSwap(TraceVariable::kLastPoll, last_ns, 0, true);
      return BlockInPoller(thread, timer_ns, was_spinning, found);
    }
    const int64_t until_ns = poll_until_.load();
    if (has_timer && (until_ns == 0 || until_ns > timer_ns)) {
      Tell(TraceKind::kPollerBreak, -1, -1, timer_ns);
      poller_.Break();
    }
  }
  return Park(thread);
}

bool Scheduler::BlockInPoller(Thread& thread, int64_t timer_ns, bool was_spinning, Found& found) {
  int64_t timeout_ns = -1;
  if (timer_ns != kNoTimer) {
    TellWrite(TraceVariable::kPollUntil, timer_ns);
    poll_until_.store(timer_ns);
    timeout_ns = timer_ns - NowNs();
    if (timeout_ns < 0) timeout_ns = 0;
  }
  // Set before this thread said so by last_poll: whoever ends the runtime breaks only what blocks.
  if (over_.load(std::memory_order_seq_cst)) timeout_ns = 0;
  TaskList ready;
  int32_t delta;
  GatherReady(timeout_ns, ready, delta);
  TellWrite(TraceVariable::kPollUntil, 0);
  poll_until_.store(0);
  const int64_t now_ns = NowNs();
  last_poll_.store(now_ns);
  TellWrite(TraceVariable::kLastPoll, now_ns);

  LockSched();
  Processor* p = stop_pending_.load(std::memory_order_relaxed) ? nullptr : GetIdle();
  UnlockSched();
  if (p == nullptr) {
    if (!ready.empty()) InjectWithoutProcessor(ready);
    if (delta != 0) CountWaiters(delta);
    return Park(thread);
  }
  Acquire(thread, p);
  if (!ready.empty()) {
    InjectHere(thread, ready);
    if (delta != 0) CountWaiters(delta);
    FindHere(thread, found);
    // Nobody is woken for the one that this thread runs itself.
    if (!p->queue.Empty()) WakeProcessor();
  } else if (was_spinning) {
    thread.spinning = true;
    AddSpinning(1);
  }
  return true;
}

void Scheduler::ResetSpinning(Thread& thread) {
  thread.spinning = false;
  AddSpinning(-1);
  WakeProcessor();
}

void Scheduler::Execute(Thread& thread, Task* task, bool inherits) {
  Begin(thread, task, inherits);
  SwitchFlow(thread.flow, task->flow);
  thread.after(*this, thread, thread.task.load(std::memory_order_relaxed));
}

void Scheduler::Begin(Thread& thread, Task* task, bool inherits) {
  Processor& p = *thread.p;
  if (task->preempt.load(std::memory_order_relaxed)) {
    task->preempt.store(false, std::memory_order_relaxed);
    TellWrite(TraceVariable::kTaskMarked, 0, -1, task->id);
  }
  if (p.preempt.load(std::memory_order_relaxed)) {
    p.preempt.store(false, std::memory_order_relaxed);
    TellWrite(TraceVariable::kMarked, 0, p.id);
  }
  ChangeTask(task, TaskStatus::kRunnable, TaskStatus::kRunning);
  task->preempted = false;
  // After an idle time the monitor would find a slice that is over before it has begun.
  if (thread.fresh_slice) inherits = false;
  Tell(TraceKind::kExecute, p.id, task->id, inherits);
  if (!inherits) {
    thread.fresh_slice = false;
    p.BumpScheduleTick();
    TellWrite(TraceVariable::kScheduleTick, p.schedule_tick.load(std::memory_order_relaxed), p.id);
  }
  thread.task.store(task, std::memory_order_release);
}

// Off the current task's stack; comes back when the task is executed again, on any thread.
void Scheduler::SwitchToScheduler(Thread::After after) {
  Thread& thread = *CurrentThread();
  thread.after = after;
  Task* task = thread.task.load(std::memory_order_relaxed);
  SwitchFlow(task->flow, thread.flow);
  Arrive();
}

// The same, with no need of the loop.
inline void Scheduler::SwitchAway(Thread& thread, Thread::After after) {
  thread.after = after;
  Task* task = thread.task.load(std::memory_order_relaxed);
  SwitchFlow(task->flow, NextFlow(thread));
  Arrive();
}

void Scheduler::Yield() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    Panic("a function for tasks was called outside of one");
  thread->scheduler->SwitchAway(*thread, AfterYield);
}

void Scheduler::Wait(Thread::Commit commit, void* argument) {
  Thread& thread = *CurrentThread();
  thread.commit = commit;
  thread.commit_argument = argument;
  SwitchAway(thread, AfterWait);
}

// The flow of the task that comes next, where that is the loop's whole business, else the loop's.
Flow& Scheduler::NextFlow(Thread& thread) {
  if (thread.p == nullptr) [[unlikely]]
    Panic("task %ld waits or yields within a system call",
          static_cast<long>(thread.task.load(std::memory_order_relaxed)->id));
  Processor& p = *thread.p;
  if (stop_pending_.load(std::memory_order_acquire) ||
      p.safe_point.load(std::memory_order_relaxed)) {
    return thread.flow;
  }
  if (global_size_.load(std::memory_order_relaxed) != 0 &&
      p.schedule_tick.load(std::memory_order_relaxed) % kGlobalFirstEvery == 0) {
    return thread.flow;
  }
  const int64_t timer_ns = p.timers.earliest_ns();
  if (timer_ns != kNoTimer && timer_ns <= NowNs()) return thread.flow;
  bool inherits;
  Task* next = p.queue.Get(inherits);
  if (next == nullptr) return thread.flow;
  if (next->preempted) {
    // Its stack may have room for no more than coming back.
    TellDequeue(p, next, inherits);
    thread.again = next;
    thread.again_inherits = inherits;
    return thread.flow;
  }
  thread.arriving = next;
  thread.arriving_inherits = inherits;
  return next->flow;
}

// First thing in a task that has been switched to: unless the loop did so, it sees to the one
// before it, whose stack nobody is on any more, and begins.
void Scheduler::Arrive() {
  Thread& thread = *CurrentThread();
  Task* task = thread.arriving;
  if (task == nullptr) return;
  Scheduler& self = *thread.scheduler;
  thread.after(self, thread, thread.task.load(std::memory_order_relaxed));
  thread.arriving = nullptr;
  self.TellDequeue(*thread.p, task, thread.arriving_inherits);
  self.Begin(thread, task, thread.arriving_inherits);
}

void Scheduler::AfterWait(Scheduler& self, Thread& thread, Task* task) {
  self.SwitchOut(thread, task, OutReason::kWaits);
  self.ChangeTask(task, TaskStatus::kRunning, TaskStatus::kWaiting);
  // From here on the task may run elsewhere, unless the commit says that it need not wait.
  if (thread.commit == nullptr || thread.commit(task, thread.commit_argument)) return;
  self.ChangeTask(task, TaskStatus::kWaiting, TaskStatus::kRunnable);
  if (thread.arriving == nullptr && thread.again == nullptr) {
    thread.again = task;
  } else {
    self.PutLocal(*thread.p, task, true);
  }
}

void Scheduler::PutBack(Thread& thread, Task* task, OutReason reason) {
  SwitchOut(thread, task, reason);
  ChangeTask(task, TaskStatus::kRunning, TaskStatus::kRunnable);
  LockSched();
  PutGlobal(task);
  UnlockSched();
}

// Behind everybody who could run here: the global queue comes last, so only with nobody waiting
// there the processor's own, which takes no lock, comes to the same.
void Scheduler::AfterYield(Scheduler& self, Thread& thread, Task* task) {
  Processor& p = *thread.p;
  if (self.global_size_.load(std::memory_order_relaxed) != 0 || !p.queue.HasRoom()) {
    return self.PutBack(thread, task, OutReason::kYielded);
  }
  self.SwitchOut(thread, task, OutReason::kYielded);
  self.ChangeTask(task, TaskStatus::kRunning, TaskStatus::kRunnable);
  self.Tell(TraceKind::kEnqueue, p.id, task->id, static_cast<int64_t>(QueueId::kLocal));
  p.queue.Put(task);
}

void Scheduler::AfterPreempt(Scheduler& self, Thread& thread, Task* task) {
  self.preemptions_.fetch_add(1, std::memory_order_relaxed);
  task->preempted = true;
  self.PutBack(thread, task, OutReason::kPreempted);
}

// Under sched.
void Scheduler::PutGlobal(Task* task) {
  Tell(TraceKind::kEnqueue, -1, task->id, static_cast<int64_t>(QueueId::kGlobal));
  global_.Append(task);
  global_size_.store(global_.size(), std::memory_order_relaxed);
}

// By the owner of p. `next`: the task comes next, and whoever was to goes to the tail.
void Scheduler::PutLocal(Processor& p, Task* task, bool next) {
  if (next) {
    Tell(TraceKind::kEnqueue, p.id, task->id, static_cast<int64_t>(QueueId::kNext));
    task = p.queue.PutNext(task);
    if (task == nullptr) return;
    Tell(TraceKind::kDequeue, p.id, task->id, static_cast<int64_t>(QueueId::kNext));
  }
  if (!p.queue.HasRoom()) {
    TaskList half;
    if (p.queue.TakeHalf(half)) {
      half.Append(task);
      LockSched();
      while (Task* moved = half.Pop()) {
        if (moved != task) {
          Tell(TraceKind::kDequeue, p.id, moved->id, static_cast<int64_t>(QueueId::kLocal));
        }
        PutGlobal(moved);
      }
      UnlockSched();
      return;
    }
  }
  Tell(TraceKind::kEnqueue, p.id, task->id, static_cast<int64_t>(QueueId::kLocal));
  p.queue.Put(task);
}

}  // namespace proctor::runtime
