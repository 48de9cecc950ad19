#include "runtime/scheduler/timers.h"

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/workers.h"

namespace proctor::runtime {

void RunTimers(SchedulerParts& s, Processor& p, int64_t now_ns) {
  TimerHeap::Fired fired;
  while (p.timers.TakeDue(now_ns, fired)) {
    s.trace.Add(TraceVariable::kTimerCount, -1);
    s.trace.Emit(TraceKind::kTimerFired, p.id, -1, fired.when_ns);
    fired.function(fired.argument, fired.ticket);
    TimerHeap::Done(fired);
  }
}

void AddTimer(SchedulerParts& s, Timer& timer) {
  OpenPoller(s);
  Thread* thread = CurrentThread();
  Processor& p = HasProcessor(s, thread) ? *thread->p : s.processors.At(0);
  s.trace.Emit(TraceKind::kTimerSet, p.id, -1, timer.when_ns);
  s.trace.Add(TraceVariable::kTimerCount, 1);
  // Who waits for this heap's earliest timer runs all of them.
  const int64_t when_ns = timer.when_ns;
  if (p.timers.Add(timer)) WakePoller(s, when_ns);
}

bool RemoveTimer(SchedulerParts& s, Timer& timer) {
  if (!TimerHeap::Remove(timer)) return false;
  s.trace.Add(TraceVariable::kTimerCount, -1);
  return true;
}

// The thread that blocks in the poller, if that would be too late, else one that looks around.
void WakePoller(SchedulerParts& s, int64_t when_ns) {
  const int64_t last_poll_ns = s.poll.ReadLastPollNs(s.trace, std::memory_order_seq_cst);
  if (last_poll_ns != 0) return WakeProcessor(s);
  const int64_t until_ns = s.poll.ReadUntilNs(s.trace);
  if (until_ns != 0 && until_ns <= when_ns) return;
  s.trace.Emit(TraceKind::kPollerBreak, -1, -1, when_ns);
  s.poller.Break();
}

void OpenPoller(SchedulerParts& s) {
  if (s.poller.open()) return;
  s.poller.Open();
  s.trace.Write(TraceVariable::kPollerReady, true);
}

void SleepTask(int64_t duration_ns) {
  if (duration_ns <= 0) return YieldTask();
  Task* task = RunningTask();
  task->timer.when_ns = DeadlineNs(duration_ns);
  task->timer.argument = task;
  task->timer.function = [](void* argument, uint64_t) {
    Task* sleeper = static_cast<Task*>(argument);
    Ready(*sleeper->parts, sleeper);
  };
  // Set when the task waits already: it may be due at once.
  WaitFor(
      [](Task* sleeper, void*) {
        AddTimer(*sleeper->parts, sleeper->timer);
        return true;
      },
      nullptr);
}

}  // namespace proctor::runtime
