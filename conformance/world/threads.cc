// Threads, processors and queues: who runs what, and who looks for work.

#include <algorithm>

#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

// A local queue holds so many tasks, run-next aside; half of a full one moves to the global queue.
constexpr int32_t kLocalQueueMost = 256;
// One schedule in so many looks at the global queue first, so that two tasks that make each other
// ready forever cannot starve it.
constexpr uint32_t kGlobalFirstEvery = 61;
// What another look around costs, so that one that finds nothing does not stand still.
constexpr int64_t kLookAroundNs = 300;

}  // namespace

void Scheduler::Schedule(int32_t m) {
  const int32_t p = ThreadOf(m).p;
  if (stop_pending_) return StopOwnProcessor(m);
  RunSafePoint(m, p);
  RunTimers(m, p);
  if (trace_work_) TellWrite(m, Variable::kTraceWork, trace_work_ = false);
  if (mark_work_ && LocalWork(ProcessorOf(p)) == 0) {
    // A piece of marking, in this thread and without a task.
    SetMarkWork(m, false);
    return Then(m, Step::kSchedule, choices_.Between(1'000, 50'000));
  }
  int32_t g = kNobody;
  bool inherits = false;
  if (FindTask(m, g, inherits)) {
    RunFound(m, g, inherits);
  } else {
    GiveBack(m);
  }
}

bool Scheduler::FindTask(int32_t m, int32_t& g, bool& inherits) {
  P& p = ProcessorOf(ThreadOf(m).p);
  if (p.schedule_tick % kGlobalFirstEvery == 0 && !global_.empty()) {
    Take(LockId::kSched, m);
    g = TakeGlobal(m);
    Drop(LockId::kSched, m);
    return true;
  }
  if (LocalWork(p) > 0) {
    inherits = p.next != kNobody;
    g = TakeLocal(m, ThreadOf(m).p);
    return true;
  }
  if (!global_.empty()) {
    Take(LockId::kSched, m);
    g = TakeGlobal(m);
    Drop(LockId::kSched, m);
    return true;
  }
  if (poller_ready_ && poll_waiters_ > 0 && last_poll_ns_ != 0) {
    GatherReady(m, found_);
    const auto count = static_cast<int32_t>(found_.size());
    Tell(EventKind::kPoll, m, kNobody, kNobody, 0, count);
    if (count > 0) {
      for (const int32_t ready : found_) {
        SetStatus(m, gs_[static_cast<size_t>(ready)], TaskStatus::kRunnable);
        PutLocal(m, ThreadOf(m).p, ready, false);
      }
      if (AdjustsWaiters(options_.profile)) CountPollWaiters(m, -count);
      g = TakeLocal(m, ThreadOf(m).p);
      return true;
    }
  }
  if (!MayLookAround(ThreadOf(m))) return false;
  if (!ThreadOf(m).spinning) {
    ThreadOf(m).spinning = true;
    SetSpinning(m, 1);
  }
  return Steal(m, g);
}

// At most half of the busy processors' number look around at a time.
bool Scheduler::MayLookAround(const M& thread) const {
  return thread.spinning || 2 * spinning_ < procs_ - static_cast<int32_t>(idle_ps_.size());
}

// Half of another processor's queue, or whatever its overdue timers make ready.
bool Scheduler::Steal(int32_t m, int32_t& g) {
  const int32_t own = ThreadOf(m).p;
  const auto first = static_cast<int32_t>(choices_.Choose(static_cast<uint32_t>(processor_count_)));
  for (int32_t i = 0; i < processor_count_; ++i) {
    const int32_t victim = (first + i) % processor_count_;
    if (victim == own) continue;
    RunTimers(m, victim);
    if (LocalWork(ProcessorOf(own)) > 0) {  // the timers' tasks came here
      g = TakeLocal(m, own);
      return true;
    }
    P& from = ProcessorOf(victim);
    int32_t count = (from.queue.size() + 1) / 2;
    if (count == 0 && from.next != kNobody) count = 1;
    if (count == 0) continue;
    for (int32_t n = 0; n < count; ++n) {
      // From the queue first: run-next is only taken from whoever has nothing else.
      int32_t taken;
      if (from.queue.empty()) {
        taken = TakeLocal(m, victim);
      } else {
        taken = from.queue.Pop();
        Tell(EventKind::kDequeue, m, victim, gs_[static_cast<size_t>(taken)].id,
             static_cast<int64_t>(Queue::kLocal));
      }
      if (n == 0) {
        g = taken;
      } else {
        PutLocal(m, own, taken, false);
      }
    }
    return true;
  }
  return false;
}

