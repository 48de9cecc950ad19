#include "conformance/debug_information/state_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <system_error>

#include "conformance/json/json.h"

namespace proctor {

// From embedded files.
extern const std::string_view kGoStateMap;

namespace {

constexpr int kParametersMost = 6;  // that both conventions keep in registers

// What is wrong, and at which member.
struct Wrong {
  std::string what;
};

[[noreturn]] void Refuse(const std::string& place, std::string_view what) {
  throw Wrong{fmt::format("{}: {}", place, what)};
}

const Json& Object(const Json& json, const std::string& place) {
  if (!json.is_object()) Refuse(place, "must be an object");
  return json;  // NOLINT: a part of the document
}

const Json& Member(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) Refuse(name, "is missing");
  return *found;
}

std::string Text(const Json& json, const std::string& place) {
  if (!json.is_string() || json.get_ref<const std::string&>().empty())
    Refuse(place, "must be a text that is not empty");
  return json.get<std::string>();
}

void RefuseUnknown(const Json& json, const std::string& place,
                   std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(known, name) == known.end())
      Refuse(place.empty() ? name : place + "." + name, "no such member");
  }
}

std::vector<std::string> Paths(const Json& json, const std::string& place) {
  if (json.is_string()) return {Text(json, place)};
  if (!json.is_array() || json.empty()) Refuse(place, "must be a path or a list of paths");
  std::vector<std::string> paths;
  for (const Json& path : json) paths.push_back(Text(path, place));
  return paths;
}

std::map<int64_t, int64_t> Values(const Json& json, const std::string& place) {
  std::map<int64_t, int64_t> values;
  for (const auto& [name, value] : Object(json, place).items()) {
    int64_t number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() ||
        !value.is_number_integer())
      Refuse(place, "must give an integer for each integer");
    values.emplace(number, value.get<int64_t>());
  }
  return values;
}

void ParseExpected(const Json& json, const std::string& place, Formula& formula) {
  for (const auto& [path, number] : Object(json, place).items()) {
    if (path.empty() || !number.is_number_integer())
      Refuse(place, "must give an integer for each path");
    formula.paths.push_back(path);
    formula.expected.push_back(number.get<int64_t>());
  }
  if (formula.paths.empty()) Refuse(place, "must name a path");
}

Formula ParseFormula(const Json& json, const std::string& place) {
  if (!json.is_object()) return {.paths = Paths(json, place)};
  RefuseUnknown(json, place,
                {"first", "sum", "minus", "present", "least", "any_is_set", "all_equal", "values"});
  Formula formula;
  int kinds = 0;
  for (const auto& [name, kind] :
       {std::pair("first", Formula::Kind::kFirst), std::pair("sum", Formula::Kind::kSum),
        std::pair("least", Formula::Kind::kLeast),
        std::pair("any_is_set", Formula::Kind::kAnyIsSet)}) {
    const auto found = json.find(name);
    if (found == json.end()) continue;
    ++kinds;
    formula.kind = kind;
    formula.paths = Paths(*found, place);
  }
  const auto all_equal = json.find("all_equal");
  if (all_equal != json.end()) {
    ++kinds;
    formula.kind = Formula::Kind::kAllEqual;
    ParseExpected(*all_equal, place, formula);
  }
  if (kinds != 1) Refuse(place, "must have one of first, sum, least, any_is_set and all_equal");
  for (const auto& [name, list] :
       {std::pair("minus", &formula.minus), std::pair("present", &formula.present)}) {
    const auto found = json.find(name);
    if (found == json.end()) continue;
    if (formula.kind != Formula::Kind::kSum) Refuse(place, "minus and present belong to a sum");
    *list = Paths(*found, place);
  }
  const auto values = json.find("values");
  if (values != json.end()) formula.values = Values(*values, place);
  return formula;
}

std::optional<Variable> FindVariable(std::string_view name) {
  const ValueNames names = VariableNames();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Variable>(found - names.begin());
}

std::vector<std::pair<Variable, Formula>> ParseVariables(const Json& json, const std::string& place,
                                                         bool of_processors) {
  std::vector<std::pair<Variable, Formula>> variables;
  for (const auto& [name, formula] : Object(json, place).items()) {
    const std::string member = place + "." + name;
    const std::optional<Variable> variable = FindVariable(name);
    if (!variable) Refuse(member, "no such variable");
    if (IsOfProcessor(*variable) != of_processors)
      Refuse(member, of_processors ? "is no variable of a processor"
                                   : "is a variable of a processor, and belongs there");
    variables.emplace_back(*variable, ParseFormula(formula, member));
  }
  return variables;
}

