// What tasks do: the scenario's operations in virtual time.

#include <algorithm>

#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

// What an operation costs that takes no time by itself, so that no loop of them stands still.
constexpr int64_t kOpNs = 150;
// Short system calls, and what a task computes between two of them.
constexpr int64_t kCallLeastNs = 1'000;
constexpr int64_t kCallMostNs = 15'000;
constexpr int64_t kBetweenCallsNs = 400;
constexpr int64_t kHeapLeastBytes = 4 << 20;

}  // namespace

int32_t Scheduler::NewTask(int32_t program) {
  int32_t g;
  if (free_gs_.empty()) {
    g = static_cast<int32_t>(gs_.size());
    gs_.emplace_back();
  } else {
    g = free_gs_.back();
    free_gs_.pop_back();
    gs_[static_cast<size_t>(g)] = {};
  }
  G& task = gs_[static_cast<size_t>(g)];
  task.id = next_task_id_++;
  task.program = program;
  task.repeats_left = scenario_.tasks[static_cast<size_t>(program)].repeat;
  ++live_tasks_;
  ++tasks_by_status_[static_cast<size_t>(TaskStatus::kGone)];
  return g;
}

void Scheduler::Spawn(int32_t m, int32_t program) {
  const int32_t g = NewTask(program);
  const int32_t parent = ThreadOf(m).g;
  Tell(EventKind::kTaskSpawn, m, kNobody, parent == kNobody ? kNobody : TaskOf(m).id,
       gs_[static_cast<size_t>(g)].id);
  MakeReady(m, g);
}

void Scheduler::Resume(int32_t m) {
  G& task = TaskOf(m);
  if (task.left_ns > 0 && task.begun) return Compute(m, task.left_ns);
  if (task.marked) {
    TellWrite(m, Variable::kTaskMarked, task.marked = false, kNobody, task.id);
    return PutBack(m, OutReason::kPreempted);
  }
  switch (task.role) {
    case Role::kScenario:
      return ResumeScenario(m);
    case Role::kMain:
      return Finish(WorldEnd::kDone, "");
    case Role::kHelper:
      return ResumeHelper(m);
    case Role::kScavenger:
      return ResumeScavenger(m);
    case Role::kResizer:
    case Role::kStopper:
      return ResumeStopper(m);
  }
}

void Scheduler::ResumeScenario(int32_t m) {
  G& task = TaskOf(m);
  const Task& program = scenario_.tasks[static_cast<size_t>(task.program)];
  if (task.begun) return EndOp(m);
  if (task.phase == kNotStarted) {
    task.phase = kStarted;
    Tell(EventKind::kTaskStart, m, ThreadOf(m).p, task.id);
  }
  if (static_cast<size_t>(task.op) == program.ops.size()) {
    task.op = 0;
    if (--task.repeats_left <= 0 || program.ops.empty()) return EndTask(m);
  }
  const Operation& op = program.ops[static_cast<size_t>(task.op)];
  Tell(EventKind::kOpBegin, m, ThreadOf(m).p, task.id, static_cast<int64_t>(op.op), task.op);
  task.begun = true;
  BeginOp(m, op);
}

void Scheduler::BeginOp(int32_t m, const Operation& op) {
  TaskOf(m).phase = kStarted;
  switch (op.op) {
    case Op::kSpin:
    case Op::kWork:
      return Compute(m, op.duration_ns);
    case Op::kBlock:
      return BeginSyscall(m, op.duration_ns);
    case Op::kCalls:
      TaskOf(m).calls_until_ns = now_ns_ + op.duration_ns;
      return ShortCall(m);
    case Op::kWait:
      return WaitForDescriptor(m, op.descriptor);
    case Op::kSleep: {
      SetPollerReady(m);
      AddTimer(m, ThreadOf(m).p, now_ns_ + op.duration_ns, ThreadOf(m).g);
      return Wait(m);
    }
    case Op::kYield:
      return PutBack(m, OutReason::kYielded);
    case Op::kSend:
      return Send(m, op.channel);
    case Op::kReceive:
      return Receive(m, op.channel);
    case Op::kSpawn:
      Spawn(m, op.task);
      return Then(m, Step::kResume, kOpNs);
    case Op::kAllocate:
      return Allocate(m, op.bytes);
    case Op::kCollect:
      TaskOf(m).phase = kCollectionWanted;
      return Collect(m);
    case Op::kStamp:
      Tell(EventKind::kCpuTime, m, kNobody, TaskOf(m).id, now_ns_ - start_ns_);
      return Then(m, Step::kResume, kOpNs);
  }
}