void Scheduler::RunFound(int32_t m, int32_t g, bool inherits) {
  const bool was_spinning = ThreadOf(m).spinning;
  if (was_spinning) {
    ThreadOf(m).spinning = false;
    SetSpinning(m, -1);
  }
  Execute(m, g, inherits);
  // The last one that looked for work has found some: another one has to look from now on.
  if (was_spinning) WakeProcessor(m);
}

void Scheduler::Execute(int32_t m, int32_t g, bool inherits) {
  M& thread = ThreadOf(m);
  G& task = gs_[static_cast<size_t>(g)];
  P& p = ProcessorOf(thread.p);
  thread.g = g;
  if (task.marked) TellWrite(m, Variable::kTaskMarked, task.marked = false, kNobody, task.id);
  if (p.marked) TellWrite(m, Variable::kMarked, p.marked = false, thread.p);
  SetStatus(m, task, TaskStatus::kRunning);
  Tell(EventKind::kExecute, m, thread.p, task.id, inherits);
  if (!inherits || Deviates(Deviation::kTickOnInheritance)) {
    TellWrite(m, Variable::kScheduleTick, ++p.schedule_tick, thread.p);
  }
  if (task.exits_on_resume) {
    // Back from a system call that had lost its processor.
    task.exits_on_resume = false;
    TellWrite(m, Variable::kSyscallTick, ++p.syscall_tick, thread.p);
  }
  Then(m, Step::kResume);
}

void Scheduler::SwitchOut(int32_t m, OutReason reason) {
  Tell(EventKind::kSwitchOut, m, ThreadOf(m).p, TaskOf(m).id, static_cast<int64_t>(reason));
  ThreadOf(m).g = kNobody;
}

// Nothing found. One last look under the lock, then the processor goes.
void Scheduler::GiveBack(int32_t m) {
  M& thread = ThreadOf(m);
  Take(LockId::kSched, m);
  if (stop_pending_) {
    Drop(LockId::kSched, m);
    return StopOwnProcessor(m);
  }
  if (!global_.empty()) {
    const int32_t g = TakeGlobal(m);
    Drop(LockId::kSched, m);
    return RunFound(m, g, false);
  }
  const int32_t p = thread.p;
  Release(m, PROCTOR_P_IDLE);
  PutIdle(m, p);
  Drop(LockId::kSched, m);
  Then(m, Step::kSpun);
}

// Work may have come up while everybody counted on this thread to look for it, so it looks again
// after it has said that it does no longer.
void Scheduler::LookOnceMore(int32_t m) {
  M& thread = ThreadOf(m);
  if (!thread.spinning) return BlockOrPark(m);
  thread.spinning = false;
  SetSpinning(m, -1);
  for (int32_t p = 0; p < processor_count_; ++p) {
    if (LocalWork(ProcessorOf(p)) == 0) continue;
    Take(LockId::kSched, m);
    const int32_t idle = GetIdle(m);
    Drop(LockId::kSched, m);
    if (idle == kNobody) break;
    thread.spinning = true;
    SetSpinning(m, 1);
    Acquire(m, idle);
    return Then(m, Step::kSchedule, kLookAroundNs);
  }
  BlockOrPark(m);
}

