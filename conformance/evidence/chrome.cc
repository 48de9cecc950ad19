#include "conformance/evidence/chrome.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <ostream>

namespace proctor {
namespace {

using Json = nlohmann::ordered_json;

// The page's "processes" group the tracks.
enum Group { kThreads = 1, kProcessors = 2, kTasks = 3, kOutside = 4 };
constexpr std::pair<Group, std::string_view> kGroups[] = {{kThreads, "M (threads)"},
                                                          {kProcessors, "P (processors)"},
                                                          {kTasks, "G (tasks)"},
                                                          {kOutside, "outside"}};

enum class Shape { kBegin, kEnd, kInstant };

Shape ShapeOf(EventKind kind) {
  switch (kind) {
    case EventKind::kShallowSleep:
    case EventKind::kDeepSleep:
    case EventKind::kOpBegin:
      return Shape::kBegin;
    case EventKind::kShallowWake:
    case EventKind::kDeepWake:
    case EventKind::kOpEnd:
      return Shape::kEnd;
    default:
      return Shape::kInstant;
  }
}

std::string SliceName(const Event& event) {
  if (event.kind == EventKind::kOpBegin) {
    return std::string(OpNames()[static_cast<size_t>(event.Get(Arg::kOp))]);
  }
  return std::string(EventKindName(event.kind));
}

Json Arguments(const Event& event) {
  Json arguments = Json::object();
  for (const Arg arg : ArgsOf(event.kind)) {
    const int64_t value = event.Get(arg);
    const ValueNames names = ArgValueNames(arg);
    if (names.empty()) {
      arguments[std::string(ArgName(arg))] = value;
    } else {
      arguments[std::string(ArgName(arg))] = names[static_cast<size_t>(value)];
    }
  }
  return arguments;
}

}  // namespace

ChromeWriter::ChromeWriter(std::ostream& stream, const Header& header) : stream_(stream) {
  const Json about = {{"implementation", header.implementation},
                      {"version", header.version},
                      {"scenario", header.scenario},
                      {"clock", header.clock}};
  stream_ << R"({"displayTimeUnit":"ns","otherData":)"
          << about.dump(-1, ' ', false, Json::error_handler_t::replace) << R"(,"traceEvents":[)";
  for (const auto& [group, name] : kGroups) {
    const Json json = {
        {"ph", "M"}, {"name", "process_name"}, {"pid", group}, {"args", {{"name", name}}}};
    WriteObject(json.dump());
  }
}

ChromeWriter::Track ChromeWriter::TrackOf(const Event& event) const {
  if (event.g >= 0) return {kTasks, event.g, "g"};
  if (event.m >= 0) return {kThreads, event.m, "m"};
  if (event.p >= 0) return {kProcessors, event.p, "p"};
  return {kOutside, 0, "harness "};
}

void ChromeWriter::NameTrack(const Track& track) {
  if (!named_.insert({track.process, track.thread}).second) return;
  const Json json = {{"ph", "M"},
                     {"name", "thread_name"},
                     {"pid", track.process},
                     {"tid", track.thread},
                     {"args", {{"name", fmt::format("{}{}", track.prefix, track.thread)}}}};
  WriteObject(json.dump());
}

void ChromeWriter::WriteObject(const std::string& object) {
  stream_ << (first_ ? "\n" : ",\n") << object;
  first_ = false;
}

void ChromeWriter::Write(const Event& event) {
  const Track track = TrackOf(event);
  NameTrack(track);
  constexpr double kNsPerUs = 1e3;
  Json json = {{"pid", track.process},
               {"tid", track.thread},
               {"ts", static_cast<double>(event.time_ns) / kNsPerUs}};
  switch (ShapeOf(event.kind)) {
    case Shape::kBegin:
      json["ph"] = "B";
      json["name"] = SliceName(event);
      break;
    case Shape::kEnd:
      json["ph"] = "E";
      break;
    case Shape::kInstant:
      json["ph"] = "i";
      json["s"] = "t";
      json["name"] = EventKindName(event.kind);
      break;
  }
  json["args"] = Arguments(event);
  WriteObject(json.dump());
}

void ChromeWriter::Close() { stream_ << "\n]}\n"; }

}  // namespace proctor
