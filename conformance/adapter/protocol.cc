#include "conformance/adapter/protocol.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "conformance/evidence/promises_json.h"
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

constexpr size_t kThreadNameBytesMost = 15;

// `"monitor": null`, `{"thread": NAME}` or `{"cadence": {"sleep_ns": N}}`.
void ReadMonitor(JsonObject& object, Handshake& handshake) {
  const Json& monitor = object.Any("monitor");
  handshake.has_monitor = !monitor.is_null();
  if (monitor.is_null()) return;
  if (!monitor.is_object()) {
    object.Fail("monitor", "must be null, {\"thread\": NAME} or {\"cadence\": {\"sleep_ns\": N}}");
  }
  object.Object("monitor", [&](JsonObject& members) {
    if (members.Has("cadence")) {
      if (members.Has("thread")) members.Fail("cadence", "stands beside thread: give one of them");
      members.Object("cadence", [&](JsonObject& cadence) {
        const TunableField* sleep = FindTunable("shallow_max_ns");
        handshake.monitor_sleep_ns = cadence.Integer("sleep_ns", sleep->least, sleep->greatest);
      });
      return;
    }
    handshake.monitor_thread = Name(members, "thread");
    if (handshake.monitor_thread.empty()) members.Fail("thread", "must not be empty");
    if (handshake.monitor_thread.size() > kThreadNameBytesMost) {
      members.Fail("thread", fmt::format("is longer than the {} bytes that Linux keeps",
                                         kThreadNameBytesMost));
    }
  });
}

// What it names stands in replay lines, so it has to be a name.
std::vector<std::string> ReadEnvironment(JsonObject& object) {
  constexpr size_t kMost = 32;
  std::vector<std::string> names;
  object.ForTexts("environment", [&](const std::string& name) {
    const bool is_name =
        !name.empty() && name.size() <= kNameBytesMost && (std::isdigit(name[0]) == 0) &&
        std::ranges::all_of(name, [](char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (!is_name) object.Fail("environment", fmt::format("'{}' is no name", Quoted(name)));
    if (names.size() == kMost) object.Fail("environment", fmt::format("holds more than {}", kMost));
    names.push_back(name);
  });
  return names;
}

void ReadOperations(JsonObject& object, std::set<std::string>& operations) {
  object.ForTexts("operations", [&](const std::string& name) {
    if (std::ranges::find(OpNames(), name) == OpNames().end()) {
      object.Fail("operations", fmt::format("unknown operation '{}'", Quoted(name)));
    }
    operations.insert(name);
  });
}

void ReadSettable(JsonObject& object, std::set<std::string>& settable) {
  object.ForTexts("settable", [&](const std::string& name) {
    if (FindTunable(name) == nullptr) {
      object.Fail("settable", fmt::format("unknown tunable '{}'", Quoted(name)));
    }
    settable.insert(name);
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

std::set<Stamps> StampsOf(JsonObject& object) {
  std::set<Stamps> stamps;
  object.ForTexts("stamps", [&](const std::string& name) {
    const auto found = std::ranges::find(StampsNames(), name);
    if (found == StampsNames().end()) object.Fail("stamps", "unknown '" + Quoted(name) + "'");
    stamps.insert(static_cast<Stamps>(found - StampsNames().begin()));
  });
  if (!stamps.contains(Stamps::kAll)) object.Fail("stamps", "must have 'all'");
  return stamps;
}

Handshake ReadHandshake(JsonObject& object) {
  constexpr std::string_view kSchemas[] = {kAdapterSchema, kOldAdapterSchema};
  const bool is_old = object.Schema(kSchemas) == 1;
  Handshake handshake;
  handshake.stamps = is_old ? std::set<Stamps>{Stamps::kAll} : StampsOf(object);
  handshake.name = Name(object, "name");
  handshake.version = Name(object, "version");
  ReadOperations(object, handshake.operations);
  ReadSettable(object, handshake.settable);
  handshake.in_force = InForce(object);
  if (object.Has("emits")) handshake.emits = Kinds(object);
  if (object.Has("monitor")) ReadMonitor(object, handshake);
  handshake.promises = ReadPromises(object);
  if (object.Has("environment")) handshake.environment = ReadEnvironment(object);
  object.Update("state_map", handshake.state_map);
  return handshake;
}

// Whatever spaces stand between.
bool BeginsWith(std::string_view line, std::string_view text) {
  for (const char c : line) {
    if (c == ' ' || c == '\t' || c == '\r') continue;
    if (c != text.front()) return false;
    text.remove_prefix(1);
    if (text.empty()) return true;
  }
  return false;
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
  std::optional<std::variant<Event, Done>> reply;
  if (BeginsWith(line, "{\"done\"")) {
    const std::optional<Done> done = ReadJson<Done>(
        line, {.what = "reply", .unknown = UnknownMembers::kAreIgnored}, error,
        [](JsonObject& object) {
          Done read;
          object.Object("done", [&](JsonObject& members) {
            read.in_force = InForce(members);
            if (!members.Has("gathered")) return;
            members.Object("gathered",
                           [&](JsonObject& gathered) { read.gathered = ReadGathered(gathered); });
          });
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
    if (handshake.settable.contains(name)) continue;
    const int64_t in_force = handshake.in_force.*FindTunable(name)->member;
    if (in_force == value) continue;
    return fmt::format("{} {} cannot set {}: it is {}", handshake.name, handshake.version, name,
                       in_force);
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

std::string FindNotInForce(const Scenario& scenario, const Tunables& in_force) {
  for (const auto& [name, asked] : scenario.tunables) {
    const int64_t had = in_force.*FindTunable(name)->member;
    // No number of processors is the runtime's own choice.
    if (had == asked || (name == "procs" && asked == 0)) continue;
    return fmt::format("{} {} was asked for, and by the adapter's `done` {} was in force", name,
                       asked, had);
  }
  return "";
}

std::string FindWrongEnd(const Scenario& scenario, Stamps stamps, const Done& done) {
  if (stamps != Stamps::kAll && !done.gathered) {
    return "`done` lacks gathered, which stands for the stamps left out";
  }
  return FindNotInForce(scenario, done.in_force);
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
    case EventKind::kTimerAnswer:
    case EventKind::kTimerExpired:
    case EventKind::kProcsChanged:
      return true;
    default:
      return false;
  }
}

bool AdapterMakes(EventKind kind, Stamps stamps) {
  if (!AdapterMakes(kind)) return false;
  switch (kind) {
    case EventKind::kOpBegin:
    case EventKind::kOpEnd:
    case EventKind::kTimerAnswer:
    case EventKind::kTimerExpired:
    case EventKind::kProcsChanged:
      return stamps == Stamps::kAll;
    case EventKind::kTaskSpawn:
    case EventKind::kTaskStart:
    case EventKind::kTaskEnd:
      return stamps != Stamps::kNone;
    default:
      return true;
  }
}

EventKinds AdapterEvidence(Stamps stamps) {
  EventKinds kinds;
  for (const EventKind kind :
       {EventKind::kProcessStart, EventKind::kProcessExit, EventKind::kDeadlockReport,
        EventKind::kGap, EventKind::kStall, EventKind::kDescriptorReady, EventKind::kStopped,
        EventKind::kContinued, EventKind::kAtRest, EventKind::kCanGoOn}) {
    kinds.set(static_cast<size_t>(kind));
  }
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (AdapterMakes(static_cast<EventKind>(kind), stamps)) kinds.set(kind);
  }
  return kinds;
}

}  // namespace proctor
