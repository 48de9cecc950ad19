// The runtime's locks. A thread's step that needs a lock which is held waits until it is not.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_LOCKS_H_
#define PROCTOR_CONFORMANCE_WORLD_LOCKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "conformance/world/agenda.h"
#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Locks : private Part {
 public:
  explicit Locks(VirtualRuntime& w) : Part(w) { owners_.fill(kNobody); }

  // The monitor's own calls.
  void MonitorTakes(int32_t lock);
  void MonitorDrops(int32_t lock);
  // For calls that take a lock by themselves. False: the monitor must not make them now.
  bool CanTake(LockId lock, const char* call);
  // A lock must be free when it is taken; the monitor waits until it is.
  void Take(LockId lock, int32_t m);
  void Drop(LockId lock, int32_t m);
  std::optional<LockId> FirstHeldByMonitor() const;

  bool Held(LockId lock) const { return Owner(lock) != kNobody; }
  bool HeldByMonitor(LockId lock) const { return Owner(lock) == kMonitorM; }
  bool HeldByAnother(LockId lock, int32_t who) const { return Held(lock) && Owner(lock) != who; }
  void AddWaiter(const Appointment& appointment) { waiters_.push_back(appointment); }

 private:
  int32_t& Owner(LockId lock) { return owners_[static_cast<size_t>(lock)]; }
  int32_t Owner(LockId lock) const { return owners_[static_cast<size_t>(lock)]; }
  void Wait(LockId lock);

  std::array<int32_t, 7> owners_;
  std::vector<Appointment> waiters_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_LOCKS_H_