int ParseParameter(const Json& json, const std::string& place) {
  if (!json.is_number_integer() || json < 0 || json >= kParametersMost)
    Refuse(place, fmt::format("must be the number of a parameter, 0 to {}", kParametersMost - 1));
  return json.get<int>();
}

MappedEvent ParseEvent(const std::string& name, const Json& json) {
  const std::string place = "events." + name;
  const std::optional<EventKind> kind = FindEventKind(name);
  constexpr EventKind kMappable[] = {EventKind::kHandOff, EventKind::kPreemptRequest,
                                     EventKind::kAdjustIdleLocked, EventKind::kInject,
                                     EventKind::kAssign};
  if (!kind || std::ranges::find(kMappable, *kind) == std::end(kMappable))
    Refuse(place, "is no event that a function can stand for");
  MappedEvent event{.kind = *kind, .function = ""};
  for (const auto& [member, value] : Object(json, place).items()) {
    const std::string at = place + "." + member;
    if (member == "function") {
      event.function = Text(value, at);
    } else if (member == "p") {
      event.processor = ParseParameter(value, at);
    } else {
      const std::optional<Arg> arg = FindArg(member);
      if (!arg || ArgPosition(*kind, *arg) < 0) Refuse(at, "the event has no such argument");
      event.args.emplace_back(*arg, ParseParameter(value, at));
    }
  }
  if (event.function.empty()) Refuse(place + ".function", "is missing");
  return event;
}

StateMap ParseMap(const Json& json) {
  Object(json, "the map");
  RefuseUnknown(json, "",
                {"schema", "name", "calling_convention", "monitor", "processors", "variables",
                 "of_processors", "events"});
  if (Member(json, "schema") != kStateMapSchema)
    Refuse("schema", fmt::format("must be \"{}\"", kStateMapSchema));
  StateMap map;
  map.name = Text(Member(json, "name"), "name");
  const std::string convention = Text(Member(json, "calling_convention"), "calling_convention");
  if (convention != "go" && convention != "system_v")
    Refuse("calling_convention", "must be \"go\" or \"system_v\"");
  map.convention = convention == "go" ? CallingConvention::kGo : CallingConvention::kSystemV;
  map.monitor = Text(Member(json, "monitor"), "monitor");
  map.processors = Text(Member(json, "processors"), "processors");
  map.variables = ParseVariables(Member(json, "variables"), "variables", false);
  map.of_processors = ParseVariables(Member(json, "of_processors"), "of_processors", true);
  const auto events = json.find("events");
  if (events == json.end()) return map;
  for (const auto& [name, event] : Object(*events, "events").items())
    map.events.push_back(ParseEvent(name, event));
  return map;
}

}  // namespace

bool IsOfProcessor(Variable variable) {
  switch (variable) {
    case Variable::kStatus:
    case Variable::kScheduleTick:
    case Variable::kSyscallTick:
    case Variable::kLocalWork:
    case Variable::kNextTimer:
    case Variable::kSafePoint:
    case Variable::kMarked:
    case Variable::kTaskMarked:  // of the task that it runs
    case Variable::kSeenScheduleTick:
    case Variable::kSeenScheduleNs:
    case Variable::kSeenSyscallTick:
    case Variable::kSeenSyscallNs:
    case Variable::kIdleMark:
    case Variable::kOwner:
    case Variable::kRunningTask:
      return true;
    default:
      return false;
  }
}

std::optional<StateMap> ParseStateMap(std::string_view text, std::string_view name,
                                      std::string& error) {
  const std::optional<Json> json = ParseJson(text, name, error);
  if (!json) return std::nullopt;
  try {
    return ParseMap(*json);
  } catch (const Wrong& wrong) {
    error = fmt::format("{}: {}", name, wrong.what);
    return std::nullopt;
  }
}

std::span<const StateMap> BuiltInStateMaps() {
  static const std::vector<StateMap> maps = [] {
    std::vector<StateMap> parsed;
    for (const std::string_view text : {kGoStateMap}) {
      std::string error;
      std::optional<StateMap> map = ParseStateMap(text, "built-in state map", error);
      if (!map) {
        fmt::print(stderr, "{}\n", error);
        std::abort();
      }
      parsed.push_back(std::move(*map));
    }
    return parsed;
  }();
  return maps;
}

}  // namespace proctor
