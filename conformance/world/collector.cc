// Collections, and the runtime's own tasks: the helper of forced collections, the scavenger, and
// two that stop the world for other reasons.

#include "conformance/world/scheduler.h"

namespace proctor {

// The next part of a collection.
void Scheduler::Collect(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kCollectionWanted) {
    if (AskToStop(m, StopReason::kCollectionBegin)) task.phase = kMarking;
    return;
  }
  task.phase = kCollectionEnds;
  AskToStop(m, StopReason::kCollectionEnd);
}

void Scheduler::EndCollection(int32_t m) {
  if (mark_work_) SetMarkWork(m, false);
  TellWrite(m, Variable::kCollecting, collecting_ = false);
  TellWrite(m, Variable::kLastCollection, last_collection_ns_ = now_ns_);
  Tell(EventKind::kCollection, m, kNobody, TaskOf(m).id, ++collections_);
  heap_bytes_ = 0;
  if (!scavenger_asked_) TellWrite(m, Variable::kScavengerAsked, scavenger_asked_ = true);
  Then(m, Step::kStart, choices_.Between(5'000, 50'000));
}

void Scheduler::SetMarkWork(int32_t m, bool on) {
  if (mark_work_ == on) return;
  TellWrite(m, Variable::kMarkWork, mark_work_ = on);
}

bool Scheduler::CollectionDue() const {
  return collector_enabled_ && !dying_ && !collecting_ && tunables_.gc_percent >= 0 &&
         last_collection_ns_ != 0 && now_ns_ - last_collection_ns_ > tunables_.forcegc_period_ns;
}

void Scheduler::ResumeHelper(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kMarking || task.phase == kCollectionEnds) return Collect(m);
  if (task.phase == kStarted) return HelperWaits(m);
  // Asked, or back from waiting for somebody else's stop: much may have happened since.
  const bool due = CollectionDue();
  Tell(EventKind::kHelperRun, m, kNobody, task.id, due);
  if (!due && !Deviates(Deviation::kHelperForgetsToLook)) return HelperWaits(m);
  task.phase = kCollectionWanted;
  Collect(m);
}

void Scheduler::HelperWaits(int32_t m) {
  if (WaitsForMonitor(LockId::kForcedGc, m)) return;
  TaskOf(m).phase = kNotStarted;
  Take(LockId::kForcedGc, m);
  if (helper_idle_) {
    Drop(LockId::kForcedGc, m);
    Tell(EventKind::kInternalError, m, kNobody, kNobody,
         static_cast<int64_t>(InternalError::kHelperAlreadyIdle));
    return Finish(WorldEnd::kInternalError, "helper_already_idle");
  }
  TellWrite(m, Variable::kHelperIdle, helper_idle_ = true);
  Drop(LockId::kForcedGc, m);
  Wait(m);
}

// True: the monitor holds the lock, and the runtime's own task that needs it to park comes back
// later.
bool Scheduler::WaitsForMonitor(LockId lock, int32_t m) {
  if (!HeldByMonitor(lock)) return false;
  TaskOf(m).phase = kStarted;
  Then(m, Step::kResume, 1'000);
  return true;
}

void Scheduler::ResumeScavenger(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kNotStarted) {
    task.phase = kStarted;
    return Compute(m, choices_.Between(5'000, 500'000));
  }
  if (WaitsForMonitor(LockId::kScavenger, m)) return;
  task.phase = kNotStarted;
  Take(LockId::kScavenger, m);
  TellWrite(m, Variable::kScavengerParked, scavenger_parked_ = true);
  Drop(LockId::kScavenger, m);
  Wait(m);
}

void Scheduler::ResumeStopper(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kStarted) {
    task.phase = kNotStarted;
    return Wait(m);
  }
  task.phase = kStopWanted;
  AskToStop(m, task.role == Role::kResizer ? StopReason::kResize : StopReason::kPlain);
}

}  // namespace proctor
