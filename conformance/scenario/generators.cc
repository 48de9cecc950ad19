#include "conformance/scenario/generators.h"

#include <algorithm>

#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

constexpr int32_t kChannels = 3;
constexpr int32_t kDescriptors = 2;
constexpr int32_t kTimers = 2;

// 1 ns up to `most`, every order of magnitude as likely as another.
int64_t PickDuration(int64_t most) {
  int64_t bound = 10;
  for (int digits = *rc::gen::inRange(0, 12); digits > 0 && bound < most; --digits) bound *= 10;
  return 1 + *rc::gen::inRange<int64_t>(0, std::min(bound, most));
}

Operation PickOperation(int32_t tasks, const ScenarioBounds& bounds) {
  Operation operation;
  const auto kinds =
      static_cast<int64_t>(bounds.timers ? kOps : static_cast<size_t>(Op::kSetTimer));
  operation.op = static_cast<Op>(*rc::gen::inRange<int64_t>(0, kinds));
  switch (operation.op) {
    case Op::kSpin:
    case Op::kWork:
    case Op::kBlock:
    case Op::kCalls:
    case Op::kSleep:
    case Op::kBlockUntold:
      operation.duration_ns = PickDuration(bounds.duration_ns_most);
      break;
    case Op::kWait:
      operation.descriptor = *rc::gen::inRange(0, kDescriptors);
      break;
    case Op::kSend:
    case Op::kReceive:
      operation.channel = *rc::gen::inRange(0, kChannels);
      break;
    case Op::kSpawn:
      operation.task = *rc::gen::inRange(0, tasks);
      break;
    case Op::kAllocate:
      operation.bytes = *rc::gen::inRange<int64_t>(1, 1 << 20);
      break;
    case Op::kSetTimer:
    case Op::kResetTimer:
      operation.duration_ns = PickDuration(bounds.duration_ns_most);
      [[fallthrough]];
    case Op::kStopTimer:
      operation.timer = *rc::gen::inRange(0, kTimers);
      break;
    case Op::kProcs:
      operation.procs = static_cast<int32_t>(*rc::gen::inRange<int64_t>(1, bounds.procs_most + 1));
      break;
    default:
      break;
  }
  return operation;
}

Outside PickOutside(const ScenarioBounds& bounds) {
  Outside outside;
  outside.at_ns = PickDuration(bounds.duration_ns_most);
  outside.descriptor = *rc::gen::inRange(0, kDescriptors);
  outside.times = *rc::gen::inRange<int64_t>(1, 5);
  outside.every_ns = PickDuration(bounds.duration_ns_most);
  return outside;
}

}  // namespace

rc::Gen<Scenario> ArbitraryScenario(const ScenarioBounds& bounds) {
  return rc::gen::exec([bounds] {
    Scenario scenario;
    scenario.name = "arbitrary";
    scenario.seed = *rc::gen::arbitrary<uint64_t>();
    scenario.tunables["procs"] = *rc::gen::inRange<int64_t>(1, bounds.procs_most + 1);
    for (int32_t i = 0; i < kChannels; ++i) {
      scenario.channels.push_back({.capacity = *rc::gen::inRange(0, 4)});
    }
    scenario.descriptors = kDescriptors;
    const auto tasks = *rc::gen::inRange<int32_t>(1, bounds.tasks_most + 1);
    for (int32_t i = 0; i < tasks; ++i) {
      Task task;
      const auto ops = *rc::gen::inRange<int32_t>(1, bounds.ops_most + 1);
      for (int32_t j = 0; j < ops; ++j) task.ops.push_back(PickOperation(tasks, bounds));
      SetTimersFirst(task.ops);
      task.repeat = *rc::gen::inRange<int64_t>(1, 4);
      task.start = i == 0 || *rc::gen::arbitrary<bool>();
      scenario.tasks.push_back(std::move(task));
    }
    for (int count = *rc::gen::inRange(0, 4); count > 0; --count) {
      scenario.outside.push_back(PickOutside(bounds));
    }
    std::ranges::sort(scenario.outside, {}, &Outside::at_ns);
    return scenario;
  });
}

}  // namespace proctor
