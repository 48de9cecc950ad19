#include "conformance/world/own_tasks.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void OwnTasks::Start() {
  TraceWrite(kNobody, Variable::kHelperIdle, helper_idle_ = true);
  TraceWrite(kNobody, Variable::kScavengerParked, scavenger_parked_);
}

void OwnTasks::ClearHelperIdle(int32_t m) {
  TraceWrite(m, Variable::kHelperIdle, helper_idle_ = false);
}

void OwnTasks::AskScavenger(int32_t m) {
  if (!scavenger_asked_) TraceWrite(m, Variable::kScavengerAsked, scavenger_asked_ = true);
}

void OwnTasks::WithdrawScavenger(int32_t m) {
  TraceWrite(m, Variable::kScavengerAsked, scavenger_asked_ = false);
}

void OwnTasks::UnparkScavenger(int32_t m) {
  TraceWrite(m, Variable::kScavengerParked, scavenger_parked_ = false);
}

void OwnTasks::ResumeHelper(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kMarking || task.phase == kCollectionEnds) return w_.collector.Collect(m);
  if (task.phase == kStarted) return HelperWaits(m);
  // Asked, or back from waiting for somebody else's stop: much may have happened since.
  const bool due = w_.collector.CollectionDue();
  Trace(EventKind::kHelperRun, m, kNobody, task.id, due);
  if (!due && !Deviates(Deviation::kHelperForgetsToLook)) return HelperWaits(m);
  task.phase = kCollectionWanted;
  w_.collector.Collect(m);
}

void OwnTasks::HelperWaits(int32_t m) {
  if (WaitsForMonitor(LockId::kForcedGc, m)) return;
  TaskOf(m).phase = kNotStarted;
  Take(LockId::kForcedGc, m);
  if (helper_idle_) {
    Drop(LockId::kForcedGc, m);
    Trace(EventKind::kInternalError, m, kNobody, kNobody,
          static_cast<int64_t>(InternalError::kHelperAlreadyIdle));
    return w_.Finish(WorldEnd::kInternalError, "helper_already_idle");
  }
  TraceWrite(m, Variable::kHelperIdle, helper_idle_ = true);
  Drop(LockId::kForcedGc, m);
  w_.programs.Wait(m);
}

// True: the monitor holds the lock, and the runtime's own task that needs it to park comes back
// later.
bool OwnTasks::WaitsForMonitor(LockId lock, int32_t m) {
  if (!w_.locks.HeldByMonitor(lock)) return false;
  TaskOf(m).phase = kStarted;
  Then(m, Step::kResume, 1'000);
  return true;
}

void OwnTasks::ResumeScavenger(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kNotStarted) {
    task.phase = kStarted;
    return w_.programs.Compute(m, w_.choices.Between(5'000, 500'000));
  }
  if (WaitsForMonitor(LockId::kScavenger, m)) return;
  task.phase = kNotStarted;
  Take(LockId::kScavenger, m);
  TraceWrite(m, Variable::kScavengerParked, scavenger_parked_ = true);
  Drop(LockId::kScavenger, m);
  w_.programs.Wait(m);
}

void OwnTasks::ResumeStopper(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kStarted) {
    task.phase = kNotStarted;
    return w_.programs.Wait(m);
  }
  task.phase = kStopWanted;
  w_.stop.Ask(m, task.role == Role::kResizer ? StopReason::kResize : StopReason::kPlain);
}

// Whether one of the runtime's own tasks waits to be asked.
bool OwnTasks::Waits(Role role) const {
  const G& task = TaskAt(IndexOf(role));
  return task.status == TaskStatus::kWaiting && task.phase == kNotStarted;
}

void OwnTasks::StartWaiter(Role role) {
  if (!Waits(role)) return;
  found_ = {IndexOf(role)};
  w_.injection.Run(kForeignM, found_);
}

}  // namespace proctor
