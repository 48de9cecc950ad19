#include "runtime/scheduler/poller.h"

#include <unistd.h>

#include <cstring>

#include "runtime/base/panic.h"

namespace proctor::runtime {
namespace {

// User-space addresses have 47 bits; the rest of the tag tells generations of a slot apart.
constexpr int kGenerationBits = 16;

uint64_t TagOf(const PollSlot* slot) {
  return reinterpret_cast<uintptr_t>(slot) << kGenerationBits |
         slot->generation.load(std::memory_order_relaxed);
}

}  // namespace

Poller::~Poller() {
  LockGuard guard(lock_);
  for (const PollSlot& slot : slots_) {
    if (slot.owned) close(slot.descriptor);
  }
}

void Poller::Open() {
  if (open()) return;
  LockGuard guard(lock_);
  if (open()) return;
  if (const int error = events_.Open(); error != 0) {
    Panic("cannot open the network poller: %s; raise the limit of open files", strerror(error));
  }
  open_.store(true, std::memory_order_release);
}

PollSlot* Poller::Register(int descriptor, int& error) {
  PollSlot* slot;
  {
    LockGuard guard(lock_);
    if (free_ != nullptr) {
      slot = free_;
      free_ = slot->next_free;
    } else {
      slot = &slots_.emplace_back();
    }
  }
  slot->descriptor = descriptor;
  slot->words[0].store(PollSlot::kNobody, std::memory_order_relaxed);
  slot->words[1].store(PollSlot::kNobody, std::memory_order_relaxed);
  slot->closing.store(false, std::memory_order_relaxed);
  error = events_.Add(descriptor, TagOf(slot));
  if (error == 0) return slot;
  Free(slot);
  return nullptr;
}

void Poller::Close(PollSlot* slot, TaskList& woken) {
  events_.Remove(slot->descriptor);
  // seq_cst, with the looks at it in Announce and Commit: a task that announces itself from now on
  // sees it, one that has done so before is in its word.
  slot->closing.store(true, std::memory_order_seq_cst);
  for (const PollDirection direction : {PollDirection::kRead, PollDirection::kWrite}) {
    Task* task = Unblock(slot, direction, false);
    if (task != nullptr) woken.Append(task);
  }
}

void Poller::Free(PollSlot* slot) {
  slot->owned = false;
  slot->generation.fetch_add(1, std::memory_order_relaxed);
  LockGuard guard(lock_);
  slot->next_free = free_;
  free_ = slot;
}

bool Poller::Announce(PollSlot* slot, PollDirection direction) {
  std::atomic<uintptr_t>& word = slot->word(direction);
  for (;;) {
    uintptr_t seen = word.load(std::memory_order_acquire);
    if (seen == PollSlot::kReady) {
      if (word.compare_exchange_strong(seen, PollSlot::kNobody)) return true;
    } else if (seen == PollSlot::kNobody) {
      if (word.compare_exchange_strong(seen, PollSlot::kAboutToWait)) return false;
    } else {
      Panic("two tasks wait for the same direction of descriptor %d", slot->descriptor);
    }
  }
}

bool Poller::Commit(PollSlot* slot, PollDirection direction, Task* task) {
  uintptr_t expected = PollSlot::kAboutToWait;
  return slot->word(direction).compare_exchange_strong(expected, reinterpret_cast<uintptr_t>(task));
}

bool Poller::Finish(PollSlot* slot, PollDirection direction) {
  return slot->word(direction).exchange(PollSlot::kNobody) == PollSlot::kReady;
}

Task* Poller::Unblock(PollSlot* slot, PollDirection direction, bool ready) {
  std::atomic<uintptr_t>& word = slot->word(direction);
  uintptr_t seen = word.load(std::memory_order_acquire);
  const uintptr_t left = ready ? PollSlot::kReady : PollSlot::kNobody;
  for (;;) {
    if (seen == PollSlot::kReady) return nullptr;
    if (seen == PollSlot::kNobody && !ready) return nullptr;
    if (!word.compare_exchange_weak(seen, left)) continue;
    return seen > PollSlot::kAboutToWait ? reinterpret_cast<Task*>(seen) : nullptr;
  }
}

void Poller::Poll(int64_t timeout_ns, TaskList& ready) {
  ReadyEvent events[EventPoll::kEventsMost];
  const int count = events_.Wait(timeout_ns, events);
  for (int i = 0; i < count; ++i) {
    auto* slot = reinterpret_cast<PollSlot*>(events[i].tag >> kGenerationBits);
    if (TagOf(slot) != events[i].tag) continue;
    const auto unblock = [&](PollDirection direction) {
      Task* task = Unblock(slot, direction, true);
      if (task != nullptr) ready.Append(task);
    };
    if (events[i].readable) unblock(PollDirection::kRead);
    if (events[i].writable) unblock(PollDirection::kWrite);
  }
}

}  // namespace proctor::runtime
