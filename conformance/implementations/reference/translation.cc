#include "conformance/implementations/reference/translation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

namespace proctor::reference {
namespace {

using runtime::TraceKind;

constexpr TraceKind kTraceKinds[] = {
#define TRACE_KIND(enumerator, name, arguments) TraceKind::enumerator,
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

// A change is told as what comes of it.
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

// Both sides use the same names, and the same arguments in the same order.
struct Words {
  std::array<EventKind, std::size(kTraceKinds)> kinds;
  std::array<Variable, std::size(kTraceVariables)> variables;
};

const Words& TheWords() {
  static const Words words = [] {
    Words made{};
    for (size_t i = 0; i < made.kinds.size(); ++i) made.kinds[i] = KindOf(kTraceKinds[i]);
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
  event.kind = words.kinds[static_cast<size_t>(traced.kind)];
  event.m = traced.m;
  event.p = traced.p;
  event.g = NumberOf(traced.g);
  std::ranges::copy(traced.args, event.args);
  if (!SpeaksOfAVariable(traced.kind)) return event;

  const auto variable = static_cast<size_t>(traced.args[0]);
  event.args[0] = static_cast<int64_t>(words.variables[variable]);
  // A swap may come between two changes that are told the other way round: only what it changes
  // counts.
  int64_t& sum = sums_[variable];
  if (traced.kind == TraceKind::kAdd) event.args[1] = sum += traced.args[1];
  if (traced.kind == TraceKind::kSwap) sum += traced.args[2] - traced.args[1];
  return event;
}

int64_t Translation::NumberOf(int64_t task) {
  if (task < 0 || task >= runtime::kFirstOwnTask) return task;
  const auto [place, is_new] = numbers_.try_emplace(task, last_number_ + 1);
  if (is_new) ++last_number_;
  return place->second;
}

std::vector<EventKind> Translation::Emits() {
  std::vector<EventKind> kinds(TheWords().kinds.begin(), TheWords().kinds.end());
  kinds.push_back(EventKind::kGap);
  // The ends of collections are among the stamps.
  std::erase(kinds, EventKind::kCollection);
  std::ranges::sort(kinds);
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

}  // namespace proctor::reference
