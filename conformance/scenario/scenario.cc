#include "conformance/scenario/scenario.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "conformance/json/json.h"

namespace proctor {
namespace {

constexpr size_t kTasksMost = 4096;
constexpr size_t kOpsMost = 10'000;
constexpr size_t kChannelsMost = 4096;
constexpr int32_t kCapacityMost = 1 << 20;
constexpr int32_t kDescriptorsMost = 1000;
constexpr size_t kOutsideMost = 10'000;
constexpr int64_t kRepeatMost = 1'000'000;
constexpr int64_t kTimesMost = 1'000'000;
constexpr int64_t kBytesMost = 1 << 30;
constexpr int64_t kBudgetMsMost = 100LL * 24 * 3'600'000;  // months pass in virtual time
constexpr int64_t kTotalNsMost = kBudgetMsMost * 1'000'000;
constexpr int64_t kDurationNsMost = 3'600'000'000'000;

std::string OutOfRange(const std::string& place, std::string_view member, int64_t least,
                       int64_t most) {
  return fmt::format("{}: {} must be {} to {}", place, member, least, most);
}

bool TakesTime(Op op) {
  return op == Op::kSpin || op == Op::kWork || op == Op::kBlock || op == Op::kCalls ||
         op == Op::kSleep || op == Op::kBlockUntold;
}

// Those that set something for later take no time themselves.
bool HasDuration(Op op) { return TakesTime(op) || op == Op::kSetTimer || op == Op::kResetTimer; }

bool NeedsTimer(Op op) { return op == Op::kStopTimer || op == Op::kResetTimer; }

std::string ValidateOperation(const Scenario& scenario, const Operation& operation,
                              const std::string& place) {
  const auto index = [&](std::string_view member, int64_t value, size_t size) -> std::string {
    if (value >= 0 && static_cast<size_t>(value) < size) return "";
    return fmt::format("{}: {} {} does not exist; there are {}", place, member, value, size);
  };
  if (HasDuration(operation.op)) {
    if (operation.duration_ns <= 0) return place + ": duration_ns must be > 0";
    if (operation.duration_ns > kDurationNsMost) {
      return OutOfRange(place, "duration_ns", 1, kDurationNsMost);
    }
  }
  switch (operation.op) {
    case Op::kWait:
      return index("descriptor", operation.descriptor, static_cast<size_t>(scenario.descriptors));
    case Op::kSend:
    case Op::kReceive:
      return index("channel", operation.channel, scenario.channels.size());
    case Op::kSpawn:
      return index("task", operation.task, scenario.tasks.size());
    case Op::kAllocate:
      if (operation.bytes <= 0 || operation.bytes > kBytesMost) {
        return OutOfRange(place, "bytes", 1, kBytesMost);
      }
      return "";
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return index("timer", operation.timer, kTimersMost);
    case Op::kProcs: {
      const int64_t most = FindTunable("procs")->greatest;
      const bool fits = operation.procs >= 1 && operation.procs <= most;
      return fits ? "" : OutOfRange(place, "procs", 1, most);
    }
    default:
      return "";
  }
}

std::string ValidateTask(const Scenario& scenario, size_t number) {
  const Task& task = scenario.tasks[number];
  const std::string place = fmt::format("tasks[{}]", number);
  if (task.repeat < 1 || task.repeat > kRepeatMost)
    return OutOfRange(place, "repeat", 1, kRepeatMost);
  if (task.ops.empty() || task.ops.size() > kOpsMost) return OutOfRange(place, "ops", 1, kOpsMost);
  int64_t total_ns = 0;
  std::set<int32_t> timers;
  for (size_t i = 0; i < task.ops.size(); ++i) {
    std::string error =
        ValidateOperation(scenario, task.ops[i], fmt::format("{}.ops[{}]", place, i));
    if (!error.empty()) return error;
    const Operation& operation = task.ops[i];
    if (operation.op == Op::kSetTimer) timers.insert(operation.timer);
    if (NeedsTimer(operation.op) && !timers.contains(operation.timer)) {
      return fmt::format("{}.ops[{}]: timer {} has no set_timer before it in this task", place, i,
                         operation.timer);
    }
    if (TakesTime(operation.op)) total_ns += operation.duration_ns;
    if (total_ns > kTotalNsMost / task.repeat) {
      return fmt::format("{}: its operations take more than {} ns in all", place, kTotalNsMost);
    }
  }
  return "";
}

std::string ValidateOutside(const Scenario& scenario, size_t number) {
  const Outside& outside = scenario.outside[number];
  const std::string place = fmt::format("outside[{}]", number);
  if (outside.at_ns < 0 || outside.at_ns > kDurationNsMost) {
    return OutOfRange(place, "at_ns", 0, kDurationNsMost);
  }
  if (number > 0 && outside.at_ns < scenario.outside[number - 1].at_ns) {
    return place + ": at_ns must not be before that of the event above it";
  }
  if (outside.kind == OutsideKind::kReady &&
      (outside.descriptor < 0 || outside.descriptor >= scenario.descriptors)) {
    return fmt::format("{}: descriptor {} does not exist; there are {}", place, outside.descriptor,
                       scenario.descriptors);
  }
  if (outside.times < 1 || outside.times > kTimesMost)
    return OutOfRange(place, "times", 1, kTimesMost);
  if (outside.every_ns < 0 || outside.every_ns > kDurationNsMost) {
    return OutOfRange(place, "every_ns", 0, kDurationNsMost);
  }
  if (outside.times > 1 && outside.every_ns == 0)
    return place + ": every_ns must be > 0 with times > 1";
  return "";
}

std::string ValidateName(const Scenario& scenario) {
  constexpr size_t kNameMost = 64;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (scenario.name.empty() || scenario.name.size() > kNameMost ||
      scenario.name.find_first_not_of(kLetters) != std::string::npos) {
    return fmt::format("name: must be 1 to {} of a-z, 0-9 and _", kNameMost);
  }
  return "";
}

}  // namespace

Tunables Scenario::Asked() const {
  Tunables asked;
  for (const auto& [name, value] : tunables) {
    if (const TunableField* field = FindTunable(name)) asked.*field->member = value;
  }
  return asked;
}

bool ChangesProcs(const Scenario& scenario) {
  return std::ranges::any_of(scenario.tasks, [](const Task& task) {
    return std::ranges::find(task.ops, Op::kProcs, &Operation::op) != task.ops.end();
  });
}

uint64_t CaseSeed(uint64_t seed, std::string_view name) {
  // FNV-1a over the name, then the finaliser of SplitMix64: every bit of both counts.
  uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

std::string Validate(const Scenario& scenario) {
  std::string error = ValidateName(scenario);
  if (!error.empty()) return error;
  if (scenario.budget_ms < 1 || scenario.budget_ms > kBudgetMsMost) {
    return OutOfRange("scenario", "budget_ms", 1, kBudgetMsMost);
  }
  if (scenario.settle_ms < 0 || scenario.settle_ms > kBudgetMsMost) {
    return OutOfRange("scenario", "settle_ms", 0, kBudgetMsMost);
  }
  for (const auto& [name, value] : scenario.tunables) {
    Tunables ignored;
    const std::string error = SetTunable(ignored, name, value);
    if (!error.empty()) return "tunables: " + Quoted(error);
  }
  if (scenario.channels.size() > kChannelsMost) {
    return OutOfRange("scenario", "channels", 0, kChannelsMost);
  }
  for (size_t i = 0; i < scenario.channels.size(); ++i) {
    if (scenario.channels[i].capacity < 0 || scenario.channels[i].capacity > kCapacityMost) {
      return OutOfRange(fmt::format("channels[{}]", i), "capacity", 0, kCapacityMost);
    }
  }
  if (scenario.descriptors < 0 || scenario.descriptors > kDescriptorsMost) {
    return OutOfRange("scenario", "descriptors", 0, kDescriptorsMost);
  }
  if (scenario.tasks.empty() || scenario.tasks.size() > kTasksMost) {
    return OutOfRange("scenario", "tasks", 1, kTasksMost);
  }
  for (size_t i = 0; i < scenario.tasks.size(); ++i) {
    error = ValidateTask(scenario, i);
    if (!error.empty()) return error;
  }
  if (scenario.outside.size() > kOutsideMost) {
    return OutOfRange("scenario", "outside", 0, kOutsideMost);
  }
  for (size_t i = 0; i < scenario.outside.size(); ++i) {
    error = ValidateOutside(scenario, i);
    if (!error.empty()) return error;
  }
  return "";
}

}  // namespace proctor
