#include "conformance/world/locks.h"

#include <fmt/core.h>

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

// The monitor waits for a lock that somebody else holds, and the world goes on.
void Locks::Wait(LockId lock) {
  while (!ended() && Owner(lock) != kNobody && Owner(lock) != kMonitorM) {
    if (w_.loop.RunNext()) continue;
    return Misuse(
        fmt::format("waits for the {} lock for ever", LockNames()[static_cast<size_t>(lock)]));
  }
}

void Locks::MonitorTakes(int32_t lock) {
  if (lock < 0 || lock >= static_cast<int32_t>(owners_.size())) {
    return Misuse(fmt::format("locks {}, which is no lock", lock));
  }
  const auto id = static_cast<LockId>(lock);
  if (HeldByMonitor(id)) {
    return Misuse(
        fmt::format("locks the {} lock, which it holds", LockNames()[static_cast<size_t>(lock)]));
  }
  Take(id, kMonitorM);
}

void Locks::MonitorDrops(int32_t lock) {
  if (lock < 0 || lock >= static_cast<int32_t>(owners_.size())) {
    return Misuse(fmt::format("unlocks {}, which is no lock", lock));
  }
  if (!HeldByMonitor(static_cast<LockId>(lock))) {
    return Misuse(fmt::format("unlocks the {} lock, which it does not hold",
                              LockNames()[static_cast<size_t>(lock)]));
  }
  Drop(static_cast<LockId>(lock), kMonitorM);
}

// For calls that take a lock by themselves. False: the monitor must not make them now.
bool Locks::CanTake(LockId lock, const char* call) {
  if (HeldByMonitor(lock)) {
    Misuse(fmt::format("calls {} with the {} lock held, which that takes", call,
                       LockNames()[static_cast<size_t>(lock)]));
    return false;
  }
  Wait(lock);
  return !ended();
}

void Locks::Take(LockId lock, int32_t m) {
  if (m == kMonitorM) Wait(lock);
  Owner(lock) = m;
  Trace(EventKind::kLock, m, kNobody, kNobody, static_cast<int64_t>(lock));
}

void Locks::Drop(LockId lock, int32_t m) {
  Owner(lock) = kNobody;
  Trace(EventKind::kUnlock, m, kNobody, kNobody, static_cast<int64_t>(lock));
  if (waiters_.empty()) return;
  // Who waited for this lock tries again, and may find it taken by another one.
  for (const Appointment& waiter : waiters_) w_.loop.Retry(waiter);
  waiters_.clear();
}

std::optional<LockId> Locks::FirstHeldByMonitor() const {
  const auto found = std::ranges::find(owners_, kMonitorM);
  if (found == owners_.end()) return std::nullopt;
  return static_cast<LockId>(found - owners_.begin());
}

}  // namespace proctor
