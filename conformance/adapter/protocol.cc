#include "conformance/adapter/protocol.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "conformance/evidence/trace.h"

namespace proctor {
namespace {

using Json = nlohmann::json;

// Thrown inside this file only: what is wrong.
struct Wrong {
  std::string what;
};

std::string Text(const Json& json, const char* name) {
  if (!json.contains(name) || !json[name].is_string()) {
    throw Wrong{fmt::format("its handshake lacks the string '{}'", name)};
  }
  return json[name].get<std::string>();
}

std::set<std::string> Names(const Json& json, const char* name) {
  if (!json.contains(name) || !json[name].is_array()) {
    throw Wrong{fmt::format("its handshake lacks the array '{}'", name)};
  }
  std::set<std::string> names;
  for (const Json& element : json[name]) {
    if (!element.is_string()) throw Wrong{fmt::format("'{}' must hold strings", name)};
    names.insert(element.get<std::string>());
  }
  return names;
}

EventKinds Kinds(const Json& json) {
  EventKinds kinds;
  if (!json.contains("emits")) return kinds;
  for (const std::string& name : Names(json, "emits")) {
    const std::optional<EventKind> kind = FindEventKind(name);
    if (!kind) throw Wrong{fmt::format("unknown kind of event '{}' in 'emits'", name)};
    if (AdapterMakes(*kind)) throw Wrong{fmt::format("'{}' in 'emits' is a stamp", name)};
    kinds.set(static_cast<size_t>(*kind));
  }
  return kinds;
}

// `"monitor": null`, or `"monitor": {"thread": NAME}`.
void ReadMonitor(const Json& json, Handshake& handshake) {
  if (!json.contains("monitor")) return;
  const Json& monitor = json["monitor"];
  handshake.has_monitor = !monitor.is_null();
  if (monitor.is_null()) return;
  if (!monitor.is_object() || monitor.size() != 1 || !monitor.contains("thread") ||
      !monitor["thread"].is_string() || monitor["thread"].get_ref<const std::string&>().empty()) {
    throw Wrong{"'monitor' must be null or {\"thread\": NAME}"};
  }
  handshake.monitor_thread = monitor["thread"].get<std::string>();
}

Tunables InForce(const Json& json) {
  Tunables tunables;
  if (!json.contains("in_force")) return tunables;
  if (!json["in_force"].is_object()) throw Wrong{"'in_force' must be an object"};
  for (const auto& [name, value] : json["in_force"].items()) {
    if (!value.is_number_integer())
      throw Wrong{fmt::format("tunable '{}' must be an integer", name)};
    const std::string refused = SetTunable(tunables, name, value.get<int64_t>());
    if (!refused.empty()) throw Wrong{fmt::format("{} in 'in_force'", refused)};
  }
  return tunables;
}

}  // namespace

std::string Excerpt(std::string_view line) {
  constexpr size_t kMost = 120;
  std::string text;
  for (const char c : line.substr(0, kMost)) {
    text += c < ' ' || c > '~' ? '?' : c;
  }
  return line.size() > kMost ? text + "..." : text;
}

std::optional<Handshake> ParseHandshake(std::string_view line, std::string& error) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) {
    error = fmt::format("its handshake is not a JSON object: {}", Excerpt(line));
    return std::nullopt;
  }
  try {
    const std::string schema = Text(json, "schema");
    if (schema != kAdapterSchema) {
      throw Wrong{fmt::format("it speaks '{}', the harness '{}'", schema, kAdapterSchema)};
    }
    Handshake handshake{.name = Text(json, "name"),
                        .version = Text(json, "version"),
                        .operations = Names(json, "operations"),
                        .settable = Names(json, "settable"),
                        .in_force = InForce(json),
                        .emits = Kinds(json)};
    ReadMonitor(json, handshake);
    return handshake;
  } catch (const Wrong& wrong) {
    error = wrong.what;
    return std::nullopt;
  }
}

std::optional<std::variant<Event, Done>> ParseReply(std::string_view line, std::string& error) {
  constexpr std::string_view kDoneMark = "{\"done\"";
  if (!line.starts_with(kDoneMark)) {
    const std::optional<Event> event = ParseEvent(line, error);
    if (event) return *event;
    error = fmt::format("{} in its line: {}", error, Excerpt(line));
    return std::nullopt;
  }
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json["done"].is_object()) {
    error = fmt::format("not a JSON object: {}", Excerpt(line));
    return std::nullopt;
  }
  try {
    return Done{.in_force = InForce(json["done"])};
  } catch (const Wrong& wrong) {
    error = wrong.what;
    return std::nullopt;
  }
}

std::string FindUnsupported(const Handshake& handshake, const Scenario& scenario) {
  for (const auto& [name, value] : scenario.tunables) {
    if (!handshake.settable.contains(name)) {
      return fmt::format("{} {} cannot set {}", handshake.name, handshake.version, name);
    }
  }
  for (const Task& task : scenario.tasks) {
    for (const Operation& operation : task.ops) {
      const std::string name(OpNames()[static_cast<size_t>(operation.op)]);
      if (!handshake.operations.contains(name)) {
        return fmt::format("{} {} has no operation {}", handshake.name, handshake.version, name);
      }
    }
  }
  return "";
}

bool AdapterMakes(EventKind kind) {
  switch (kind) {
    case EventKind::kScenarioStart:
    case EventKind::kScenarioEnd:
    case EventKind::kTaskSpawn:
    case EventKind::kTaskStart:
    case EventKind::kTaskEnd:
    case EventKind::kOpBegin:
    case EventKind::kOpEnd:
    case EventKind::kCollection:
    case EventKind::kCpuTime:
      return true;
    default:
      return false;
  }
}

EventKinds AdapterEvidence() {
  EventKinds kinds;
  for (const EventKind kind :
       {EventKind::kProcessStart, EventKind::kProcessExit, EventKind::kDeadlockReport,
        EventKind::kGap, EventKind::kStall, EventKind::kDescriptorReady, EventKind::kStopped,
        EventKind::kContinued}) {
    kinds.set(static_cast<size_t>(kind));
  }
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (AdapterMakes(static_cast<EventKind>(kind))) kinds.set(kind);
  }
  return kinds;
}

}  // namespace proctor
