#include "runtime/scheduler/channel_core.h"

#include "runtime/scheduler/runnable.h"
#include "runtime/scheduler/switching.h"

namespace proctor::runtime {

void ChannelQueue::Append(ChannelWaiter* waiter) {
  waiter->next = nullptr;
  waiter->previous = tail_;
  (tail_ == nullptr ? head_ : tail_->next) = waiter;
  tail_ = waiter;
}

void ChannelQueue::Remove(ChannelWaiter* waiter) {
  const bool queued = waiter->previous != nullptr || waiter->next != nullptr || head_ == waiter;
  if (!queued) return;
  (waiter->previous == nullptr ? head_ : waiter->previous->next) = waiter->next;
  (waiter->next == nullptr ? tail_ : waiter->next->previous) = waiter->previous;
  waiter->next = waiter->previous = nullptr;
}

ChannelWaiter* ChannelQueue::Claim() {
  while (head_ != nullptr) {
    ChannelWaiter* waiter = head_;
    Remove(waiter);
    if (waiter->ticket == 0) return waiter;
    uint64_t ticket = waiter->ticket;
    if (waiter->task->ticket.compare_exchange_strong(ticket, ticket + 1)) {
      waiter->task->wait_result = waiter;
      return waiter;
    }
  }
  return nullptr;
}

ChannelCore::ChannelCore(void* slots, size_t slot_bytes, size_t capacity, Move move)
    : slots_(slots), slot_bytes_(slot_bytes), capacity_(capacity), move_(move) {}

ChannelCore::Outcome ChannelCore::TrySend(void* slot, Task*& woken) {
  if (closed_) return Outcome::kClosed;
  if (ChannelWaiter* receiver = receivers_.Claim(); receiver != nullptr) {
    move_(slot, receiver->slot);
    receiver->completed = true;
    woken = receiver->task;
    return Outcome::kDone;
  }
  if (size() == capacity_) return Outcome::kMustWait;
  move_(slot, Extend());
  return Outcome::kDone;
}

void* ChannelCore::Extend() {
  const size_t count = size();
  count_.store(count + 1, std::memory_order_relaxed);
  const size_t index = first_ + count;
  return SlotAt(index < capacity_ ? index : index - capacity_);
}

ChannelCore::Outcome ChannelCore::TryReceive(void* slot, Task*& woken) {
  if (size() == 0) {
    ChannelWaiter* sender = senders_.Claim();
    if (sender == nullptr) return closed_ ? Outcome::kClosed : Outcome::kMustWait;
    move_(sender->slot, slot);
    sender->completed = true;
    woken = sender->task;
    return Outcome::kDone;
  }
  move_(SlotAt(first_), slot);
  if (++first_ == capacity_) first_ = 0;
  count_.store(size() - 1, std::memory_order_relaxed);
  // The place that has become free goes to the sender that has waited longest.
  if (ChannelWaiter* sender = senders_.Claim(); sender != nullptr) {
    move_(sender->slot, Extend());
    sender->completed = true;
    woken = sender->task;
  }
  return Outcome::kDone;
}

bool ChannelCore::Send(void* slot, bool wait, bool* sent) {
  Task* task = RunningTask();
  Task* woken = nullptr;
  lock_.Acquire();
  const Outcome outcome = TrySend(slot, woken);
  if (outcome == Outcome::kMustWait && wait) {
    ChannelWaiter waiter;
    waiter.task = task;
    waiter.slot = slot;
    senders_.Append(&waiter);
    WaitAndRelease(lock_);
    return waiter.completed;
  }
  lock_.Release();
  if (woken != nullptr) Ready(*woken->parts, woken);
  if (sent != nullptr) *sent = outcome == Outcome::kDone;
  YieldIfAsked();
  return outcome != Outcome::kClosed;
}

void ChannelCore::Receive(void* slot, bool wait) {
  Task* task = RunningTask();
  Task* woken = nullptr;
  lock_.Acquire();
  const Outcome outcome = TryReceive(slot, woken);
  if (outcome == Outcome::kMustWait && wait) {
    ChannelWaiter waiter;
    waiter.task = task;
    waiter.slot = slot;
    receivers_.Append(&waiter);
    WaitAndRelease(lock_);
    return;
  }
  lock_.Release();
  if (woken != nullptr) Ready(*woken->parts, woken);
  YieldIfAsked();
}

bool ChannelCore::Close() {
  TaskList woken;
  {
    LockGuard guard(lock_);
    if (closed_) return false;
    closed_ = true;
    while (ChannelWaiter* waiter = receivers_.Claim()) woken.Append(waiter->task);
    while (ChannelWaiter* waiter = senders_.Claim()) woken.Append(waiter->task);
  }
  ReadyAll(*RunningTask()->parts, woken);
  return true;
}

}  // namespace proctor::runtime
