// The network poller's side of the scheduler: tasks that wait for descriptors, and how they come
// back.

#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

bool Scheduler::WaitReady(PollSlot* slot, PollDirection direction) {
  if (slot->closing.load(std::memory_order_seq_cst)) return false;
  if (Poller::Announce(slot, direction)) return !slot->closing.load(std::memory_order_seq_cst);
  struct Args {
    Scheduler* self;
    PollSlot* slot;
    PollDirection direction;
  } args = {this, slot, direction};
  // Looked at between announcing and waiting: a close before this is seen here, one after it finds
  // the task in the word.
  if (!slot->closing.load(std::memory_order_seq_cst)) {
    Wait(
        [](Task* task, void* argument) {
          const Args& a = *static_cast<Args*>(argument);
          // Counted first: once it is in the word, it may be on its way back.
          a.self->CountWaiters(1);
          if (Poller::Commit(a.slot, a.direction, task)) return true;
          a.self->CountWaiters(-1);
          return false;
        },
        &args);
  }
  const bool ready = Poller::Finish(slot, direction);
  return ready && !slot->closing.load(std::memory_order_seq_cst);
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
