// The network poller's side of the scheduler: tasks that wait for descriptors, and how they come
// back.

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

namespace {

// On the stack of the task that waits.
struct DescriptorWait {
  Scheduler* scheduler;
  PollSlot* slot;
  PollDirection direction;
  int64_t deadline_ns;
};

}  // namespace

bool Scheduler::WaitReady(PollSlot* slot, PollDirection direction, int64_t deadline_ns) {
  if (slot->closing.load(std::memory_order_seq_cst)) return false;
  if (Poller::Announce(slot, direction)) return !slot->closing.load(std::memory_order_seq_cst);
  DescriptorWait wait = {this, slot, direction, deadline_ns};
  // Looked at between announcing and waiting: a close before this is seen here, one after it finds
  // the task in the word.
  if (!slot->closing.load(std::memory_order_seq_cst) &&
      (deadline_ns == kNoTimer || deadline_ns > NowNs())) {
    Wait(CommitToDescriptor, &wait);
    // Whether it has fired or not: it must not look at `wait` any more.
    if (deadline_ns != kNoTimer) RemoveTimer(Current()->timer);
  }
  const bool ready = Poller::Finish(slot, direction);
  return ready && !slot->closing.load(std::memory_order_seq_cst);
}

bool Scheduler::CommitToDescriptor(Task* task, void* argument) {
  const DescriptorWait& wait = *static_cast<DescriptorWait*>(argument);
  Scheduler& self = *wait.scheduler;
  // Counted first, and the timer set: once the task is in the word, it may be on its way back. A
  // timer that fires before that takes the announcement away.
  self.CountWaiters(1);
  if (wait.deadline_ns != kNoTimer) {
    task->timer.when_ns = wait.deadline_ns;
    task->timer.argument = argument;
    task->timer.function = DescriptorDeadline;
    self.AddTimer(task->timer);
  }
  if (Poller::Commit(wait.slot, wait.direction, task)) return true;
  self.CountWaiters(-1);
  return false;
}

void Scheduler::DescriptorDeadline(void* argument, uint64_t) {
  const DescriptorWait& wait = *static_cast<DescriptorWait*>(argument);
  Scheduler& self = *wait.scheduler;
  Task* task = Poller::Unblock(wait.slot, wait.direction, false);
  if (task == nullptr) return;
  self.CountWaiters(-1);
  self.Ready(task);
}

PollSlot* Scheduler::RegisterDescriptor(int descriptor, int& error) {
  OpenPoller();
  return poller_.Register(descriptor, error);
}

void Scheduler::CloseDescriptor(PollSlot* slot) {
  TaskList woken;
  poller_.Close(slot, woken);
  if (woken.empty()) return;
  CountWaiters(-woken.size());
  while (Task* task = woken.Pop()) Ready(task);
}

// `waiters_delta`: what the count of waiting tasks has to be corrected by after they are runnable
// (Go 1.22 and later; before, the poll itself corrects it).
void Scheduler::GatherReady(int64_t timeout_ns, TaskList& ready, int32_t& waiters_delta) {
  poller_.Poll(timeout_ns, ready);
  Tell(TraceKind::kPoll, -1, -1, timeout_ns, ready.size());
  waiters_delta = -ready.size();
  if (ready.empty() || options_.monitor.adjust_waiters) return;
  CountWaiters(waiters_delta);
  waiters_delta = 0;
}

void Scheduler::CountWaiters(int32_t delta) {
  poll_waiters_.fetch_add(delta, std::memory_order_seq_cst);
  if (delta < 0) Tell(TraceKind::kAdjustWaiters, -1, -1, delta);
  TellAdd(TraceVariable::kPollWaiters, delta);
}

// By a thread that has no processor to run them on: all to the global queue, and a thread each, as
// far as there are idle processors.
void Scheduler::InjectWithoutProcessor(TaskList& tasks) {
  const int32_t count = tasks.size();
  Tell(TraceKind::kInject, -1, -1, count);
  for (Task* task = tasks.front(); task != nullptr; task = task->next) {
    ChangeTask(task, TaskStatus::kWaiting, TaskStatus::kRunnable);
  }
  LockSched();
  while (Task* task = tasks.Pop()) PutGlobal(task);
  UnlockSched();
  for (int32_t started = 0; started < count; ++started) {
    LockSched();
    Processor* p = stop_pending_.load(std::memory_order_relaxed) ? nullptr : GetIdle();
    Assignment assignment;
    if (p != nullptr) assignment = Assign(p, false);
    UnlockSched();
    if (p == nullptr) break;
    Dispatch(assignment);
  }
  Tell(TraceKind::kInjectEnd);
}

// By a thread with a processor: to its own queue.
void Scheduler::InjectHere(Thread& thread, TaskList& tasks) {
  while (Task* task = tasks.Pop()) {
    ChangeTask(task, TaskStatus::kWaiting, TaskStatus::kRunnable);
    PutLocal(*thread.p, task, false);
  }
}

}  // namespace proctor::runtime
