// Select: first a look at all channels, then a place in all their queues.

#include <algorithm>

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/channel_core.h"
#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"
#include "runtime/scheduler/timers.h"

namespace proctor::runtime {

int SelectCore::Add(ChannelCore& channel, void* slot, Direction direction) {
  if (cases_.size() == kCasesMost) Panic("a select has more than %d cases", kCasesMost);
  Case added = {&channel, direction, {}};
  added.waiter.slot = slot;
  added.waiter.index = static_cast<int>(cases_.size());
  cases_.push_back(added);
  return added.waiter.index;
}

// All in the order of their addresses, so that two selects over the same channels cannot wait for
// each other.
void SelectCore::LockAll() NO_THREAD_SAFETY_ANALYSIS {
  for (ChannelCore* channel : in_order_) channel->lock_.Acquire();
}

// Who gets the last lock may end the select, and the list with it: so nothing is read after it.
void SelectCore::UnlockAll(ChannelCore* const* channels, size_t count) NO_THREAD_SAFETY_ANALYSIS {
  while (count > 0) channels[--count]->lock_.Release();
}

int SelectCore::TryAll(uint32_t start, Task*& woken) NO_THREAD_SAFETY_ANALYSIS {
  for (size_t i = 0; i < cases_.size(); ++i) {
    Case& c = cases_[(start + i) % cases_.size()];
    const auto outcome = c.direction == Direction::kSend
                             ? c.channel->TrySend(c.waiter.slot, woken)
                             : c.channel->TryReceive(c.waiter.slot, woken);
    if (outcome == ChannelCore::Outcome::kMustWait) continue;
    const bool closed = outcome == ChannelCore::Outcome::kClosed && c.direction == Direction::kSend;
    return closed ? kClosed : c.waiter.index;
  }
  return kTimeout;
}

bool SelectCore::Commit(Task* task, void* argument) {
  auto& self = *static_cast<SelectCore*>(argument);
  ChannelCore* const* channels = self.in_order_.data();
  const size_t count = self.in_order_.size();
  if (self.timeout_ns_ > 0) {
    // It may be due at once; then the task runs on as far as the locks, which are ours still.
    task->timer.when_ns = DeadlineNs(self.timeout_ns_);
    task->timer.argument = task;
    task->timer.ticket = task->ticket.load(std::memory_order_relaxed);
    task->timer.function = [](void* waiting, uint64_t ticket) {
      Task* sleeper = static_cast<Task*>(waiting);
      if (!sleeper->ticket.compare_exchange_strong(ticket, ticket + 1)) return;
      sleeper->wait_result = nullptr;
      Ready(*sleeper->parts, sleeper);
    };
    AddTimer(*task->parts, task->timer);
  }
  UnlockAll(channels, count);
  return true;
}

int SelectCore::Wait(int64_t timeout_ns) {
  Task* task = RunningTask();
  if (waited_) Panic("task %ld waits twice on one select", static_cast<long>(task->id));
  waited_ = true;
  timeout_ns_ = timeout_ns;
  if (cases_.empty() && timeout_ns >= 0) {
    SleepTask(timeout_ns);
    return kTimeout;
  }
  for (const Case& c : cases_) in_order_.push_back(c.channel);
  std::sort(in_order_.begin(), in_order_.end());
  in_order_.erase(std::unique(in_order_.begin(), in_order_.end()), in_order_.end());

  Task* woken = nullptr;
  LockAll();
  const uint32_t start = CurrentThread()->p->NextRandom();
  const int ready = cases_.empty() ? kTimeout : TryAll(start, woken);
  if (ready != kTimeout || timeout_ns == 0) {
    UnlockAll(in_order_.data(), in_order_.size());
    if (woken != nullptr) Ready(*woken->parts, woken);
    YieldIfAsked();
    return ready;
  }

  const uint64_t ticket = task->ticket.load(std::memory_order_relaxed) + 1;
  task->ticket.store(ticket, std::memory_order_relaxed);
  for (Case& c : cases_) {
    c.waiter.task = task;
    c.waiter.ticket = ticket;
    (c.direction == Direction::kSend ? c.channel->senders_ : c.channel->receivers_)
        .Append(&c.waiter);
  }
  WaitFor(Commit, this);

  LockAll();
  for (Case& c : cases_) {
    (c.direction == Direction::kSend ? c.channel->senders_ : c.channel->receivers_)
        .Remove(&c.waiter);
  }
  UnlockAll(in_order_.data(), in_order_.size());
  const auto* winner = static_cast<const ChannelWaiter*>(task->wait_result);
  if (timeout_ns > 0 && winner != nullptr) RemoveTimer(*task->parts, task->timer);
  if (winner == nullptr) return kTimeout;
  const bool closed = !winner->completed &&
                      cases_[static_cast<size_t>(winner->index)].direction == Direction::kSend;
  return closed ? kClosed : winner->index;
}

}  // namespace proctor::runtime