void Scheduler::BlockOrPark(int32_t m) {
  const int64_t timer_ns = EarliestTimerNs();
  const bool has_timer = timer_ns != kNoTimer;
  const bool unattended =
      poll_waiters_ == 0 && has_timer && choices_.Chance(knobs_.unattended_timers_permille);
  if (poller_ready_ && (poll_waiters_ > 0 || has_timer) && !unattended) {
    if (last_poll_ns_ != 0) return BlockInPoller(m);
    if (has_timer && (poll_until_ns_ == 0 || poll_until_ns_ > timer_ns)) BreakPoller(m, timer_ns);
  }
  Park(m);
}

void Scheduler::Park(int32_t m) {
  SetStep(m, Step::kParked);
  Take(LockId::kSched, m);
  idle_ms_.push_back(m);
  TellWrite(m, Variable::kIdleThreads, static_cast<int64_t>(idle_ms_.size()));
  CheckDeadlock(m);
  if (!ended_) Drop(LockId::kSched, m);
}

void Scheduler::StopOwnProcessor(int32_t m) {
  M& thread = ThreadOf(m);
  if (thread.spinning) {
    thread.spinning = false;
    SetSpinning(m, -1);
  }
  Take(LockId::kSched, m);
  Release(m, PROCTOR_P_STOPPED);
  OneStopped(m);
  Drop(LockId::kSched, m);
  Park(m);
}

void Scheduler::Acquire(int32_t m, int32_t p) {
  ThreadOf(m).p = p;
  ProcessorOf(p).m = m;
  ProcessorOf(p).status = PROCTOR_P_RUNNING;
  Tell(EventKind::kAcquire, m, p);
  TellWrite(m, Variable::kStatus, PROCTOR_P_RUNNING, p);
}

void Scheduler::Release(int32_t m, int32_t status) {
  const int32_t p = ThreadOf(m).p;
  ThreadOf(m).p = kNobody;
  ProcessorOf(p).m = kNobody;
  ProcessorOf(p).status = status;
  Tell(EventKind::kRelease, m, p);
  TellWrite(m, Variable::kStatus, status, p);
}

// Under sched.
int32_t Scheduler::GetIdle(int32_t m) {
  if (idle_ps_.empty()) return kNobody;
  const int32_t p = idle_ps_.back();
  idle_ps_.pop_back();
  TellWrite(m, Variable::kIdleProcessors, idle_processors());
  return p;
}

// Under sched.
void Scheduler::PutIdle(int32_t m, int32_t p) {
  idle_ps_.push_back(p);
  TellWrite(m, Variable::kIdleProcessors, idle_processors());
}

