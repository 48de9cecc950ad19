// The runtime's own tasks, and collections: the helper, which the monitor asks for a collection
// when there was none for long, and the scavenger, which gives free memory back.

#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

void Scheduler::StartOwnTasks(Thread* thread) {
  if (!collector_.Enabled()) return;
  helper_ =
      NewTask(thread, [this] { HelperMain(); }, "helper of forced collections", kFirstOwnTask + 1);
  scavenger_ = NewTask(thread, [this] { ScavengerMain(); }, "scavenger", kFirstOwnTask + 2);
  for (Task* task : {helper_, scavenger_}) {
    task->system = true;
    ChangeTask(task, TaskStatus::kGone, TaskStatus::kRunnable);
    PutLocal(*thread->p, task, false);
  }
}

CollectorState Scheduler::ReadCollector() {
  CollectorState state;
  state.enabled = collector_.Enabled();
  state.dying = dying_.load(std::memory_order_relaxed);
  state.collecting = collecting_.load(std::memory_order_relaxed);
  state.percent = collector_.Percent();
  state.last_end_ns = last_collection_ns_.load(std::memory_order_relaxed);
  return state;
}

bool Scheduler::CollectionDue(int64_t now_ns) {
  const CollectorState state = ReadCollector();
  return state.enabled && !state.dying && !state.collecting && state.percent >= 0 &&
         state.last_end_ns != 0 && now_ns - state.last_end_ns > options_.monitor.forcegc_period_ns;
}

void Scheduler::CollectNow() {
  StopTheWorld();
  Task* task = Current();
  TellWrite(TraceVariable::kCollecting, 1);
  collecting_.store(true);
  Tell(TraceKind::kCollectionBegin, -1, task->id);
  collector_.Collect();
  collecting_.store(false);
  TellWrite(TraceVariable::kCollecting, 0);
  const int64_t now_ns = NowNs();
  last_collection_ns_.store(now_ns);
  TellWrite(TraceVariable::kLastCollection, now_ns);
  Tell(TraceKind::kCollection, -1, task->id, collections_.fetch_add(1) + 1);
  StartTheWorld();
  AskScavenger();
}

// Whoever asks does not wake it: the monitor does so, at most once a cycle.
void Scheduler::AskScavenger() {
  if (scavenger_ == nullptr || scavenger_asked_.load()) return;
  LockGuard guard(scavenger_lock_);
  if (scavenger_asked_.load()) return;
  TellWrite(TraceVariable::kScavengerAsked, 1);
  scavenger_asked_.store(true);
}

void Scheduler::HelperMain() {
  for (;;) {
    helper_lock_.Acquire();
    Tell(TraceKind::kLock, -1, -1, static_cast<int64_t>(LockId::kForcedGc));
    if (helper_idle_.load()) {
      helper_lock_.Release();
      Tell(TraceKind::kInternalError, -1, -1,
           static_cast<int64_t>(InternalError::kHelperAlreadyIdle));
      Panic("the helper of forced collections was asked although it did not wait");
    }
    TellWrite(TraceVariable::kHelperIdle, 1);
    helper_idle_.store(true);
    Tell(TraceKind::kUnlock, -1, -1, static_cast<int64_t>(LockId::kForcedGc));
    WaitAndRelease(helper_lock_);
    // Much may have happened since it was asked.
    const bool due = CollectionDue(NowNs());
    Tell(TraceKind::kHelperRun, -1, Current()->id, due);
    if (due) CollectNow();
  }
}

void Scheduler::ScavengerMain() {
  for (;;) {
    scavenger_lock_.Acquire();
    Tell(TraceKind::kLock, -1, -1, static_cast<int64_t>(LockId::kScavenger));
    TellWrite(TraceVariable::kScavengerParked, 1);
    scavenger_parked_ = true;
    Tell(TraceKind::kUnlock, -1, -1, static_cast<int64_t>(LockId::kScavenger));
    WaitAndRelease(scavenger_lock_);
    collector_.Scavenge();
  }
}

}  // namespace proctor::runtime
