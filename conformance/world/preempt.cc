// Preemption: the request, the signal, and how the task gives way.

#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

constexpr int64_t kPreemptionSignal = 23;  // SIGURG on Linux

}  // namespace

void Scheduler::Preempt(int32_t m, int32_t p) {
  const int32_t other = ProcessorOf(p).m;
  const bool nobody = other == kNobody || other == m || ThreadOf(other).g == kNobody;
  if (nobody && !(Deviates(Deviation::kPreemptWithoutTask) && other == kNobody)) {
    return Tell(EventKind::kPreemptRequest, m, p, kNobody, 0, other);
  }
  if (nobody) return Tell(EventKind::kPreemptRequest, m, p, kNobody, 1, other);
  M& thread = ThreadOf(other);
  G& task = TaskOf(other);
  Tell(EventKind::kPreemptRequest, m, p, task.id, 1, other);
  if (!Deviates(Deviation::kPreemptUnmarked)) {
    task.marked = true;
    TellWrite(m, Variable::kTaskMarked, 1, kNobody, task.id);
  }
  const bool asynchronous = tunables_.asynchronous_preemption != 0;
  if (asynchronous) {
    ProcessorOf(p).marked = true;
    TellWrite(m, Variable::kMarked, 1, p);
    const bool flood = Deviates(Deviation::kSignalFlood);
    if (thread.signalled && !flood) return;
    Tell(EventKind::kPreemptSignal, m, kNobody, kNobody, other, kPreemptionSignal);
  } else if (thread.signalled) {
    return;
  }
  // Without signals the task notices at its next call, if it makes any.
  thread.signalled = true;
  agenda_.Add(now_ns_ + choices_.Between(500, knobs_.signal_ns), kFirstSignal - other, 0);
}

void Scheduler::PreemptAll(int32_t m) {
  for (int32_t p = 0; p < processor_count_; ++p) {
    if (ProcessorOf(p).status == PROCTOR_P_RUNNING) Preempt(m, p);
  }
}

void Scheduler::OnSignal(int32_t m) {
  M& thread = ThreadOf(m);
  thread.signalled = false;
  const bool asynchronous = tunables_.asynchronous_preemption != 0;
  if (asynchronous) Tell(EventKind::kSignalHandled, m);
  // Only a computation can be interrupted; everything else looks at the mark by itself.
  if (thread.step != Step::kOpEnd || thread.g == kNobody || !TaskOf(m).marked) return;
  const G& task = TaskOf(m);
  if (!asynchronous && task.role == Role::kScenario) {
    const Operation& op =
        scenario_.tasks[static_cast<size_t>(task.program)].ops[static_cast<size_t>(task.op)];
    if (op.op == Op::kSpin) return;
  }
  TaskOf(m).left_ns = thread.run_until_ns > now_ns_ ? thread.run_until_ns - now_ns_ : 1;
  PutBack(m, OutReason::kPreempted);
}

// To the tail of the global queue, and on to the next task.
void Scheduler::PutBack(int32_t m, OutReason reason) {
  const int32_t g = ThreadOf(m).g;
  SwitchOut(m, reason);
  if (reason == OutReason::kPreempted && Deviates(Deviation::kPreemptedWaits)) {
    SetStatus(m, gs_[static_cast<size_t>(g)], TaskStatus::kWaiting);
    return Then(m, Step::kSchedule);
  }
  SetStatus(m, gs_[static_cast<size_t>(g)], TaskStatus::kRunnable);
  if (reason == OutReason::kPreempted && Deviates(Deviation::kPreemptedKeepsPlace)) {
    PutLocal(m, ThreadOf(m).p, g, true);
  } else {
    Take(LockId::kSched, m);
    PutGlobal(m, g);
    Drop(LockId::kSched, m);
  }
  Then(m, Step::kSchedule);
}

}  // namespace proctor