void Scheduler::StartThread(int32_t m, int32_t p, bool spinning, bool sched_held) {
  if (!sched_held) Take(LockId::kSched, m);
  const bool fresh = idle_ms_.empty();
  int32_t other;
  if (fresh) {
    other = static_cast<int32_t>(ms_.size());
    ms_.emplace_back();
    if (Deviates(Deviation::kTakenButNotStarted)) {
      ThreadOf(other).unstarted = true;
    } else {
      TellWrite(m, Variable::kThreads, ++threads_);
    }
  } else {
    other = idle_ms_.back();
    idle_ms_.pop_back();
    TellWrite(m, Variable::kIdleThreads, static_cast<int64_t>(idle_ms_.size()));
  }
  ThreadOf(other).next_p = p;
  ThreadOf(other).spinning = spinning;
  Tell(EventKind::kAssign, m, p, kNobody, other, spinning, fresh);
  Then(other, Step::kBegin, choices_.Between(1'000, knobs_.thread_start_ns));
  if (!sched_held) Drop(LockId::kSched, m);
}

// Somebody has work for another thread. One that looks for work is enough.
void Scheduler::WakeProcessor(int32_t m) {
  if (spinning_ != 0) return;
  TellSwap(m, Variable::kSpinningThreads, 0, 1, true);
  spinning_ = 1;
  Take(LockId::kSched, m);
  const int32_t p = GetIdle(m);
  Drop(LockId::kSched, m);
  if (p == kNobody) return SetSpinning(m, -1);
  StartThread(m, p, true);
}

void Scheduler::SetSpinning(int32_t m, int32_t by) {
  spinning_ += by;
  TellWrite(m, Variable::kSpinningThreads, spinning_);
}

void Scheduler::SetStatus(int32_t m, G& g, TaskStatus status) {
  if (g.role == Role::kScenario || g.role == Role::kMain) {
    --tasks_by_status_[static_cast<size_t>(g.status)];
    ++tasks_by_status_[static_cast<size_t>(status)];
  }
  g.status = status;
  TellWrite(m, Variable::kTaskStatus, static_cast<int64_t>(status), kNobody, g.id);
}

// By a thread with a processor: the task comes next there, unless somebody else is free for it.
void Scheduler::MakeReady(int32_t m, int32_t g) {
  SetStatus(m, gs_[static_cast<size_t>(g)], TaskStatus::kRunnable);
  PutLocal(m, ThreadOf(m).p, g, true);
  WakeProcessor(m);
}

void Scheduler::PutLocal(int32_t m, int32_t p, int32_t g, bool next) {
  P& processor = ProcessorOf(p);
  if (next) {
    const int32_t kicked_out = processor.next;
    if (kicked_out != kNobody) {
      Tell(EventKind::kDequeue, m, p, gs_[static_cast<size_t>(kicked_out)].id,
           static_cast<int64_t>(Queue::kNext));
    }
    processor.next = g;
    Tell(EventKind::kEnqueue, m, p, gs_[static_cast<size_t>(g)].id,
         static_cast<int64_t>(Queue::kNext));
    if (kicked_out == kNobody) return;
    g = kicked_out;
  }
  if (processor.queue.size() >= kLocalQueueMost) {
    Take(LockId::kSched, m);
    for (int32_t i = 0; i < kLocalQueueMost / 2; ++i) {
      const int32_t moved = processor.queue.Pop();
      Tell(EventKind::kDequeue, m, p, gs_[static_cast<size_t>(moved)].id,
           static_cast<int64_t>(Queue::kLocal));
      PutGlobal(m, moved);
    }
    Drop(LockId::kSched, m);
  }
  processor.queue.Append(g);
  Tell(EventKind::kEnqueue, m, p, gs_[static_cast<size_t>(g)].id,
       static_cast<int64_t>(Queue::kLocal));
}

// Under sched.
void Scheduler::PutGlobal(int32_t m, int32_t g) {
  global_.Append(g);
  Tell(EventKind::kEnqueue, m, kNobody, gs_[static_cast<size_t>(g)].id,
       static_cast<int64_t>(Queue::kGlobal));
}

// Under sched.
int32_t Scheduler::TakeGlobal(int32_t m) {
  const int32_t g = global_.Pop();
  Tell(EventKind::kDequeue, m, kNobody, gs_[static_cast<size_t>(g)].id,
       static_cast<int64_t>(Queue::kGlobal));
  return g;
}

int32_t Scheduler::TakeLocal(int32_t m, int32_t p) {
  P& processor = ProcessorOf(p);
  const bool next = processor.next != kNobody;
  int32_t g;
  if (next) {
    g = processor.next;
    processor.next = kNobody;
  } else {
    g = processor.queue.Pop();
  }
  Tell(EventKind::kDequeue, m, p, gs_[static_cast<size_t>(g)].id,
       static_cast<int64_t>(next ? Queue::kNext : Queue::kLocal));
  return g;
}

// A pending safe-point function is claimed by whoever comes first.
void Scheduler::RunSafePoint(int32_t m, int32_t p) {
  if (!ProcessorOf(p).safe_point) return;
  ProcessorOf(p).safe_point = false;
  TellSwap(m, Variable::kSafePoint, 1, 0, true, p);
  Tell(EventKind::kSafePointRun, m, p);
}

}  // namespace proctor
