#include "runtime/scheduler/timer_heap.h"

#include <algorithm>

#include "runtime/base/cpu.h"
#include "runtime/base/panic.h"

namespace proctor::runtime {
namespace {

// The function of a timer is short; its thread may be off its CPU, though.
void WaitUntilFired(const Timer& timer) {
  while (timer.firing.load(std::memory_order_acquire)) CpuRelax();
}

}  // namespace

bool TimerHeap::Add(Timer& timer) {
  WaitUntilFired(timer);
  LockGuard guard(lock_);
  if (timer.heap.load(std::memory_order_relaxed) != nullptr) Panic("a timer was set twice");
  timer.heap.store(this, std::memory_order_relaxed);
  entries_.push_back({});
  Place(entries_.size() - 1, {timer.when_ns, &timer});
  Up(entries_.size() - 1);
  // seq_cst: a thread that goes idle says so before it looks here; one of the two sees the other.
  Publish(std::memory_order_seq_cst);
  return timer.index == 0;
}

bool TimerHeap::Remove(Timer& timer) {
  for (;;) {
    TimerHeap* heap = timer.heap.load(std::memory_order_acquire);
    if (heap == nullptr) {
      WaitUntilFired(timer);
      return false;
    }
    LockGuard guard(heap->lock_);
    // It may have fired, or moved to another processor, before the lock was ours.
    if (timer.heap.load(std::memory_order_relaxed) != heap) continue;
    heap->RemoveAt(static_cast<size_t>(timer.index));
    timer.heap.store(nullptr, std::memory_order_relaxed);
    // Who sees the earlier time still looks too early, no more.
    heap->Publish(std::memory_order_release);
    return true;
  }
}

bool TimerHeap::TakeDue(int64_t now_ns, Fired& fired) {
  if (earliest_ns() > now_ns) return false;
  LockGuard guard(lock_);
  if (entries_.empty() || entries_[0].when_ns > now_ns) return false;
  Timer* timer = entries_[0].timer;
  fired = {timer, timer->function, timer->argument, timer->ticket, timer->when_ns};
  timer->firing.store(true, std::memory_order_relaxed);
  RemoveAt(0);
  // After `firing`: who sees it on no heap waits for its function.
  timer->heap.store(nullptr, std::memory_order_release);
  Publish(std::memory_order_release);
  return true;
}

void TimerHeap::Adopt(TimerHeap& other) {
  std::vector<Entry> entries;
  {
    LockGuard guard(other.lock_);
    entries.swap(other.entries_);
    other.Publish(std::memory_order_seq_cst);
  }
  LockGuard guard(lock_);
  for (const Entry& entry : entries) {
    entry.timer->heap.store(this, std::memory_order_release);
    entries_.push_back(entry);
    Place(entries_.size() - 1, entry);
    Up(entries_.size() - 1);
  }
  Publish(std::memory_order_seq_cst);
}

void TimerHeap::RemoveAt(size_t index) {
  const Entry last = entries_.back();
  entries_.pop_back();
  if (index == entries_.size()) return;
  Place(index, last);
  Up(index);
  Down(static_cast<size_t>(last.timer->index));
}

void TimerHeap::Up(size_t index) {
  const Entry entry = entries_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / kWidth;
    if (entries_[parent].when_ns <= entry.when_ns) break;
    Place(index, entries_[parent]);
    index = parent;
  }
  Place(index, entry);
}

void TimerHeap::Down(size_t index) {
  const Entry entry = entries_[index];
  for (;;) {
    const size_t first = index * kWidth + 1;
    if (first >= entries_.size()) break;
    const size_t end = std::min(first + kWidth, entries_.size());
    size_t least = first;
    for (size_t child = first + 1; child < end; ++child) {
      if (entries_[child].when_ns < entries_[least].when_ns) least = child;
    }
    if (entries_[least].when_ns >= entry.when_ns) break;
    Place(index, entries_[least]);
    index = least;
  }
  Place(index, entry);
}

void TimerHeap::Place(size_t index, const Entry& entry) {
  entries_[index] = entry;
  entry.timer->index = static_cast<int32_t>(index);
}

void TimerHeap::Publish(std::memory_order order) {
  size_.store(static_cast<int32_t>(entries_.size()), std::memory_order_relaxed);
  const int64_t earliest_ns = entries_.empty() ? kNoTimer : entries_[0].when_ns;
  if (earliest_ns_.load(std::memory_order_relaxed) != earliest_ns) {
    earliest_ns_.store(earliest_ns, order);
  }
}

}  // namespace proctor::runtime
