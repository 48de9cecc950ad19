#include "conformance/world/collector_calls.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void CollectorCalls::Collector(proctor_collector* state) {
  if (state == nullptr) return Misuse("calls collector with NULL; it wants a place for its result");
  *state = {w_.collector.enabled(), w_.surroundings.dying(), w_.collector.collecting(),
            static_cast<int32_t>(w_.collector.percent()), w_.collector.last_end_ns()};
  Trace(EventKind::kCollectorRead, kMonitorM, kNobody, kNobody,
        w_.collector.enabled() && !w_.surroundings.dying() && !w_.collector.collecting(),
        w_.collector.percent(), w_.collector.last_end_ns());
}

void CollectorCalls::ClearHelperIdle() { w_.own_tasks.ClearHelperIdle(kMonitorM); }

void CollectorCalls::InjectHelper() {
  if (!w_.locks.CanTake(LockId::kSched, "inject_helper")) return;
  ready_ = {OwnTasks::IndexOf(Role::kHelper)};
  if (!w_.own_tasks.Waits(Role::kHelper)) {
    // Traced before it is refused: two requests are outstanding.
    Trace(EventKind::kInject, kMonitorM, kNobody, TaskAt(ready_[0]).id, 1);
    return Misuse("injects the helper, which does not wait");
  }
  w_.injection.Run(kMonitorM, ready_);
}

void CollectorCalls::WakeScavenger() {
  if (!w_.locks.CanTake(LockId::kScavenger, "wake_scavenger") ||
      !w_.locks.CanTake(LockId::kSched, "wake_scavenger")) {
    return;
  }
  Take(LockId::kScavenger, kMonitorM);
  const bool parked = w_.own_tasks.scavenger_parked() && w_.own_tasks.Waits(Role::kScavenger);
  Trace(EventKind::kScavengerWake, kMonitorM, kNobody, kNobody, parked);
  if (parked || Deviates(Deviation::kScavengerWokenBusy)) {
    w_.own_tasks.WithdrawScavenger(kMonitorM);
  }
  if (parked) {
    w_.own_tasks.UnparkScavenger(kMonitorM);
    ready_ = {OwnTasks::IndexOf(Role::kScavenger)};
    w_.injection.Run(kMonitorM, ready_);
  }
  if (!ended()) Drop(LockId::kScavenger, kMonitorM);
}

}  // namespace proctor
