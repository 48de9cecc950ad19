#include "conformance/implementations/reference/translation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "conformance/implementations/reference/numbering.h"

namespace proctor::reference {
namespace {

using runtime::TraceKind;

constexpr TraceKind kTraceKinds[] = {
#define TRACE_KIND(enumerator, name, arguments) TraceKind::enumerator,
#include "runtime/trace/kinds.def"
};
constexpr std::string_view kTraceArguments[] = {
#define TRACE_KIND(enumerator, name, arguments) arguments,
#include "runtime/trace/kinds.def"
};
constexpr runtime::TraceVariable kTraceVariables[] = {
#define TRACE_VARIABLE(enumerator, name) runtime::TraceVariable::enumerator,
#include "runtime/trace/kinds.def"
};

[[noreturn]] void NoSuch(std::string_view what, std::string_view name) {
  fprintf(stderr, "adapter: the evidence has no %.*s '%.*s'\n", static_cast<int>(what.size()),
          what.data(), static_cast<int>(name.size()), name.data());
  abort();
}

// A change becomes the value that it leads to.
EventKind KindOf(TraceKind kind) {
  if (kind == TraceKind::kAdd) return EventKind::kWrite;
  const std::string_view name = runtime::TraceKindName(kind);
  const auto found = FindEventKind(name);
  if (!found) NoSuch("event", name);
  return *found;
}

Variable VariableOf(runtime::TraceVariable variable) {
  const std::string_view name = runtime::TraceVariableName(variable);
  const ValueNames names = VariableNames();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) NoSuch("variable", name);
  return static_cast<Variable>(found - names.begin());
}

// The names in "variable, value" and the like; what follows a colon explains the values.
std::vector<std::string_view> NamesIn(std::string_view list) {
  list = list.substr(0, list.find(':'));
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const size_t end = std::min(list.find(", "), list.size());
    names.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return names;
}

// Where an event of that kind keeps the argument. A change's `delta` is where a write's `value` is:
// it becomes one.
size_t PlaceOf(TraceKind kind, std::string_view name) {
  if (kind == TraceKind::kAdd && name == "delta") name = ArgName(Arg::kValue);
  const std::span<const Arg> args = ArgsOf(KindOf(kind));
  const auto found = std::ranges::find(args, name, ArgName);
  if (found == args.end()) NoSuch(std::string(runtime::TraceKindName(kind)) + " with", name);
  return static_cast<size_t>(found - args.begin());
}

// Of one kind: what the evidence calls it, and where it keeps each traced argument.
struct KindWords {
  EventKind kind;
  uint8_t arguments = 0;
  std::array<uint8_t, std::extent_v<decltype(runtime::TraceEvent::args)>> places{};
};

// Both sides use the same names.
struct Words {
  std::array<KindWords, std::size(kTraceKinds)> kinds;
  std::array<Variable, std::size(kTraceVariables)> variables;
};

KindWords WordsOf(size_t index) {
  KindWords words{.kind = KindOf(kTraceKinds[index])};
  for (const std::string_view name : NamesIn(kTraceArguments[index])) {
    words.places[words.arguments++] = static_cast<uint8_t>(PlaceOf(kTraceKinds[index], name));
  }
  return words;
}

const Words& TheWords() {
  static const Words words = [] {
    Words made{};
    for (size_t i = 0; i < made.kinds.size(); ++i) made.kinds[i] = WordsOf(i);
    for (size_t i = 0; i < made.variables.size(); ++i)
      made.variables[i] = VariableOf(kTraceVariables[i]);
    return made;
  }();
  return words;
}

bool SpeaksOfAVariable(TraceKind kind) {
  return kind == TraceKind::kRead || kind == TraceKind::kWrite || kind == TraceKind::kAdd ||
         kind == TraceKind::kSwap || kind == TraceKind::kLostSwap;
}

}  // namespace

Translation::Translation(std::unordered_map<int64_t, int64_t> numbers)
    : numbers_(std::move(numbers)) {
  for (const auto& [task, number] : numbers_) last_number_ = std::max(last_number_, number);
}

Event Translation::Translate(const runtime::TraceEvent& traced) {
  const Words& words = TheWords();
  Event event;
  event.time_ns = traced.time_ns;
  const KindWords& kind = words.kinds[static_cast<size_t>(traced.kind)];
  event.kind = kind.kind;
  event.m = traced.m;
  event.p = traced.p;
  event.g = NumberOf(traced.g);
  for (size_t i = 0; i < kind.arguments; ++i) event.args[kind.places[i]] = traced.args[i];
  if (!SpeaksOfAVariable(traced.kind)) return event;

  const auto variable = static_cast<size_t>(event.Get(Arg::kVariable));
  event.Set(Arg::kVariable, static_cast<int64_t>(words.variables[variable]));
  // A swap may come between two changes that are traced the other way round: only what it changes
  // counts.
  int64_t& sum = sums_[variable];
  if (traced.kind == TraceKind::kAdd) event.Set(Arg::kValue, sum += event.Get(Arg::kValue));
  if (traced.kind == TraceKind::kSwap) sum += event.Get(Arg::kValue) - event.Get(Arg::kExpected);
  return event;
}

int64_t Translation::NumberOf(int64_t task) {
  if (task < 0 || task >= runtime::kFirstOwnTask) return task;
  const auto [place, is_new] = numbers_.try_emplace(task, last_number_ + 1);
  if (is_new) ++last_number_;
  return place->second;
}

std::vector<EventKind> Translation::Emits() {
  std::vector<EventKind> kinds;
  for (const KindWords& words : TheWords().kinds) kinds.push_back(words.kind);
  kinds.push_back(EventKind::kGap);
  // The ends of collections are among the stamps.
  std::erase(kinds, EventKind::kCollection);
  std::ranges::sort(kinds);
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

}  // namespace proctor::reference
