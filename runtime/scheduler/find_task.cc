#include "runtime/scheduler/find_task.h"

#include <algorithm>

#include "runtime/base/atomics.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/network.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/timers.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {
namespace {

// How often a thief goes round; only in the last round it takes others' run-next and timers.
constexpr int kStealRounds = 4;

struct Found {
  Task* task = nullptr;
  bool inherits = false;
};

bool TakeGlobal(SchedulerParts& s, Processor& p, int32_t most, Found& found) {
  if (s.global.size() == 0) return false;
  s.sched.Acquire();
  found = {s.global.Take(s.trace, p, s.processors.procs(), most), false};
  s.sched.Release();
  return found.task != nullptr;
}

bool TakeOwn(SchedulerParts& s, Processor& p, Found& found) {
  found.task = p.queue.Get(found.inherits);
  if (found.task == nullptr) return false;
  TraceDequeue(s, p, found.task, found.inherits);
  return true;
}

bool FindHere(SchedulerParts& s, Processor& p, Found& found) {
  const uint32_t tick = p.schedule_tick.Load(std::memory_order_relaxed);
  if (tick % kGlobalFirstEvery == 0 && TakeGlobal(s, p, 1, found)) return true;
  return TakeOwn(s, p, found) || TakeGlobal(s, p, 0, found);
}

// Only worth it before stealing: with nobody waiting, or a thread blocked in the poller already, it
// is left to that one.
bool PollOnce(SchedulerParts& s, Thread& thread, Found& found) {
  if (!s.poller.open() || s.poll.waiters() == 0 || s.poll.last_poll_ns() == 0) return false;
  TaskList ready;
  const int32_t delta = GatherReady(s, 0, ready);
  if (ready.empty()) return false;
  InjectHere(s, thread, ready);
  AdjustWaiters(s, delta);
  return FindHere(s, *thread.p, found);
}

struct Theft {
  SchedulerParts& s;
  int32_t from, to;
};

void TraceTheft(void* argument, Task* task, bool last, bool was_next) {
  const Theft& theft = *static_cast<Theft*>(argument);
  theft.s.trace.Emit(TraceKind::kDequeue, theft.from, task->id,
                     was_next ? QueueId::kNext : QueueId::kLocal);
  if (last) return;
  theft.s.trace.Emit(TraceKind::kEnqueue, theft.to, task->id, QueueId::kLocal);
}

// From one victim. `last_round`: its timers and run-next too.
bool StealFrom(SchedulerParts& s, Processor& victim, Processor& own, bool last_round,
               Found& found) {
  if (last_round && victim.timers.earliest_ns() != kNoTimer) {
    RunTimers(s, victim, NowNs());
    if (TakeOwn(s, own, found)) return true;
  }
  if (victim.status.Load(std::memory_order_relaxed) == ProcessorStatus::kIdle) return false;
  Theft theft = {s, victim.id, own.id};
  Task* task =
      victim.queue.Steal(own.queue, last_round, s.trace.on() ? TraceTheft : nullptr, &theft);
  if (task == nullptr) return false;
  found = {task, false};
  return true;
}

// False: nothing was found, or the world is to stop (`again`).
bool Steal(SchedulerParts& s, Processor& own, Found& found, bool& again) {
  const int32_t count = s.processors.count();
  for (int round = 0; round < kStealRounds; ++round) {
    const auto start = static_cast<int32_t>(own.NextRandom() % static_cast<uint32_t>(count));
    for (int32_t i = 0; i < count; ++i) {
      if (s.stop.pending()) {
        again = true;
        return false;
      }
      Processor& victim = s.processors.At((start + i) % count);
      if (&victim == &own) continue;
      if (StealFrom(s, victim, own, round == kStealRounds - 1, found)) return true;
    }
  }
  return false;
}

bool LooksForOthersWork(SchedulerParts& s, Thread& thread) {
  if (thread.spinning) return true;
  const int32_t busy = s.processors.procs() - s.idle.count();
  if (2 * s.spinning.count() >= busy) return false;
  s.spinning.Join(s.trace, thread);
  return true;
}

enum class GivenBack { kAgain, kFound, kGone };

// What keeps a thread from giving its processor back; kGone: nothing does.
GivenBack LastLook(SchedulerParts& s, Thread& thread, Found& found) REQUIRES(under_sched) {
  Processor& p = *thread.p;
  if (s.stop.pending() || p.safe_point.Load(std::memory_order_relaxed)) return GivenBack::kAgain;
  if (s.global.size() != 0) {
    found = {s.global.Take(s.trace, p, s.processors.procs(), 0), false};
    return GivenBack::kFound;
  }
  if (!thread.spinning && s.spinning.wanted()) {
    s.spinning.Fulfil();
    s.spinning.Join(s.trace, thread);
    return GivenBack::kAgain;
  }
  return GivenBack::kGone;
}

// Nothing found. One last look under the lock, then the processor goes.
GivenBack GiveBack(SchedulerParts& s, Thread& thread, Found& found) EXCLUDES(under_sched) {
  const SchedGuard guard(s.sched);
  if (const GivenBack kept = LastLook(s, thread, found); kept != GivenBack::kGone) return kept;
  s.idle.Put(s.trace, Release(s, thread, ProcessorStatus::kIdle));
  // Who made work visible before it could see the idle processor has asked for a thread to look.
  if (thread.spinning || !s.spinning.wanted()) return GivenBack::kGone;
  s.spinning.Fulfil();
  Processor* p = s.idle.Take(s.trace);
  s.spinning.Join(s.trace, thread);
  Acquire(s, thread, p);
  return GivenBack::kAgain;
}

bool AnyLocalWork(const SchedulerParts& s) {
  const int32_t count = s.processors.count();
  for (int32_t i = 0; i < count; ++i) {
    if (!s.processors.At(i).queue.Empty()) return true;
  }
  return false;
}

// Work may have come up while everybody counted on this thread to look for it: so it looks again
// after it has counted itself out. True: it has a processor, and spins.
bool LookOnceMore(SchedulerParts& s, Thread& thread) EXCLUDES(under_sched) {
  s.spinning.Leave(s.trace, thread);
  // Pairs with the one in InjectHere.
  StdAtomics::Fence(std::memory_order_seq_cst);
  if (!AnyLocalWork(s)) return false;
  s.sched.Acquire();
  Processor* p = s.idle.Take(s.trace);
  if (p == nullptr) s.spinning.Want();
  s.sched.Release();
  if (p == nullptr) return false;
  s.spinning.Join(s.trace, thread);
  Acquire(s, thread, p);
  return true;
}

// With a processor again, after a wait in the poller.
void ResumeFromPoller(SchedulerParts& s, Thread& thread, bool was_spinning, TaskList& ready,
                      int32_t delta, Found& found) {
  if (!ready.empty()) {
    InjectHere(s, thread, ready);
    AdjustWaiters(s, delta);
    FindHere(s, *thread.p, found);
    // Nobody is woken for the one that this thread runs itself.
    if (!thread.p->queue.Empty()) WakeProcessor(s);
  } else if (was_spinning) {
    s.spinning.Join(s.trace, thread);
  }
}

// The thread has the turn to block there.
bool BlockInPoller(SchedulerParts& s, Thread& thread, int64_t timer_ns, bool was_spinning,
                   Found& found) EXCLUDES(under_sched) {
  int64_t timeout_ns = -1;
  if (timer_ns != kNoTimer) {
    s.poll.SetUntil(s.trace, timer_ns);
    timeout_ns = std::max(timer_ns - NowNs(), int64_t{0});
  }
  // Set before this thread took the turn: who ends the runtime breaks only what blocks.
  if (s.ending.over(std::memory_order_seq_cst)) timeout_ns = 0;
  TaskList ready;
  const int32_t delta = GatherReady(s, timeout_ns, ready);
  s.poll.SetUntil(s.trace, 0);
  s.poll.Give(s.trace, NowNs());

  s.sched.Acquire();
  Processor* p = TakeIdle(s);
  s.sched.Release();
  if (p == nullptr) {
    if (!ready.empty()) InjectWithoutProcessor(s, ready);
    AdjustWaiters(s, delta);
    return Park(s, thread);
  }
  Acquire(s, thread, p);
  ResumeFromPoller(s, thread, was_spinning, ready, delta, found);
  return true;
}

// False: the runtime is ending. Else the thread has a processor, and perhaps a task.
bool BlockOrPark(SchedulerParts& s, Thread& thread, bool was_spinning, Found& found)
    EXCLUDES(under_sched) {
  const int64_t timer_ns = s.processors.EarliestTimerNs();
  const bool has_timer = timer_ns != kNoTimer;
  if (s.poller.open() && (has_timer || s.poll.waiters(std::memory_order_seq_cst) > 0)) {
    if (s.poll.Take(s.trace)) return BlockInPoller(s, thread, timer_ns, was_spinning, found);
    const int64_t until_ns = s.poll.until_ns();
    if (has_timer && (until_ns == 0 || until_ns > timer_ns)) {
      s.trace.Emit(TraceKind::kPollerBreak, -1, -1, timer_ns);
      s.poller.Break();
    }
  }
  return Park(s, thread);
}

// What the thread's own processor has, or the network.
bool FindNear(SchedulerParts& s, Thread& thread, Found& found) {
  Processor& p = *thread.p;
  if (p.safe_point.Load(std::memory_order_relaxed)) [[unlikely]]
    s.safe_points.RunIfAsked(s.trace, p);
  if (p.timers.earliest_ns() != kNoTimer) RunTimers(s, p, NowNs());
  return FindHere(s, p, found) || PollOnce(s, thread, found);
}

// False: the runtime is ending. Else the thread has a processor and `found` a task.
bool FindTask(SchedulerParts& s, Thread& thread, Found& found) EXCLUDES(under_sched) {
  for (;;) {
    if (s.ending.over()) [[unlikely]]
      return false;
    if (s.stop.pending(std::memory_order_acquire)) [[unlikely]] {
      if (!StopOwnProcessor(s, thread)) return false;
      continue;
    }
    if (FindNear(s, thread, found)) return true;
    if (LooksForOthersWork(s, thread)) {
      bool again = false;
      if (Steal(s, *thread.p, found, again)) return true;
      if (again) continue;
    }
    switch (GiveBack(s, thread, found)) {
      case GivenBack::kAgain:
        continue;
      case GivenBack::kFound:
        return true;
      case GivenBack::kGone:
        break;
    }
    const bool was_spinning = thread.spinning;
    if (was_spinning && LookOnceMore(s, thread)) continue;
    if (!BlockOrPark(s, thread, was_spinning, found)) return false;
    if (found.task != nullptr) return true;
  }
}

// A spinning thread that has found work: there may be more where that came from.
void StopSpinning(SchedulerParts& s, Thread& thread) EXCLUDES(under_sched) {
  s.spinning.Leave(s.trace, thread);
  WakeProcessor(s);
}

}  // namespace

void RunLoop(SchedulerParts& s, Thread& thread) {
  for (;;) {
    Found found;
    if (thread.lost_processor) {
      thread.lost_processor = false;
      if (!Park(s, thread)) return;
    }
    if (thread.again != nullptr) {
      found = {thread.again, thread.again_inherits};
      thread.again = nullptr;
      thread.again_inherits = true;
    } else if (!FindTask(s, thread, found)) {
      return;
    }
    if (thread.spinning) StopSpinning(s, thread);
    Execute(s, thread, found.task, found.inherits);
  }
}

}  // namespace proctor::runtime
