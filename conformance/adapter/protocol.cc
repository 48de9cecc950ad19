#include "conformance/adapter/protocol.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/evidence/trace.h"
#include "conformance/json/json.h"

namespace proctor {
namespace {

constexpr size_t kNameBytesMost = 256;
constexpr JsonFormat kHandshakeFormat = {.what = "handshake",
                                         .unknown = UnknownMembers::kAreIgnored};

// A name or a version is for people to read.
std::string Name(JsonObject& object, std::string_view member) {
  std::string name = object.Text(member);
  if (name.size() > kNameBytesMost) {
    object.Fail(member, fmt::format("is longer than {} bytes", kNameBytesMost));
  }
  return name;
}

EventKinds Kinds(JsonObject& object) {
  EventKinds kinds;
  object.ForTexts("emits", [&](const std::string& name) {
    const std::optional<EventKind> kind = FindEventKind(name);
    if (!kind) object.Fail("emits", fmt::format("unknown kind of event '{}'", Quoted(name)));
    if (AdapterMakes(*kind)) object.Fail("emits", fmt::format("'{}' is a stamp", name));
    kinds.set(static_cast<size_t>(*kind));
  });
  return kinds;
}

// `"monitor": null`, or `"monitor": {"thread": NAME}`.
void ReadMonitor(JsonObject& object, Handshake& handshake) {
  const Json& monitor = object.Any("monitor");
  handshake.has_monitor = !monitor.is_null();
  if (monitor.is_null()) return;
  if (!monitor.is_object()) object.Fail("monitor", "must be null or {\"thread\": NAME}");
  object.Object("monitor", [&](JsonObject& members) {
    handshake.monitor_thread = Name(members, "thread");
    if (handshake.monitor_thread.empty()) members.Fail("thread", "must not be empty");
  });
}

Tunables InForce(JsonObject& object) {
  Tunables tunables;
  if (!object.Has("in_force")) return tunables;
  object.ForIntegers("in_force", [&](const std::string& name, int64_t value) {
    const std::string refused = SetTunable(tunables, name, value);
    if (!refused.empty()) object.Fail("in_force", Quoted(refused));
  });
  return tunables;
}

Handshake ReadHandshake(JsonObject& object) {
  object.Schema(kAdapterSchema);
  Handshake handshake;
  handshake.name = Name(object, "name");
  handshake.version = Name(object, "version");
  object.ForTexts("operations",
                  [&](const std::string& name) { handshake.operations.insert(name); });
  object.ForTexts("settable", [&](const std::string& name) { handshake.settable.insert(name); });
  handshake.in_force = InForce(object);
  if (object.Has("emits")) handshake.emits = Kinds(object);
  if (object.Has("monitor")) ReadMonitor(object, handshake);
  return handshake;
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
  std::set<std::string> ignored;
  std::optional<Handshake> handshake =
      ReadJson<Handshake>(line, kHandshakeFormat, error, ReadHandshake, &ignored);
  if (!handshake) {
    error = fmt::format("{} in its line: {}", error, Excerpt(line));
  } else {
    handshake->ignored = std::move(ignored);
  }
  return handshake;
}

std::optional<std::variant<Event, Done>> ParseReply(std::string_view line, std::string& error) {
  constexpr std::string_view kDoneMark = "{\"done\"";
  std::optional<std::variant<Event, Done>> reply;
  if (line.starts_with(kDoneMark)) {
    const std::optional<Done> done = ReadJson<Done>(
        line, {.what = "reply", .unknown = UnknownMembers::kAreIgnored}, error,
        [](JsonObject& object) {
          Done read;
          object.Object("done", [&](JsonObject& members) { read.in_force = InForce(members); });
          return read;
        });
    if (done) reply = *done;
  } else if (const std::optional<Event> event = ParseEvent(line, error)) {
    reply = *event;
  }
  if (!reply) error = fmt::format("{} in its line: {}", error, Excerpt(line));
  return reply;
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
        EventKind::kContinued, EventKind::kAtRest}) {
    kinds.set(static_cast<size_t>(kind));
  }
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (AdapterMakes(static_cast<EventKind>(kind))) kinds.set(kind);
  }
  return kinds;
}

}  // namespace proctor
