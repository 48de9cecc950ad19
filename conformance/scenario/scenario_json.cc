// The JSON form of scenarios.

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "conformance/json/json.h"
#include "conformance/scenario/scenario.h"

namespace proctor {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOutsideNames[] = {"ready", "stop", "continue"};
constexpr std::string_view kEndingNames[] = {"done", "deadlock"};

// Thrown inside ParseScenario only: what is wrong, and where.
struct Wrong {
  std::string what;
};

// An object whose members are read one by one; what was not read in the end is unknown.
class Reader {
 public:
  Reader(const Json& json, std::string place) : json_(json), place_(std::move(place)) {
    if (!json_.is_object()) throw Wrong{place_ + ": must be an object"};
  }

  const Json* Find(std::string_view name) {
    known_.emplace_back(name);
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }

  template <typename Integer>
  void Read(std::string_view name, Integer& value) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_number_integer()) Fail(name, "must be an integer");
    const int64_t number = member->get<int64_t>();
    if (number < std::numeric_limits<Integer>::min() ||
        number > std::numeric_limits<Integer>::max()) {
      Fail(name, "is out of range");
    }
    value = static_cast<Integer>(number);
  }
  void Read(std::string_view name, bool& value) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_boolean()) Fail(name, "must be true or false");
    value = member->get<bool>();
  }
  void Read(std::string_view name, std::string& value) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_string()) Fail(name, "must be a string");
    value = member->get<std::string>();
  }
  template <typename Enum>
  void Read(std::string_view name, std::span<const std::string_view> names, Enum& value) {
    std::string text;
    Read(name, text);
    if (text.empty() && Find(name) == nullptr) return;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] != text) continue;
      value = static_cast<Enum>(i);
      return;
    }
    Fail(name, fmt::format("unknown value '{}'", text));
  }
  // Calls each(element, place) for the elements of an array.
  template <typename Each>
  void ReadArray(std::string_view name, Each each) {
    const Json* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_array()) Fail(name, "must be an array");
    for (size_t i = 0; i < member->size(); ++i) {
      each((*member)[i],
           fmt::format("{}{}[{}]", place_ == "scenario" ? "" : place_ + ".", name, i));
    }
  }

  void Finish() const {
    for (const auto& [name, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
        throw Wrong{fmt::format("{}: unknown member '{}'", place_, name)};
      }
    }
  }

 private:
  [[noreturn]] void Fail(std::string_view name, const std::string& what) const {
    throw Wrong{fmt::format("{}: {} {}", place_, name, what)};
  }

  const Json& json_;
  const std::string place_;
  std::vector<std::string> known_;
};

Operation ParseOperation(const Json& json, const std::string& place) {
  Reader reader(json, place);
  Operation operation;
  if (reader.Find("op") == nullptr) throw Wrong{place + ": missing member 'op'"};
  reader.Read("op", OpNames(), operation.op);
  reader.Read("duration_ns", operation.duration_ns);
  reader.Read("bytes", operation.bytes);
  reader.Read("descriptor", operation.descriptor);
  reader.Read("channel", operation.channel);
  reader.Read("task", operation.task);
  reader.Finish();
  return operation;
}

Task ParseTask(const Json& json, const std::string& place) {
  Reader reader(json, place);
  Task task;
  reader.Read("repeat", task.repeat);
  reader.Read("start", task.start);
  reader.ReadArray("ops", [&](const Json& op, const std::string& op_place) {
    task.ops.push_back(ParseOperation(op, op_place));
  });
  reader.Finish();
  return task;
}

Outside ParseOutside(const Json& json, const std::string& place) {
  Reader reader(json, place);
  Outside outside;
  reader.Read("at_ns", outside.at_ns);
  reader.Read("event", kOutsideNames, outside.kind);
  reader.Read("descriptor", outside.descriptor);
  reader.Read("every_ns", outside.every_ns);
  reader.Read("times", outside.times);
  reader.Finish();
  return outside;
}

uint64_t ParseSeed(const std::string& text) {
  uint64_t seed = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw Wrong{fmt::format("scenario: seed '{}' is not a decimal number", text)};
  }
  return seed;
}

