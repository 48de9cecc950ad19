#include "conformance/campaign/lint_scenarios.h"

#include <algorithm>
#include <map>
#include <utility>

#include "conformance/contract/promises.h"

namespace proctor {
namespace {

constexpr int64_t kShortNs = 2'000'000;
// A task that a busy machine holds up does not find all of them there at once: then nothing would
// tell a wait that takes no byte.
constexpr int64_t kBetweenBytesNs = 20'000'000;
constexpr int64_t kLongNs = 60'000'000'000;  // nobody waits for it
constexpr int64_t kDelayNs = 20'000'000;
constexpr int32_t kDescriptors = 2;

// One task at a time, where a scenario asks for it.
bool CanHaveOneProcessor(const Handshake& handshake) {
  return handshake.in_force.procs == 1 || handshake.settable.contains("procs");
}

// One that the others outrun: it holds up what must wait for it.
Operation Delay(const Handshake& handshake) {
  for (const Op op : {Op::kSleep, Op::kBlock, Op::kWork, Op::kCalls}) {
    if (Declares(handshake, op)) return For(op, kDelayNs);
  }
  return {.op = Op::kYield};
}

void AddCpuTime(const Handshake& handshake, std::vector<Task>& tasks) {
  if (!Declares(handshake, Op::kSpin)) return;
  Task& spins = tasks.emplace_back(
      Task{.ops = {For(Op::kStamp), For(Op::kSpin, kLintCpuNs), For(Op::kStamp)}});
  if (!Declares(handshake, Op::kSpawn)) return;
  // Another thread may run this one, and it stamps later.
  spins.ops.push_back({.op = Op::kSpawn, .task = static_cast<int32_t>(tasks.size())});
  tasks.push_back({.ops = {For(Op::kStamp)}, .start = false});
}

// The other side comes later, so that a full or an empty channel must hold this one up.
void AddLateSide(Op op, const Handshake& handshake, std::vector<Task>& tasks) {
  const Op late = op == Op::kSend ? Op::kReceive : Op::kSend;
  tasks.push_back({.ops = {{.op = op, .channel = 1}}, .repeat = 4});
  tasks.push_back({.ops = {{.op = late, .channel = 1}}, .repeat = 4});
  const Operation delay = Delay(handshake);
  for (Task& task : tasks) {
    if (task.ops.front().op == late && Declares(handshake, delay.op)) {
      task.ops.insert(task.ops.begin(), delay);
    }
  }
}

// Two tasks that only yield, both of which can run before the first of them does.
void AddYieldingPair(const Handshake& handshake, std::vector<Task>& tasks) {
  if (!CanHaveOneProcessor(handshake) || !Declares(handshake, Op::kSpawn)) return;
  if (handshake.promises.preemption != PreemptionKind::kNone) return;
  constexpr int32_t kYields = 50;
  const auto first = static_cast<int32_t>(tasks.size()) + 1;
  tasks.push_back({.ops = {{.op = Op::kSpawn, .task = first}, {.op = Op::kSpawn, .task = first}}});
  tasks.push_back({.ops = {For(Op::kYield)}, .repeat = kYields, .start = false});
}

// The first blocks again and again; the other one computes, and lets it.
std::vector<Task> BlockedBesideWork(const Handshake& handshake) {
  if (!CanHaveOneProcessor(handshake) || handshake.promises.blocking != BlockingKind::kTold ||
      !Declares(handshake, Op::kWork)) {
    return {};
  }
  constexpr int32_t kBlocks = 5;
  Task works{.ops = {For(Op::kWork, 1'000'000)}, .repeat = 700};
  if (Declares(handshake, Op::kYield)) works.ops.push_back(For(Op::kYield));
  return {{.ops = {For(Op::kBlock, kLintBlockNs)}, .repeat = kBlocks}, std::move(works)};
}

std::vector<Task> TasksAlone(Op op, const Handshake& handshake) {
  std::vector<Task> tasks = TasksFor(op);
  switch (op) {
    case Op::kStamp:
      AddCpuTime(handshake, tasks);
      break;
    case Op::kCollect:
      // One collection after the other, so that each is to be seen.
      tasks.resize(1);
      break;
    case Op::kSend:
    case Op::kReceive:
      AddLateSide(op, handshake, tasks);
      break;
    case Op::kYield:
      AddYieldingPair(handshake, tasks);
      break;
    case Op::kBlock:
      if (std::vector<Task> beside = BlockedBesideWork(handshake); !beside.empty()) return beside;
      break;
    case Op::kWork:
    case Op::kCalls:
      // Alone: nothing else computes between the stamps.
      if (!Declares(handshake, Op::kStamp)) break;
      return {{.ops = {For(Op::kStamp), For(op, kLintCpuNs), For(Op::kStamp)}, .repeat = 10}};
    default:
      break;
  }
  return tasks;
}

}  // namespace

bool Declares(const Handshake& handshake, Op op) {
  return handshake.operations.contains(std::string(OpNames()[static_cast<size_t>(op)]));
}

std::vector<Task> TasksFor(Op op) {
  switch (op) {
    case Op::kSend:
    case Op::kReceive:
      // Nobody receives from the last one, which holds what is sent.
      return {
          {.ops = {{.op = Op::kSend, .channel = 2}, {.op = Op::kSend, .channel = 2}}},
          {.ops = {{.op = Op::kSend, .channel = 0}, {.op = Op::kSend, .channel = 1}}, .repeat = 4},
          {.ops = {{.op = Op::kReceive, .channel = 0}, {.op = Op::kReceive, .channel = 1}},
           .repeat = 4}};
    case Op::kWait:
      return {{.ops = {{.op = op, .descriptor = 1}, {.op = op, .descriptor = 0}}, .repeat = 2},
              {.ops = {{.op = op, .descriptor = 1}}}};
    case Op::kSpawn:
      return {{.ops = {{.op = op, .task = 1}, {.op = op, .task = 2}}, .repeat = 3},
              {.ops = {{.op = op, .task = 2}}, .start = false},
              {.ops = {{.op = Op::kYield}}, .start = false}};
    case Op::kAllocate:
      return {{.ops = {{.op = op, .bytes = 100'000}, {.op = op, .bytes = 1}}, .repeat = 3}};
    case Op::kYield:
    case Op::kCollect:
    case Op::kStamp:
      return {{.ops = {{.op = op}, {.op = op}}, .repeat = 2}, {.ops = {{.op = op}}, .repeat = 3}};
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      // One fires, one is stopped, one is reset before its time, and one after it has fired.
      return {{.ops = {SetTimer(0, kShortNs), SetTimer(1, kLongNs), SetTimer(2, kLongNs),
                       SetTimer(3, 1), StopTimer(1), StopTimer(1), For(Op::kSleep, kShortNs),
                       ResetTimer(2, kShortNs), ResetTimer(3, kShortNs), StopTimer(0)},
               .repeat = 2},
              {.ops = {SetTimer(0, kShortNs)}, .repeat = 3}};
    case Op::kProcs:
      return {
          {.ops = {ChangeProcs(1), For(Op::kYield), ChangeProcs(2), For(Op::kYield)}, .repeat = 2}};
    case Op::kSleep:
      return {{.ops = {For(op, kShortNs), For(op, kLintSleepNs)}, .repeat = 2},
              {.ops = {For(op, kShortNs)}, .repeat = 3}};
    case Op::kSpin:
    case Op::kWork:
    case Op::kBlock:
    case Op::kCalls:
    case Op::kBlockUntold:
      return {{.ops = {For(op, kShortNs), For(op, 2 * kShortNs)}, .repeat = 2},
              {.ops = {For(op, kShortNs)}, .repeat = 3}};
  }
  return {};
}

std::vector<Op> NeedsOf(Op op) {
  switch (op) {
    case Op::kSend:
    case Op::kReceive:
      return {Op::kSend, Op::kReceive};
    case Op::kSpawn:
      return {Op::kSpawn, Op::kYield};
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return {Op::kSetTimer, Op::kStopTimer, Op::kResetTimer, Op::kSleep};
    case Op::kProcs:
      return {Op::kProcs, Op::kYield};
    default:
      return {op};
  }
}

Scenario ScenarioOf(const std::string& name, std::vector<Task> tasks) {
  Scenario scenario{.name = name,
                    .channels = {{.capacity = 0}, {.capacity = 2}, {.capacity = 2}},
                    .descriptors = kDescriptors,
                    .tasks = std::move(tasks)};
  // As many bytes as waits take.
  std::map<int32_t, int64_t> waits;
  for (const Task& task : scenario.tasks) {
    for (const Operation& operation : task.ops) {
      if (operation.op == Op::kWait) waits[operation.descriptor] += task.repeat;
    }
  }
  for (const auto& [descriptor, times] : waits) {
    scenario.outside.push_back({.at_ns = kBetweenBytesNs,
                                .kind = OutsideKind::kReady,
                                .descriptor = descriptor,
                                .every_ns = kBetweenBytesNs,
                                .times = times});
  }
  return scenario;
}

Scenario ScenarioAlone(Op op, const Handshake& handshake) {
  const std::string name(OpNames()[static_cast<size_t>(op)]);
  Scenario scenario = ScenarioOf(name, TasksAlone(op, handshake));
  const bool is_about_others = op == Op::kBlock || op == Op::kYield;
  if (is_about_others && handshake.settable.contains("procs")) scenario.tunables["procs"] = 1;
  return scenario;
}

int64_t OtherValue(const TunableField& field, int64_t value) {
  if (field.name == "procs") return value == 2 ? 1 : 2;
  if (field.name == "sched_trace_ms") return value == 0 ? 1000 : 2 * value;
  if (field.greatest == 1) return 1 - value;
  const int64_t half = value / 2;
  return half != value && half >= field.least && half > 0 ? half : std::min(50L, field.greatest);
}

}  // namespace proctor
