#include "conformance/world/programs.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// Short system calls, and what a task computes between two of them.
constexpr int64_t kCallLeastNs = 1'000;
constexpr int64_t kCallMostNs = 15'000;
constexpr int64_t kBetweenCallsNs = 400;

}  // namespace

void Programs::Spawn(int32_t m, int32_t program) {
  const int32_t g = w_.tasks.NewTask(program);
  const int32_t parent = ThreadOf(m).g;
  Trace(EventKind::kTaskSpawn, m, kNobody, parent == kNobody ? kNobody : TaskOf(m).id,
        TaskAt(g).id);
  w_.queues.MakeReady(m, g);
}

void Programs::Resume(int32_t m) {
  G& task = TaskOf(m);
  if (task.left_ns > 0 && task.begun) return Compute(m, task.left_ns);
  if (task.marked) {
    TraceWrite(m, Variable::kTaskMarked, task.marked = false, kNobody, task.id);
    return w_.preemption.PutBack(m, OutReason::kPreempted);
  }
  switch (task.role) {
    case Role::kScenario:
      return ResumeScenario(m);
    case Role::kMain:
      return w_.Finish(WorldEnd::kDone, "");
    case Role::kHelper:
      return w_.own_tasks.ResumeHelper(m);
    case Role::kScavenger:
      return w_.own_tasks.ResumeScavenger(m);
    case Role::kResizer:
    case Role::kStopper:
      return w_.own_tasks.ResumeStopper(m);
  }
}

void Programs::ResumeScenario(int32_t m) {
  G& task = TaskOf(m);
  const Task& program = w_.setup.scenario.tasks[static_cast<size_t>(task.program)];
  if (task.begun) return EndOp(m);
  if (task.phase == kNotStarted) {
    task.phase = kStarted;
    Trace(EventKind::kTaskStart, m, ThreadOf(m).p, task.id);
  }
  if (static_cast<size_t>(task.op) == program.ops.size()) {
    task.op = 0;
    if (--task.repeats_left <= 0 || program.ops.empty()) return EndTask(m);
  }
  const Operation& op = program.ops[static_cast<size_t>(task.op)];
  Trace(EventKind::kOpBegin, m, ThreadOf(m).p, task.id, static_cast<int64_t>(op.op), task.op);
  task.begun = true;
  BeginOp(m, op);
}

void Programs::BeginOp(int32_t m, const Operation& op) {
  TaskOf(m).phase = kStarted;
  switch (op.op) {
    case Op::kSpin:
    case Op::kWork:
    case Op::kBlockUntold:
      return Compute(m, op.duration_ns);
    case Op::kBlock:
      return w_.syscalls.Begin(m, op.duration_ns);
    case Op::kCalls:
      TaskOf(m).calls_until_ns = now_ns() + op.duration_ns;
      return ShortCall(m);
    case Op::kWait:
      return w_.poller.WaitFor(m, op.descriptor);
    case Op::kSleep: {
      w_.poller.SetReady(m);
      w_.timers.Add(m, ThreadOf(m).p, now_ns() + op.duration_ns, ThreadOf(m).g);
      return Wait(m);
    }
    case Op::kYield:
      return w_.preemption.PutBack(m, OutReason::kYielded);
    case Op::kSend:
      return w_.channels.Send(m, op.channel);
    case Op::kReceive:
      return w_.channels.Receive(m, op.channel);
    case Op::kSpawn:
      Spawn(m, op.task);
      return Then(m, Step::kResume, kOpNs);
    case Op::kAllocate:
      return w_.collector.Allocate(m, op.bytes);
    case Op::kCollect:
      TaskOf(m).phase = kCollectionWanted;
      return w_.collector.Collect(m);
    case Op::kStamp:
      Trace(EventKind::kCpuTime, m, kNobody, TaskOf(m).id, now_ns() - w_.loop.start_ns());
      return Then(m, Step::kResume, kOpNs);
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return OperateTimer(m, op);
    case Op::kProcs:
      TaskOf(m).phase = kStopWanted;
      return ChangeProcs(m, op.procs);
  }
}

