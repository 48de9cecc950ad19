// The JSON form of scenarios.

#include "conformance/scenario/scenario_json.h"

#include "conformance/base/enum_names.h"
#include "conformance/scenario/scenario.h"

namespace proctor {
namespace {

constexpr std::string_view kOutsideNames[] = {"ready", "stop", "continue"};
static_assert(NamesAllOf<OutsideKind>(kOutsideNames));
constexpr std::string_view kEndingNames[] = {"done", "deadlock"};
static_assert(NamesAllOf<Ending>(kEndingNames));
constexpr std::string_view kStampsNames[] = {"all", "ends", "none"};
static_assert(NamesAllOf<Stamps>(kStampsNames));

Operation ReadOperation(JsonObject& object) {
  Operation operation;
  if (!object.Has("op")) object.Any("op");  // says that it is missing
  object.UpdateEnum("op", OpNames(), operation.op);
  object.Update("duration_ns", operation.duration_ns);
  object.Update("bytes", operation.bytes);
  object.Update("descriptor", operation.descriptor);
  object.Update("channel", operation.channel);
  object.Update("task", operation.task);
  object.Update("timer", operation.timer);
  object.Update("procs", operation.procs);
  return operation;
}

Task ReadTask(JsonObject& object) {
  Task task;
  object.Update("repeat", task.repeat);
  object.Update("start", task.start);
  if (object.Has("ops")) {
    object.ForObjects("ops", [&](JsonObject& op) { task.ops.push_back(ReadOperation(op)); });
  }
  return task;
}

Outside ReadOutside(JsonObject& object) {
  Outside outside;
  object.Update("at_ns", outside.at_ns);
  object.UpdateEnum("event", kOutsideNames, outside.kind);
  object.Update("descriptor", outside.descriptor);
  object.Update("every_ns", outside.every_ns);
  object.Update("times", outside.times);
  return outside;
}

Scenario ReadScenario(JsonObject& object) {
  object.Schema(kScenarioSchema);
  Scenario scenario;
  object.Update("name", scenario.name);
  object.Update("about", scenario.about);
  if (object.Has("seed")) scenario.seed = object.Seed("seed");
  object.Update("budget_ms", scenario.budget_ms);
  object.Update("settle_ms", scenario.settle_ms);
  object.Update("descriptors", scenario.descriptors);
  object.UpdateEnum("ends", kEndingNames, scenario.ending);
  object.UpdateEnum("stamps", StampsNames(), scenario.stamps);
  if (object.Has("tunables")) {
    object.ForIntegers("tunables", [&](const std::string& name, int64_t value) {
      scenario.tunables[name] = value;
    });
  }
  if (object.Has("channels")) {
    object.ForObjects("channels", [&](JsonObject& channel) {
      channel.Update("capacity", scenario.channels.emplace_back().capacity);
    });
  }
  if (object.Has("tasks")) {
    object.ForObjects("tasks", [&](JsonObject& task) { scenario.tasks.push_back(ReadTask(task)); });
  }
  if (object.Has("outside")) {
    object.ForObjects(
        "outside", [&](JsonObject& outside) { scenario.outside.push_back(ReadOutside(outside)); });
  }
  return scenario;
}

std::optional<Scenario> Validated(std::optional<Scenario> scenario, std::string& error) {
  if (!scenario) return std::nullopt;
  error = Validate(*scenario);
  if (!error.empty()) return std::nullopt;
  return scenario;
}

// What an operation has is written even where it is 0: authors read PROTOCOL.md, and no defaults.
bool IsIndexOf(std::string_view member, Op op) {
  switch (op) {
    case Op::kWait:
      return member == "descriptor";
    case Op::kSend:
    case Op::kReceive:
      return member == "channel";
    case Op::kSpawn:
      return member == "task";
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return member == "timer";
    default:
      return false;
  }
}

Json OperationToJson(const Operation& operation) {
  Json json = {{"op", OpNames()[static_cast<size_t>(operation.op)]}};
  const auto write = [&](const char* member, int64_t value) {
    if (value != 0 || IsIndexOf(member, operation.op)) json[member] = value;
  };
  write("duration_ns", operation.duration_ns);
  write("bytes", operation.bytes);
  write("descriptor", operation.descriptor);
  write("channel", operation.channel);
  write("task", operation.task);
  write("timer", operation.timer);
  write("procs", operation.procs);
  return json;
}

}  // namespace

ValueNames StampsNames() { return kStampsNames; }

std::optional<Scenario> ParseScenario(std::string_view text, std::string& error) {
  return Validated(ReadJson<Scenario>(text, {.what = "scenario"}, error, ReadScenario), error);
}

std::optional<Scenario> ParseSentScenario(std::string_view text, std::string& error) {
  constexpr JsonFormat kFormat = {.what = "scenario", .unknown = UnknownMembers::kAreIgnored};
  return Validated(ReadJson<Scenario>(text, kFormat, error, ReadScenario), error);
}

Scenario ScenarioMember(JsonObject& object) {
  Scenario scenario;
  object.Object("scenario", [&](JsonObject& member) { scenario = ReadScenario(member); });
  const std::string error = Validate(scenario);
  if (!error.empty()) object.Fail("scenario", error);
  return scenario;
}

Json ScenarioToJson(const Scenario& scenario) {
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
  Json json = {{"schema", kScenarioSchema},
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
  // Adapters of version 1 do not know it.
  if (scenario.stamps != Stamps::kAll) {
    json["stamps"] = StampsNames()[static_cast<size_t>(scenario.stamps)];
  }
  return json;
}

std::string FormatScenario(const Scenario& scenario) {
  return ScenarioToJson(scenario).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace proctor
