#include "runtime/scheduler/network.h"

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/timers.h"

namespace proctor::runtime {
namespace {

// On the stack of the task that waits.
struct DescriptorWait {
  SchedulerParts& s;
  PollSlot* slot;
  PollDirection direction;
  int64_t deadline_ns;
};

void OnDeadline(void* argument, uint64_t) {
  const DescriptorWait& wait = *static_cast<DescriptorWait*>(argument);
  SchedulerParts& s = wait.s;
  Task* task = Poller::Unblock(wait.slot, wait.direction, false);
  if (task == nullptr) return;
  AdjustWaiters(s, -1);
  Ready(s, task);
}

bool CommitToDescriptor(Task* task, void* argument) {
  const DescriptorWait& wait = *static_cast<DescriptorWait*>(argument);
  SchedulerParts& s = wait.s;
  // Counted first, and the timer set: once the task is in the word, it may be on its way back. A
  // timer that fires before that takes the announcement away.
  AdjustWaiters(s, 1);
  if (wait.deadline_ns != kNoTimer) {
    task->timer.when_ns = wait.deadline_ns;
    task->timer.argument = argument;
    task->timer.function = OnDeadline;
    AddTimer(s, task->timer);
  }
  if (Poller::Commit(wait.slot, wait.direction, task)) return true;
  AdjustWaiters(s, -1);
  return false;
}

}  // namespace

PollSlot* RegisterDescriptor(SchedulerParts& s, int descriptor, int& error) {
  OpenPoller(s);
  return s.poller.Register(descriptor, error);
}

bool WaitReady(SchedulerParts& s, PollSlot* slot, PollDirection direction, int64_t deadline_ns) {
  if (slot->closing.load(std::memory_order_seq_cst)) return false;
  if (Poller::Announce(slot, direction)) return !slot->closing.load(std::memory_order_seq_cst);
  DescriptorWait wait = {s, slot, direction, deadline_ns};
  // Looked at between announcing and waiting: a close before this is seen here, one after it finds
  // the task in the word.
  if (!slot->closing.load(std::memory_order_seq_cst) &&
      (deadline_ns == kNoTimer || deadline_ns > NowNs())) {
    WaitFor(CommitToDescriptor, &wait);
    // Whether it has fired or not: it must not look at `wait` any more.
    if (deadline_ns != kNoTimer) RemoveTimer(s, RunningTask()->timer);
  }
  const bool ready = Poller::Finish(slot, direction);
  return ready && !slot->closing.load(std::memory_order_seq_cst);
}

void CloseDescriptor(SchedulerParts& s, PollSlot* slot) {
  TaskList woken;
  s.poller.Close(slot, woken);
  AdjustWaiters(s, -woken.size());
  while (Task* task = woken.Pop()) Ready(s, task);
}

int32_t GatherReady(SchedulerParts& s, int64_t timeout_ns, TaskList& ready) {
  s.poller.Poll(timeout_ns, ready);
  s.trace.Emit(TraceKind::kPoll, -1, -1, timeout_ns, ready.size());
  const int32_t delta = -ready.size();
  if (s.options.monitor.adjust_waiters) return delta;
  AdjustWaiters(s, delta);
  return 0;
}

void AdjustWaiters(SchedulerParts& s, int32_t delta) {
  if (delta != 0) s.poll.AddWaiters(s.trace, delta);
}

}  // namespace proctor::runtime
