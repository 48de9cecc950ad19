#include "conformance/world/task_search.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// One schedule in this many looks at the global queue first, so that two tasks that make each other
// ready forever cannot starve it.
constexpr uint32_t kGlobalFirstEvery = 61;
// What another look around costs, so that one that finds nothing does not stand still.
constexpr int64_t kLookAroundNs = 300;

}  // namespace

void TaskSearch::Schedule(int32_t m) {
  const int32_t p = ThreadOf(m).p;
  if (w_.stop.pending()) return StopOwnProcessor(m);
  w_.processors.RunSafePoint(m, p);
  w_.timers.Run(m, p);
  w_.surroundings.ReadTrace(m);
  if (w_.collector.mark_work() && RunQueues::LocalWork(ProcessorOf(p)) == 0) {
    // A piece of marking, in this thread and without a task.
    w_.collector.SetMarkWork(m, false);
    return Then(m, Step::kSchedule, w_.choices.Between(1'000, 50'000));
  }
  int32_t g = kNobody;
  bool inherits = false;
  if (FindTask(m, g, inherits)) {
    RunFound(m, g, inherits);
  } else {
    GiveBack(m);
  }
}

bool TaskSearch::FindTask(int32_t m, int32_t& g, bool& inherits) {
  P& p = ProcessorOf(ThreadOf(m).p);
  if (p.schedule_tick % kGlobalFirstEvery == 0 && !w_.queues.global().empty()) {
    Take(LockId::kSched, m);
    g = w_.queues.TakeGlobal(m);
    Drop(LockId::kSched, m);
    return true;
  }
  if (RunQueues::LocalWork(p) > 0) {
    inherits = p.next != kNobody;
    g = w_.queues.TakeLocal(m, ThreadOf(m).p);
    return true;
  }
  if (!w_.queues.global().empty()) {
    Take(LockId::kSched, m);
    g = w_.queues.TakeGlobal(m);
    Drop(LockId::kSched, m);
    return true;
  }
  if (w_.poller.ready() && w_.poller.waiters() > 0 && w_.poller.last_poll_ns() != 0) {
    w_.poller.GatherReady(m, found_);
    const auto count = static_cast<int32_t>(found_.size());
    Trace(EventKind::kPoll, m, kNobody, kNobody, 0, count);
    if (count > 0) {
      for (const int32_t ready : found_) {
        w_.tasks.SetStatus(m, TaskAt(ready), TaskStatus::kRunnable);
        w_.queues.PutLocal(m, ThreadOf(m).p, ready, false);
      }
      if (AdjustsWaiters(w_.setup.options.profile)) w_.poller.CountWaiters(m, -count);
      g = w_.queues.TakeLocal(m, ThreadOf(m).p);
      return true;
    }
  }
  if (!MayLookAround(ThreadOf(m))) return false;
  if (!ThreadOf(m).spinning) {
    ThreadOf(m).spinning = true;
    w_.threads.SetSpinning(m, 1);
  }
  return Steal(m, g);
}

// At most half of the busy processors' number look around at a time.
bool TaskSearch::MayLookAround(const M& thread) const {
  return thread.spinning ||
         2 * w_.threads.spinning() < w_.processors.procs() - w_.processors.idle();
}

// Half of another processor's queue, or what its overdue timers make ready.
bool TaskSearch::Steal(int32_t m, int32_t& g) {
  const int32_t own = ThreadOf(m).p;
  const auto first =
      static_cast<int32_t>(w_.choices.Choose(static_cast<uint32_t>(w_.processors.count())));
  for (int32_t i = 0; i < w_.processors.count(); ++i) {
    const int32_t victim = (first + i) % w_.processors.count();
    if (victim == own) continue;
    w_.timers.Run(m, victim);
    if (RunQueues::LocalWork(ProcessorOf(own)) > 0) {  // the timers' tasks came here
      g = w_.queues.TakeLocal(m, own);
      return true;
    }
    P& from = ProcessorOf(victim);
    int32_t count = (from.queue.size() + 1) / 2;
    if (count == 0 && from.next != kNobody) count = 1;
    if (count == 0) continue;
    for (int32_t n = 0; n < count; ++n) {
      // From the queue first: run-next is only taken from who has nothing else.
      int32_t taken;
      if (from.queue.empty()) {
        taken = w_.queues.TakeLocal(m, victim);
      } else {
        taken = from.queue.Pop();
        Trace(EventKind::kDequeue, m, victim, TaskAt(taken).id,
              static_cast<int64_t>(Queue::kLocal));
      }
      if (n == 0) {
        g = taken;
      } else {
        w_.queues.PutLocal(m, own, taken, false);
      }
    }
    return true;
  }
  return false;
}

