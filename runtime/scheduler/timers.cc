// Timers: who runs them, and who waits for them.
//
// Every thread with a processor runs that one's overdue timers before it looks for tasks; a thief
// runs others'. When nobody is left, one thread blocks in the poller until the earliest is due.

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

// By a thread that has a processor: what the timers make ready goes there.
void Scheduler::RunTimers(Thread&, Processor& p, int64_t now_ns) {
  TimerHeap::Fired fired;
  while (p.timers.TakeDue(now_ns, fired)) {
    TellAdd(TraceVariable::kTimerCount, -1);
    Tell(TraceKind::kTimerFired, p.id, -1, fired.when_ns);
    fired.function(fired.argument, fired.ticket);
    TimerHeap::Done(fired);
  }
}

int64_t Scheduler::EarliestTimerNs() const {
  int64_t earliest_ns = kNoTimer;
  const int32_t count = processor_count_.load(std::memory_order_acquire);
  for (int32_t i = 0; i < count; ++i) {
    const int64_t when_ns = ProcessorAt(i).timers.earliest_ns();
    if (when_ns < earliest_ns) earliest_ns = when_ns;
  }
  return earliest_ns;
}

int32_t Scheduler::PendingTimers() const {
  int32_t pending = 0;
  const int32_t count = processor_count_.load(std::memory_order_acquire);
  for (int32_t i = 0; i < count; ++i) pending += ProcessorAt(i).timers.size();
  return pending;
}

void Scheduler::AddTimer(Timer& timer) {
  OpenPoller();
  Thread* thread = CurrentThread();
  const bool here = thread != nullptr && thread->scheduler == this && thread->p != nullptr;
  Processor& p = here ? *thread->p : ProcessorAt(0);
  Tell(TraceKind::kTimerSet, p.id, -1, timer.when_ns);
  TellAdd(TraceVariable::kTimerCount, 1);
  // Whoever waits for this heap's earliest timer sees to all of them.
  const int64_t when_ns = timer.when_ns;
  if (p.timers.Add(timer)) WakePoller(when_ns);
}

bool Scheduler::RemoveTimer(Timer& timer) {
  if (!TimerHeap::Remove(timer)) return false;
  TellAdd(TraceVariable::kTimerCount, -1);
  return true;
}

// Somebody has to see to a timer: whoever blocks in the poller, if that would be too late, else a
// thread that looks around.
void Scheduler::WakePoller(int64_t when_ns) {
  const int64_t last_poll_ns = last_poll_.load(std::memory_order_seq_cst);
  TellRead(TraceVariable::kLastPoll, last_poll_ns);
  if (last_poll_ns != 0) return WakeProcessor();
  const int64_t until_ns = poll_until_.load(std::memory_order_seq_cst);
  TellRead(TraceVariable::kPollUntil, until_ns);
  if (until_ns != 0 && until_ns <= when_ns) return;
  Tell(TraceKind::kPollerBreak, -1, -1, when_ns);
  poller_.Break();
}

void Scheduler::OpenPoller() {
  if (poller_.open()) return;
  poller_.Open();
  TellWrite(TraceVariable::kPollerReady, 1);
}

void Scheduler::Sleep(int64_t duration_ns) {
  if (duration_ns <= 0) return Yield();
  Task* task = Current();
  task->timer.when_ns = DeadlineNs(duration_ns);
  task->timer.argument = task;
  task->timer.function = [](void* argument, uint64_t) {
    Task* sleeper = static_cast<Task*>(argument);
    sleeper->scheduler->Ready(sleeper);
  };
  // Set when the task waits already: it may be due at once.
  Wait(
      [](Task* sleeper, void* self) {
        static_cast<Scheduler*>(self)->AddTimer(sleeper->timer);
        return true;
      },
      this);
}

}  // namespace proctor::runtime