void Scheduler::EndOp(int32_t m) {
  G& task = TaskOf(m);
  const Operation& op =
      scenario_.tasks[static_cast<size_t>(task.program)].ops[static_cast<size_t>(task.op)];
  if (op.op == Op::kCalls && now_ns_ < task.calls_until_ns) return ShortCall(m);
  if (task.phase >= kCollectionWanted && op.op != Op::kCalls) return Collect(m);
  Tell(EventKind::kOpEnd, m, ThreadOf(m).p, task.id, static_cast<int64_t>(op.op), task.op);
  task.begun = false;
  task.left_ns = 0;
  ++task.op;
  Then(m, Step::kResume, kOpNs);
}

void Scheduler::EndTask(int32_t m) {
  const int32_t g = ThreadOf(m).g;
  G& task = TaskOf(m);
  Tell(EventKind::kTaskEnd, m, ThreadOf(m).p, task.id);
  SwitchOut(m, OutReason::kEnded);
  SetStatus(m, task, TaskStatus::kGone);
  --tasks_by_status_[static_cast<size_t>(TaskStatus::kGone)];
  free_gs_.push_back(g);
  if (--live_tasks_ == 0) EndScenario(m);
  Then(m, Step::kSchedule);
}

void Scheduler::EndScenario(int32_t m) {
  Tell(EventKind::kScenarioEnd, kNobody);
  const int32_t main = IndexOf(Role::kMain);
  if (gs_[static_cast<size_t>(main)].status == TaskStatus::kGone) return;
  if (scenario_.settle_ms == 0) return MakeReady(m, main);
  SetPollerReady(m);
  AddTimer(m, ThreadOf(m).p, now_ns_ + scenario_.settle_ms * 1'000'000, main);
}

// A short call ends at once or, every other time, a computation between two calls does.
void Scheduler::ShortCall(int32_t m) {
  G& task = TaskOf(m);
  const bool compute = task.phase == kStarted;
  task.phase = compute ? kBetweenCalls : kStarted;
  if (compute) return Then(m, Step::kResume, kBetweenCallsNs);
  BeginSyscall(m, choices_.Between(kCallLeastNs, kCallMostNs));
}

void Scheduler::Compute(int32_t m, int64_t duration_ns) {
  ThreadOf(m).run_until_ns = now_ns_ + duration_ns;
  TaskOf(m).left_ns = duration_ns;
  Then(m, Step::kOpEnd, duration_ns);
}

void Scheduler::OnComputed(int32_t m) {
  TaskOf(m).left_ns = 0;
  Resume(m);
}

// The task waits for something; its thread looks for another one.
void Scheduler::Wait(int32_t m) {
  G& task = TaskOf(m);
  SwitchOut(m, OutReason::kWaits);
  SetStatus(m, task, TaskStatus::kWaiting);
  Then(m, Step::kSchedule);
}

void Scheduler::Send(int32_t m, int32_t channel) {
  ChannelState& state = channels_[static_cast<size_t>(channel)];
  if (!state.receivers.empty()) {
    MakeReady(m, state.receivers.Pop());
  } else if (state.buffered < scenario_.channels[static_cast<size_t>(channel)].capacity) {
    ++state.buffered;
  } else {
    state.senders.Append(ThreadOf(m).g);
    return Wait(m);
  }
  Then(m, Step::kResume, kOpNs);
}

void Scheduler::Receive(int32_t m, int32_t channel) {
  ChannelState& state = channels_[static_cast<size_t>(channel)];
  if (state.buffered > 0) {
    // A waiting sender's value takes the place that has become free.
    if (state.senders.empty()) {
      --state.buffered;
    } else {
      MakeReady(m, state.senders.Pop());
    }
  } else if (!state.senders.empty()) {
    MakeReady(m, state.senders.Pop());
  } else {
    state.receivers.Append(ThreadOf(m).g);
    return Wait(m);
  }
  Then(m, Step::kResume, kOpNs);
}

void Scheduler::WaitForDescriptor(int32_t m, int32_t descriptor) {
  SetPollerReady(m);
  DescriptorState& state = descriptors_[static_cast<size_t>(descriptor)];
  if (state.bytes > 0) {
    --state.bytes;
    return Then(m, Step::kResume, kOpNs);
  }
  state.waiting.Append(ThreadOf(m).g);
  CountPollWaiters(m, 1);
  Wait(m);
}

void Scheduler::Allocate(int32_t m, int64_t bytes) {
  heap_bytes_ += bytes;
  const int64_t threshold_bytes =
      kHeapLeastBytes * std::max<int64_t>(tunables_.gc_percent, 1) / 100;
  if (tunables_.gc_percent < 0 || heap_bytes_ < threshold_bytes || collecting_) {
    return Then(m, Step::kResume, kOpNs);
  }
  TaskOf(m).phase = kCollectionWanted;
  Collect(m);
}

}  // namespace proctor
