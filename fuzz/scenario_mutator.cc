#include "fuzz/scenario_mutator.h"

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/scenario/operations.h"

namespace proctor::fuzz {
namespace {

// Small worlds are many; large ones are what they have in common.
constexpr size_t kTasksMost = 8;
constexpr size_t kOpsMost = 8;
constexpr size_t kOutsideMost = 6;
constexpr size_t kChannelsMost = 3;
constexpr int32_t kDescriptorsMost = 3;

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;

// What a change of a number makes of it.
int64_t Around(int64_t number, uint64_t choice) {
  switch (choice) {
    case 0:
      return number + 1;
    case 1:
      return number - 1;
    case 2:
      return number / 2;
    case 3:
      return number > INT64_MAX / 2 ? number : number * 2;
    default:
      return number;
  }
}

template <typename T>
void DropAt(std::vector<T>& list, size_t index) {
  list.erase(list.begin() + static_cast<ptrdiff_t>(index));
}

Scenario Smallest() {
  return {.name = "fuzz", .budget_ms = 1'000, .tasks = {{.ops = {{.op = Op::kYield}}}}};
}

Scenario ParsedOrSmallest(std::string_view text) {
  std::string error;
  return ParseScenario(text, error).value_or(Smallest());
}

std::string FittingText(const Scenario& scenario, size_t size_most) {
  std::string text = FormatScenario(scenario);
  return text.size() <= size_most ? text : std::string();
}

}  // namespace

int64_t ScenarioMutator::DrawDuration() {
  // The times that the contract speaks of, and their neighbours.
  constexpr std::array<int64_t, 12> kDurations = {1,        kUs,       5 * kUs,   20 * kUs,
                                                  40 * kUs, 100 * kUs, kMs,       9'999'999,
                                                  10 * kMs, 20 * kMs,  100 * kMs, 1'000 * kMs};
  if (OneIn(3)) return static_cast<int64_t>(Below(50 * kMs)) + 1;
  return std::max<int64_t>(Around(kDurations[Below(kDurations.size())], Below(6)), 1);
}

Operation ScenarioMutator::DrawOperation(const Scenario& scenario) {
  Operation operation{.op = static_cast<Op>(Below(OpNames().size()))};
  switch (operation.op) {
    case Op::kSpin:
    case Op::kWork:
    case Op::kBlock:
    case Op::kCalls:
    case Op::kSleep:
    case Op::kBlockUntold:
      operation.duration_ns = DrawDuration();
      break;
    case Op::kWait:
      operation.descriptor =
          static_cast<int32_t>(Below(static_cast<uint64_t>(std::max(scenario.descriptors, 1))));
      break;
    case Op::kSend:
    case Op::kReceive:
      operation.channel =
          static_cast<int32_t>(Below(std::max<size_t>(scenario.channels.size(), 1)));
      break;
    case Op::kSpawn:
      operation.task = static_cast<int32_t>(Below(scenario.tasks.size()));
      break;
    case Op::kAllocate:
      operation.bytes = static_cast<int64_t>(Below(8 << 20)) + 1;
      break;
    case Op::kSetTimer:
    case Op::kResetTimer:
      operation.duration_ns = DrawDuration();
      [[fallthrough]];
    case Op::kStopTimer:
      operation.timer = static_cast<int32_t>(Below(2));
      break;
    case Op::kProcs:
      operation.procs = static_cast<int32_t>(Below(9)) + 1;
      break;
    default:
      break;
  }
  return operation;
}

void ScenarioMutator::ChangeOperations(Scenario& scenario, Task& task) {
  const size_t index = Below(task.ops.size());
  switch (Below(6)) {
    case 0:
      if (task.ops.size() > 1) DropAt(task.ops, index);
      break;
    case 1:
      std::swap(task.ops[index], task.ops[Below(task.ops.size())]);
      break;
    case 2:
      task.ops[index] = DrawOperation(scenario);
      break;
    case 3:
      if (task.ops[index].duration_ns > 0) task.ops[index].duration_ns = DrawDuration();
      break;
    default:
      if (task.ops.size() < kOpsMost) {
        const auto at = static_cast<ptrdiff_t>(Below(task.ops.size() + 1));
        task.ops.insert(task.ops.begin() + at, DrawOperation(scenario));
      }
  }
  SetTimersFirst(task.ops);
}

void ScenarioMutator::ChangeTasks(Scenario& scenario) {
  const size_t index = Below(scenario.tasks.size());
  Task& task = scenario.tasks[index];
  constexpr int64_t kRepeatMost = 50;
  switch (Below(8)) {
    case 0:
      // Those that spawn it may name a task that is no more; then nothing is changed.
      if (scenario.tasks.size() > 1) DropAt(scenario.tasks, index);
      break;
    case 1:
      if (scenario.tasks.size() < kTasksMost) scenario.tasks.push_back(Task(task));
      break;
    case 2:
      if (scenario.tasks.size() < kTasksMost) {
        scenario.tasks.push_back({.ops = {DrawOperation(scenario)}, .start = !OneIn(3)});
      }
      break;
    case 3:
      task.repeat = static_cast<int64_t>(Below(kRepeatMost)) + 1;
      break;
    case 4:
      task.start = !task.start;
      break;
    default:
      ChangeOperations(scenario, task);
  }
}

void ScenarioMutator::ChangeOutside(Scenario& scenario) {
  std::vector<Outside>& outside = scenario.outside;
  if (!outside.empty() && OneIn(2)) {
    const size_t index = Below(outside.size());
    if (OneIn(3)) {
      DropAt(outside, index);
    } else {
      outside[index].at_ns = DrawDuration();
      outside[index].times = static_cast<int64_t>(Below(20)) + 1;
      outside[index].every_ns = DrawDuration();
    }
  } else if (outside.size() < kOutsideMost) {
    if (scenario.descriptors > 0 && !OneIn(4)) {
      outside.push_back(
          {.at_ns = DrawDuration(),
           .descriptor = static_cast<int32_t>(Below(static_cast<uint64_t>(scenario.descriptors)))});
    } else {
      const int64_t at_ns = DrawDuration();
      outside.push_back({.at_ns = at_ns, .kind = OutsideKind::kStop});
      outside.push_back({.at_ns = at_ns + DrawDuration(), .kind = OutsideKind::kContinue});
    }
  }
  std::ranges::stable_sort(outside, {}, &Outside::at_ns);
}

void ScenarioMutator::ChangeTunable(Scenario& scenario) {
  const std::span<const TunableField> fields = TunableFields();
  const TunableField& field = fields[Below(fields.size())];
  if (scenario.tunables.contains(std::string(field.name)) && OneIn(3)) {
    scenario.tunables.erase(std::string(field.name));
    return;
  }
  const Tunables defaults;
  int64_t value = Around(defaults.*field.member, Below(6));
  if (field.name == "procs") value = static_cast<int64_t>(Below(9)) + 1;
  if (OneIn(4)) value = field.name.ends_with("_ns") ? DrawDuration() : field.least;
  scenario.tunables[std::string(field.name)] = std::clamp(value, field.least, field.greatest);
}

void ScenarioMutator::ChangeSurroundings(Scenario& scenario) {
  switch (Below(5)) {
    case 0:
      if (scenario.channels.size() < kChannelsMost) {
        scenario.channels.push_back({.capacity = static_cast<int32_t>(Below(3))});
      }
      break;
    case 1:
      scenario.descriptors = std::min(scenario.descriptors + 1, kDescriptorsMost);
      break;
    case 2:
      scenario.budget_ms = static_cast<int64_t>(Below(2'000)) + 1;
      break;
    case 3:
      scenario.ending = OneIn(2) ? Ending::kDone : Ending::kDeadlock;
      break;
    default:
      scenario.seed = OneIn(2) ? scenario.seed + 1 : random_();
  }
}

void ScenarioMutator::ChangeOnce(Scenario& scenario) {
  switch (Below(8)) {
    case 0:
      return ChangeOutside(scenario);
    case 1:
      return ChangeTunable(scenario);
    case 2:
      return ChangeSurroundings(scenario);
    case 3:
      scenario.seed = random_();
      return;
    default:
      ChangeTasks(scenario);
  }
}

Scenario ScenarioMutator::Mutate(Scenario scenario) {
  for (uint64_t changes = Below(4) + 1; changes > 0; --changes) {
    Scenario changed = scenario;
    ChangeOnce(changed);
    if (Validate(changed).empty()) scenario = std::move(changed);
  }
  return scenario;
}

Scenario ScenarioMutator::Cross(const Scenario& a, const Scenario& b) {
  Scenario crossed = a;
  for (const Task& task : b.tasks) {
    if (crossed.tasks.size() < kTasksMost && OneIn(2)) crossed.tasks.push_back(task);
  }
  while (crossed.channels.size() < b.channels.size()) {
    crossed.channels.push_back(b.channels[crossed.channels.size()]);
  }
  crossed.descriptors = std::max(a.descriptors, b.descriptors);
  for (const Outside& event : b.outside) {
    if (crossed.outside.size() < kOutsideMost && OneIn(2)) crossed.outside.push_back(event);
  }
  std::ranges::stable_sort(crossed.outside, {}, &Outside::at_ns);
  return Validate(crossed).empty() ? crossed : a;
}

std::string MutateText(std::string_view text, size_t size_most, uint64_t seed) {
  return FittingText(ScenarioMutator(seed).Mutate(ParsedOrSmallest(text)), size_most);
}

std::string CrossTexts(std::string_view a, std::string_view b, size_t size_most, uint64_t seed) {
  return FittingText(ScenarioMutator(seed).Cross(ParsedOrSmallest(a), ParsedOrSmallest(b)),
                     size_most);
}

}  // namespace proctor::fuzz