Scenario ParseWhole(const Json& json) {
  Reader reader(json, "scenario");
  std::string schema;
  reader.Read("schema", schema);
  if (schema != kScenarioSchema) {
    throw Wrong{fmt::format("scenario: schema '{}' is not '{}'", schema, kScenarioSchema)};
  }
  Scenario scenario;
  std::string seed = "1";
  reader.Read("name", scenario.name);
  reader.Read("about", scenario.about);
  reader.Read("seed", seed);
  scenario.seed = ParseSeed(seed);
  reader.Read("budget_ms", scenario.budget_ms);
  reader.Read("settle_ms", scenario.settle_ms);
  reader.Read("descriptors", scenario.descriptors);
  reader.Read("ends", kEndingNames, scenario.ending);
  if (const Json* tunables = reader.Find("tunables")) {
    if (!tunables->is_object()) throw Wrong{"tunables: must be an object"};
    for (const auto& [name, value] : tunables->items()) {
      if (!value.is_number_integer())
        throw Wrong{fmt::format("tunables: {} must be an integer", name)};
      scenario.tunables[name] = value.get<int64_t>();
    }
  }
  reader.ReadArray("channels", [&](const Json& channel, const std::string& place) {
    Reader member(channel, place);
    member.Read("capacity", scenario.channels.emplace_back().capacity);
    member.Finish();
  });
  reader.ReadArray("tasks", [&](const Json& task, const std::string& place) {
    scenario.tasks.push_back(ParseTask(task, place));
  });
  reader.ReadArray("outside", [&](const Json& outside, const std::string& place) {
    scenario.outside.push_back(ParseOutside(outside, place));
  });
  reader.Finish();
  return scenario;
}

Json OperationToJson(const Operation& operation) {
  Json json = {{"op", OpNames()[static_cast<size_t>(operation.op)]}};
  const Operation plain{.op = operation.op};
  if (operation.duration_ns != plain.duration_ns) json["duration_ns"] = operation.duration_ns;
  if (operation.bytes != plain.bytes) json["bytes"] = operation.bytes;
  if (operation.descriptor != plain.descriptor) json["descriptor"] = operation.descriptor;
  if (operation.channel != plain.channel) json["channel"] = operation.channel;
  if (operation.task != plain.task) json["task"] = operation.task;
  return json;
}

}  // namespace

std::optional<Scenario> ParseScenario(std::string_view text, std::string& why) {
  const std::optional<Json> json = ParseJson<Json>(text, "scenario", why);
  if (!json) return std::nullopt;
  try {
    Scenario scenario = ParseWhole(*json);
    why = Validate(scenario);
    if (!why.empty()) return std::nullopt;
    return scenario;
  } catch (const Wrong& wrong) {
    why = wrong.what;
    return std::nullopt;
  }
}

std::string FormatScenario(const Scenario& scenario) {
  Json tasks = Json::array();
  for (const Task& task : scenario.tasks) {
    Json ops = Json::array();
    for (const Operation& operation : task.ops) ops.push_back(OperationToJson(operation));
    tasks.push_back({{"repeat", task.repeat}, {"start", task.start}, {"ops", std::move(ops)}});
  }
  Json outside = Json::array();
  for (const Outside& event : scenario.outside) {
    outside.push_back({{"at_ns", event.at_ns},
                       {"event", kOutsideNames[static_cast<size_t>(event.kind)]},
                       {"descriptor", event.descriptor},
                       {"every_ns", event.every_ns},
                       {"times", event.times}});
  }
  Json channels = Json::array();
  for (const Channel& channel : scenario.channels)
    channels.push_back({{"capacity", channel.capacity}});
  Json tunables = Json::object();
  for (const auto& [name, value] : scenario.tunables) tunables[name] = value;
  const Json json = {{"schema", kScenarioSchema},
                     {"name", scenario.name},
                     {"about", scenario.about},
                     {"seed", std::to_string(scenario.seed)},
                     {"budget_ms", scenario.budget_ms},
                     {"settle_ms", scenario.settle_ms},
                     {"tunables", std::move(tunables)},
                     {"channels", std::move(channels)},
                     {"descriptors", scenario.descriptors},
                     {"tasks", std::move(tasks)},
                     {"outside", std::move(outside)},
                     {"ends", kEndingNames[static_cast<size_t>(scenario.ending)]}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace proctor