void Programs::EndOp(int32_t m) {
  G& task = TaskOf(m);
  const Operation& op =
      w_.setup.scenario.tasks[static_cast<size_t>(task.program)].ops[static_cast<size_t>(task.op)];
  if (op.op == Op::kCalls && now_ns() < task.calls_until_ns) return ShortCall(m);
  if (task.phase == kStopWanted) return ChangeProcs(m, op.procs);
  if (op.op == Op::kProcs) {
    Trace(EventKind::kProcsChanged, m, kNobody, task.id, w_.processors.procs());
  }
  if (task.phase >= kCollectionWanted && op.op != Op::kCalls) return w_.collector.Collect(m);
  Trace(EventKind::kOpEnd, m, ThreadOf(m).p, task.id, static_cast<int64_t>(op.op), task.op);
  task.begun = false;
  task.left_ns = 0;
  ++task.op;
  Then(m, Step::kResume, kOpNs);
}

void Programs::EndTask(int32_t m) {
  const int32_t g = ThreadOf(m).g;
  G& task = TaskOf(m);
  Trace(EventKind::kTaskEnd, m, ThreadOf(m).p, task.id);
  w_.search.SwitchOut(m, OutReason::kEnded);
  w_.tasks.SetStatus(m, task, TaskStatus::kGone);
  w_.tasks.Free(g);
  if (w_.tasks.live() == 0 && w_.timers.own() == 0) EndScenario(m);
  Then(m, Step::kSchedule);
}

void Programs::EndScenario(int32_t m) {
  Trace(EventKind::kScenarioEnd, kNobody);
  const int32_t main = OwnTasks::IndexOf(Role::kMain);
  if (TaskAt(main).status == TaskStatus::kGone) return;
  if (w_.setup.scenario.settle_ms == 0) return w_.queues.MakeReady(m, main);
  w_.poller.SetReady(m);
  w_.timers.Add(m, ThreadOf(m).p, now_ns() + w_.setup.scenario.settle_ms * 1'000'000, main);
}

// A short call ends at once or, every other time, a computation between two calls does.
void Programs::ShortCall(int32_t m) {
  G& task = TaskOf(m);
  const bool compute = task.phase == kStarted;
  task.phase = compute ? kBetweenCalls : kStarted;
  if (compute) return Then(m, Step::kResume, kBetweenCallsNs);
  w_.syscalls.Begin(m, w_.choices.Between(kCallLeastNs, kCallMostNs));
}

void Programs::OperateTimer(int32_t m, const Operation& op) {
  const int64_t id = TaskOf(m).id;
  const bool active = w_.timers.Stop(m, id, op.timer);
  Trace(EventKind::kTimerAnswer, m, kNobody, id, op.timer, active);
  if (op.op != Op::kStopTimer) {
    w_.poller.SetReady(m);
    w_.timers.Set(m, ThreadOf(m).p, now_ns() + op.duration_ns, id, op.timer);
  }
  Then(m, Step::kResume, kOpNs);
}

// Where somebody else stops the world, the task waits, and asks again.
void Programs::ChangeProcs(int32_t m, int32_t procs) {
  if (w_.stop.Ask(m, StopReason::kResize)) w_.resize.set_target(procs);
}

void Programs::Compute(int32_t m, int64_t duration_ns) {
  ThreadOf(m).run_until_ns = now_ns() + duration_ns;
  TaskOf(m).left_ns = duration_ns;
  Then(m, Step::kOpEnd, duration_ns);
}

void Programs::OnComputed(int32_t m) {
  TaskOf(m).left_ns = 0;
  Resume(m);
}

// The task waits for something; its thread looks for another one.
void Programs::Wait(int32_t m) {
  G& task = TaskOf(m);
  w_.search.SwitchOut(m, OutReason::kWaits);
  w_.tasks.SetStatus(m, task, TaskStatus::kWaiting);
  Then(m, Step::kSchedule);
}

}  // namespace proctor
