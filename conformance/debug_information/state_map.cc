#include "conformance/debug_information/state_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <system_error>

#include "conformance/json/json.h"

namespace proctor {

// From embedded files.
extern const std::string_view kGoStateMap;

namespace {

constexpr int kParametersMost = 6;  // that both conventions keep in registers

constexpr std::string_view kConventions[] = {"go", "system_v"};  // as CallingConvention

std::map<int64_t, int64_t> ReadValues(JsonObject& object) {
  std::map<int64_t, int64_t> values;
  object.ForIntegers("values", [&](const std::string& text, int64_t meaning) {
    int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
      object.Fail("values", "must give an integer for each integer");
    values.emplace(number, meaning);
  });
  return values;
}

void ReadExpected(JsonObject& object, Formula& formula) {
  object.ForIntegers("all_equal", [&](const std::string& path, int64_t number) {
    if (path.empty()) object.Fail("all_equal", "must give an integer for each path");
    formula.paths.push_back(path);
    formula.expected.push_back(number);
  });
  if (formula.paths.empty()) object.Fail("all_equal", "must name a path");
}

Formula ReadFormulaObject(JsonObject& object) {
  Formula formula;
  int kinds = 0;
  for (const auto& [name, kind] :
       {std::pair("first", Formula::Kind::kFirst), std::pair("sum", Formula::Kind::kSum),
        std::pair("least", Formula::Kind::kLeast),
        std::pair("any_is_set", Formula::Kind::kAnyIsSet)}) {
    if (!object.Has(name)) continue;
    ++kinds;
    formula.kind = kind;
    formula.paths = object.Texts(name);
  }
  if (object.Has("all_equal")) {
    ++kinds;
    formula.kind = Formula::Kind::kAllEqual;
    ReadExpected(object, formula);
  }
  if (kinds != 1) object.Fail("it", "must have one of first, sum, least, any_is_set and all_equal");
  for (const auto& [name, paths] :
       {std::pair("minus", &formula.minus), std::pair("present", &formula.present)}) {
    if (!object.Has(name)) continue;
    if (formula.kind != Formula::Kind::kSum) object.Fail(name, "belongs to a sum");
    *paths = object.Texts(name);
  }
  if (object.Has("values")) formula.values = ReadValues(object);
  return formula;
}

Formula ReadFormula(JsonObject& variables, const std::string& name) {
  Formula formula;
  if (variables.Any(name).is_object()) {
    variables.Object(name, [&](JsonObject& object) { formula = ReadFormulaObject(object); });
  } else {
    formula.paths = variables.Texts(name);
  }
  return formula;
}

std::optional<Variable> FindVariable(std::string_view name) {
  const ValueNames names = VariableNames();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Variable>(found - names.begin());
}

std::vector<std::pair<Variable, Formula>> ReadVariables(JsonObject& object, bool of_processors) {
  std::vector<std::pair<Variable, Formula>> variables;
  for (const std::string& name : object.Names()) {
    const std::optional<Variable> variable = FindVariable(name);
    if (!variable) object.Fail(Quoted(name), "is no variable");
    if (IsOfProcessor(*variable) != of_processors)
      object.Fail(name, of_processors ? "is no variable of a processor"
                                      : "is a variable of a processor, and belongs there");
    variables.emplace_back(*variable, ReadFormula(object, name));
  }
  return variables;
}

int ReadParameter(JsonObject& object, std::string_view name) {
  return static_cast<int>(object.Integer(name, 0, kParametersMost - 1));
}

MappedEvent ReadEvent(JsonObject& object, EventKind kind) {
  MappedEvent event{.kind = kind, .function = object.TextNotEmpty("function")};
  for (const std::string& name : object.Names()) {
    if (name == "function") continue;
    if (name == "p") {
      event.processor = ReadParameter(object, name);
      continue;
    }
    const std::optional<Arg> arg = FindArg(name);
    if (!arg || ArgPosition(kind, *arg) < 0)
      object.Fail(Quoted(name), "is no argument of the event");
    event.args.emplace_back(*arg, ReadParameter(object, name));
  }
  return event;
}

std::vector<MappedEvent> ReadEvents(JsonObject& object) {
  constexpr EventKind kMappable[] = {EventKind::kHandOff, EventKind::kPreemptRequest,
                                     EventKind::kAdjustIdleLocked, EventKind::kInject,
                                     EventKind::kAssign};
  std::vector<MappedEvent> events;
  for (const std::string& name : object.Names()) {
    const std::optional<EventKind> kind = FindEventKind(name);
    if (!kind || std::ranges::find(kMappable, *kind) == std::end(kMappable))
      object.Fail(Quoted(name), "is no event that a function can stand for");
    object.Object(name, [&](JsonObject& event) { events.push_back(ReadEvent(event, *kind)); });
  }
  return events;
}

StateMap ReadMap(JsonObject& object) {
  object.Schema(kStateMapSchema);
  StateMap map;
  map.name = object.TextNotEmpty("name");
  map.convention =
      static_cast<CallingConvention>(object.IndexOf("calling_convention", kConventions));
  map.monitor = object.TextNotEmpty("monitor");
  map.processors = object.TextNotEmpty("processors");
  object.Object("variables",
                [&](JsonObject& variables) { map.variables = ReadVariables(variables, false); });
  object.Object("of_processors",
                [&](JsonObject& variables) { map.of_processors = ReadVariables(variables, true); });
  if (object.Has("events"))
    object.Object("events", [&](JsonObject& events) { map.events = ReadEvents(events); });
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
  std::optional<StateMap> map = ReadJson<StateMap>(text, {.what = "state map"}, error, ReadMap);
  if (!map) error = fmt::format("{}: {}", name, error);
  return map;
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
