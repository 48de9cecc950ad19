#include "stress/run/stress_case.h"

#include <algorithm>
#include <span>
#include <utility>

#include "conformance/file/input_file.h"
#include "conformance/json/json.h"
#include "conformance/scenario/scenario_json.h"

namespace proctor {
namespace {

constexpr size_t kBytesMost = 16 << 20;

StressCase ReadCase(JsonObject& object) {
  object.Schema(kStressCaseSchema);
  StressCase read;
  read.fault = object.Named("fault", [](const std::string& name) -> std::optional<const Fault*> {
    const Fault* fault = FindFault(name);
    return fault != nullptr ? std::optional(fault) : std::nullopt;
  });
  object.Update("about", read.about);
  read.scenario = ScenarioMember(object);
  return read;
}

// Whether others depend on the task: it may be neither left out nor shortened by itself.
bool IsTied(const Scenario& scenario, size_t number) {
  const auto ties = [](const Operation& operation) {
    return operation.op == Op::kSend || operation.op == Op::kReceive ||
           operation.op == Op::kSpawn || operation.op == Op::kWait;
  };
  const auto spawns_it = [&](const Operation& operation) {
    return operation.op == Op::kSpawn && operation.task >= static_cast<int32_t>(number);
  };
  return std::ranges::any_of(scenario.tasks[number].ops, ties) ||
         std::ranges::any_of(scenario.tasks, [&](const Task& task) {
           return std::ranges::any_of(task.ops, spawns_it);
         });
}

}  // namespace

bool Excuses(const Fault& fault, const Ruling& ruling) {
  const bool of_signals = ruling.tier == kO && (GetClause(ruling.clause).section == "CAD" ||
                                                ruling.clause == ClauseId::kSLICE_4);
  return (fault.excuses_time && ruling.measured) || (fault.sends_signals && of_signals);
}

std::string FormatStressCase(const StressCase& stress_case) {
  const Json json = {{"schema", kStressCaseSchema},
                     {"fault", stress_case.fault->name},
                     {"about", stress_case.about},
                     {"scenario", ScenarioToJson(stress_case.scenario)}};
  return json.dump(1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

std::optional<StressCase> ReadStressCase(const std::string& path, std::string& error) {
  const std::optional<std::string> text = ReadWholeFile(path, error, kBytesMost);
  if (!text) return std::nullopt;
  std::optional<StressCase> read = ReadJson<StressCase>(*text, {.what = "case"}, error, ReadCase);
  if (!read) error = path + ": " + error;
  return read;
}

std::vector<StressCase> SmallerCases(const StressCase& stress_case) {
  std::vector<StressCase> smaller;
  const auto add = [&](auto change) {
    StressCase changed = stress_case;
    change(changed.scenario);
    if (changed.scenario != stress_case.scenario && Validate(changed.scenario).empty()) {
      smaller.push_back(std::move(changed));
    }
  };
  // All that belongs together is shortened together.
  for (const int64_t divisor : {8, 2}) {
    add([divisor](Scenario& scenario) {
      for (Task& task : scenario.tasks) task.repeat = std::max<int64_t>(task.repeat / divisor, 1);
      for (Outside& outside : scenario.outside) {
        outside.times = std::max<int64_t>(outside.times / divisor, 1);
      }
    });
  }
  if (stress_case.fault != &Faults()[0]) {
    StressCase undisturbed = stress_case;
    undisturbed.fault = &Faults()[0];
    smaller.push_back(std::move(undisturbed));
  }
  // Half of the tasks that nobody depends on, then each of them.
  std::vector<size_t> free;
  for (size_t i = 0; i < stress_case.scenario.tasks.size(); ++i) {
    if (!IsTied(stress_case.scenario, i)) free.push_back(i);
  }
  const auto without = [](Scenario& scenario, std::span<const size_t> numbers) {
    for (size_t i = numbers.size(); i-- > 0;) {
      scenario.tasks.erase(scenario.tasks.begin() + static_cast<int64_t>(numbers[i]));
    }
  };
  const std::span<const size_t> all = free;
  if (all.size() > 1) {
    add([&](Scenario& scenario) { without(scenario, all.subspan(all.size() / 2)); });
    add([&](Scenario& scenario) { without(scenario, all.first(all.size() / 2)); });
  }
  for (size_t i = 0; i < all.size() && i < 8; ++i) {
    add([&](Scenario& scenario) { without(scenario, all.subspan(i, 1)); });
  }
  return smaller;
}

}  // namespace proctor