void TaskSearch::RunFound(int32_t m, int32_t g, bool inherits) {
  const bool was_spinning = ThreadOf(m).spinning;
  if (was_spinning) {
    ThreadOf(m).spinning = false;
    w_.threads.SetSpinning(m, -1);
  }
  Execute(m, g, inherits);
  // The last one that looked for work has found some: another one has to look from now on.
  if (was_spinning) w_.threads.WakeProcessor(m);
}

void TaskSearch::Execute(int32_t m, int32_t g, bool inherits) {
  M& thread = ThreadOf(m);
  G& task = TaskAt(g);
  P& p = ProcessorOf(thread.p);
  thread.g = g;
  if (task.marked) TraceWrite(m, Variable::kTaskMarked, task.marked = false, kNobody, task.id);
  if (p.marked) TraceWrite(m, Variable::kMarked, p.marked = false, thread.p);
  w_.tasks.SetStatus(m, task, TaskStatus::kRunning);
  Trace(EventKind::kExecute, m, thread.p, task.id, inherits);
  if (!inherits || Deviates(Deviation::kTickOnInheritance)) {
    w_.processors.MoveScheduleTick(m, thread.p);
  }
  if (task.exits_on_resume) {
    // Back from a system call that had lost its processor.
    task.exits_on_resume = false;
    w_.processors.MoveSyscallTick(m, thread.p);
  }
  Then(m, Step::kResume);
}

void TaskSearch::SwitchOut(int32_t m, OutReason reason) {
  Trace(EventKind::kSwitchOut, m, ThreadOf(m).p, TaskOf(m).id, static_cast<int64_t>(reason));
  ThreadOf(m).g = kNobody;
}

// Nothing found. One last look under the lock, then the processor goes.
void TaskSearch::GiveBack(int32_t m) {
  M& thread = ThreadOf(m);
  Take(LockId::kSched, m);
  if (w_.stop.pending()) {
    Drop(LockId::kSched, m);
    return StopOwnProcessor(m);
  }
  if (!w_.queues.global().empty()) {
    const int32_t g = w_.queues.TakeGlobal(m);
    Drop(LockId::kSched, m);
    return RunFound(m, g, false);
  }
  const int32_t p = thread.p;
  w_.processors.Release(m, PROCTOR_P_IDLE);
  w_.processors.PutIdle(m, p);
  Drop(LockId::kSched, m);
  Then(m, Step::kSpun);
}

// Work may have come up while everybody counted on this thread to look for it, so it looks again
// after it has said that it does no longer.
void TaskSearch::LookOnceMore(int32_t m) {
  M& thread = ThreadOf(m);
  if (!thread.spinning) return w_.poller.BlockOrPark(m);
  thread.spinning = false;
  w_.threads.SetSpinning(m, -1);
  for (int32_t p = 0; p < w_.processors.count(); ++p) {
    if (RunQueues::LocalWork(ProcessorOf(p)) == 0) continue;
    Take(LockId::kSched, m);
    const int32_t idle = w_.processors.GetIdle(m);
    Drop(LockId::kSched, m);
    if (idle == kNobody) break;
    thread.spinning = true;
    w_.threads.SetSpinning(m, 1);
    w_.processors.Acquire(m, idle);
    return Then(m, Step::kSchedule, kLookAroundNs);
  }
  w_.poller.BlockOrPark(m);
}

void TaskSearch::Park(int32_t m) {
  SetStep(m, Step::kParked);
  Take(LockId::kSched, m);
  w_.threads.AddIdle(m);
  w_.deadlock.Run(m);
  if (!ended()) Drop(LockId::kSched, m);
}

void TaskSearch::StopOwnProcessor(int32_t m) {
  M& thread = ThreadOf(m);
  if (thread.spinning) {
    thread.spinning = false;
    w_.threads.SetSpinning(m, -1);
  }
  Take(LockId::kSched, m);
  w_.processors.Release(m, PROCTOR_P_STOPPED);
  w_.stop.OneStopped(m);
  Drop(LockId::kSched, m);
  Park(m);
}

}  // namespace proctor
