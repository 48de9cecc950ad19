#include "conformance/world/preemption.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

constexpr int64_t kPreemptionSignal = 23;  // SIGURG on Linux

}  // namespace

void Preemption::Preempt(int32_t m, int32_t p) {
  const int32_t other = ProcessorOf(p).m;
  const bool nobody = other == kNobody || other == m || ThreadOf(other).g == kNobody;
  if (nobody && !(Deviates(Deviation::kPreemptWithoutTask) && other == kNobody)) {
    return Trace(EventKind::kPreemptRequest, m, p, kNobody, 0, other);
  }
  if (nobody) return Trace(EventKind::kPreemptRequest, m, p, kNobody, 1, other);
  M& thread = ThreadOf(other);
  G& task = TaskOf(other);
  Trace(EventKind::kPreemptRequest, m, p, task.id, 1, other);
  if (!Deviates(Deviation::kPreemptUnmarked)) {
    task.marked = true;
    TraceWrite(m, Variable::kTaskMarked, 1, kNobody, task.id);
  }
  const bool asynchronous = w_.setup.tunables.asynchronous_preemption != 0;
  if (asynchronous) {
    ProcessorOf(p).marked = true;
    TraceWrite(m, Variable::kMarked, 1, p);
    const bool flood = Deviates(Deviation::kSignalFlood);
    if (thread.signalled && !flood) return;
    Trace(EventKind::kPreemptSignal, m, kNobody, kNobody, other, kPreemptionSignal);
  } else if (thread.signalled) {
    return;
  }
  // Without signals the task notices at its next call, if it makes any.
  thread.signalled = true;
  w_.loop.At(now_ns() + w_.choices.Between(500, w_.setup.knobs.signal_ns), kFirstSignal - other);
}

void Preemption::PreemptAll(int32_t m) {
  for (int32_t p = 0; p < w_.processors.count(); ++p) {
    if (ProcessorOf(p).status == PROCTOR_P_RUNNING) Preempt(m, p);
  }
}

void Preemption::OnSignal(int32_t m) {
  M& thread = ThreadOf(m);
  thread.signalled = false;
  const bool asynchronous = w_.setup.tunables.asynchronous_preemption != 0;
  if (asynchronous) Trace(EventKind::kSignalHandled, m);
  // Only a computation can be interrupted; everything else looks at the mark by itself.
  if (thread.step != Step::kOpEnd || thread.g == kNobody || !TaskOf(m).marked) return;
  const G& task = TaskOf(m);
  if (task.role == Role::kScenario) {
    const Operation& op = w_.setup.scenario.tasks[static_cast<size_t>(task.program)]
                              .ops[static_cast<size_t>(task.op)];
    // A call that the runtime knows nothing of goes on after the signal.
    if (op.op == Op::kBlockUntold || (!asynchronous && op.op == Op::kSpin)) return;
  }
  TaskOf(m).left_ns = thread.run_until_ns > now_ns() ? thread.run_until_ns - now_ns() : 1;
  PutBack(m, OutReason::kPreempted);
}

// To the tail of the global queue, and on to the next task.
void Preemption::PutBack(int32_t m, OutReason reason) {
  const int32_t g = ThreadOf(m).g;
  w_.search.SwitchOut(m, reason);
  if (reason == OutReason::kPreempted && Deviates(Deviation::kPreemptedWaits)) {
    w_.tasks.SetStatus(m, TaskAt(g), TaskStatus::kWaiting);
    return Then(m, Step::kSchedule);
  }
  w_.tasks.SetStatus(m, TaskAt(g), TaskStatus::kRunnable);
  if (reason == OutReason::kPreempted && Deviates(Deviation::kPreemptedKeepsPlace)) {
    w_.queues.PutLocal(m, ThreadOf(m).p, g, true);
  } else {
    Take(LockId::kSched, m);
    w_.queues.PutGlobal(m, g);
    Drop(LockId::kSched, m);
  }
  Then(m, Step::kSchedule);
}

}  // namespace proctor
