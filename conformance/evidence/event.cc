#include "conformance/evidence/event.h"

#include <fmt/core.h>

#include <array>

#include "conformance/base/enum_names.h"

namespace proctor {
namespace {

constexpr std::string_view kOpNames[] = {
    "spin",  "work",      "block",      "calls",       "wait",     "sleep",
    "yield", "send",      "receive",    "spawn",       "allocate", "collect",
    "stamp", "set_timer", "stop_timer", "reset_timer", "procs",    "block_untold"};
static_assert(NamesAllOf<Op>(kOpNames));
static_assert(std::size(kOpNames) == kOps);
constexpr std::string_view kWakeCauseNames[] = {"timeout", "woken", "either"};
static_assert(NamesAllOf<WakeCause>(kWakeCauseNames));
constexpr std::string_view kLockNames[] = {"monitor",   "scavenger", "forced_gc", "sched",
                                           "all_tasks", "all_p",     "timers"};
static_assert(NamesAllOf<LockId>(kLockNames));
constexpr std::string_view kVariableNames[] = {
#define VARIABLE(enumerator, json_name, meaning) json_name,
#include "conformance/evidence/events.def"
};
constexpr std::string_view kWakerNames[] = {"start_the_world", "enter", "exit_fast", "exit_slow"};
static_assert(NamesAllOf<Waker>(kWakerNames));
constexpr std::string_view kQueueNames[] = {"global", "local", "next"};
static_assert(NamesAllOf<Queue>(kQueueNames));
constexpr std::string_view kOutReasonNames[] = {"waits", "yielded", "preempted", "ended"};
static_assert(NamesAllOf<OutReason>(kOutReasonNames));
constexpr std::string_view kExitPathNames[] = {"reacquired", "idle_fast", "idle_slow", "queued"};
static_assert(NamesAllOf<ExitPath>(kExitPathNames));
constexpr std::string_view kInternalErrorNames[] = {"negative_running", "runnable_but_nobody_runs",
                                                    "helper_already_idle"};
static_assert(NamesAllOf<InternalError>(kInternalErrorNames));

struct KindRow {
  std::string_view name;
  size_t count = 0;
  std::array<Arg, kArgsPerEventMost> args = {};
};

template <typename... Args>
constexpr KindRow MakeRow(std::string_view name, std::string_view, Args... args) {
  static_assert(sizeof...(args) <= kArgsPerEventMost);
  return {name, sizeof...(args), {args...}};
}

constexpr auto kRows = [] {
  using enum Arg;
  return std::array<KindRow, kEventKinds>{
#define EVENT(enumerator, ...) MakeRow(__VA_ARGS__),
#include "conformance/evidence/events.def"
  };
}();

constexpr std::string_view kArgNames[] = {
#define ARGUMENT(enumerator, json_name, names) json_name,
#include "conformance/evidence/events.def"
};

ValueNames NoNames() { return {}; }

}  // namespace

ValueNames OpNames() { return kOpNames; }
ValueNames WakeCauseNames() { return kWakeCauseNames; }
ValueNames LockNames() { return kLockNames; }
ValueNames VariableNames() { return kVariableNames; }
ValueNames WakerNames() { return kWakerNames; }
ValueNames QueueNames() { return kQueueNames; }
ValueNames OutReasonNames() { return kOutReasonNames; }
ValueNames ExitPathNames() { return kExitPathNames; }
ValueNames InternalErrorNames() { return kInternalErrorNames; }

std::string_view EventKindName(EventKind kind) { return kRows[static_cast<size_t>(kind)].name; }

std::optional<EventKind> FindEventKind(std::string_view name) {
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    if (kRows[kind].name == name) return static_cast<EventKind>(kind);
  }
  return std::nullopt;
}

std::string_view ArgName(Arg arg) { return kArgNames[static_cast<size_t>(arg)]; }

std::optional<Arg> FindArg(std::string_view name) {
  for (size_t arg = 0; arg < kArgs; ++arg) {
    if (kArgNames[arg] == name) return static_cast<Arg>(arg);
  }
  return std::nullopt;
}

ValueNames ArgValueNames(Arg arg) {
  switch (arg) {
#define ARGUMENT(enumerator, json_name, names) \
  case Arg::enumerator:                        \
    return names();
#include "conformance/evidence/events.def"
  }
  return {};
}

std::span<const Arg> ArgsOf(EventKind kind) {
  const KindRow& row = kRows[static_cast<size_t>(kind)];
  return {row.args.data(), row.count};
}

Event MakeEvent(int64_t time_ns, EventKind kind,
                std::initializer_list<std::pair<Arg, int64_t>> args) {
  Event event;
  event.time_ns = time_ns;
  event.kind = kind;
  for (const auto& [arg, value] : args) event.Set(arg, value);
  return event;
}

std::string Describe(const Event& event) {
  std::string text =
      fmt::format("{}.{:09} s", event.time_ns / 1'000'000'000, event.time_ns % 1'000'000'000);
  if (event.m >= 0) text += fmt::format(" m{}", event.m);
  if (event.p >= 0) text += fmt::format(" p{}", event.p);
  if (event.g >= 0) text += fmt::format(" g{}", event.g);
  text += fmt::format(" {}", EventKindName(event.kind));
  for (Arg arg : ArgsOf(event.kind)) {
    const int64_t value = event.Get(arg);
    const ValueNames names = ArgValueNames(arg);
    if (value >= 0 && static_cast<size_t>(value) < names.size()) {
      text += fmt::format(" {}={}", ArgName(arg), names[static_cast<size_t>(value)]);
    } else {
      text += fmt::format(" {}={}", ArgName(arg), value);
    }
  }
  return text;
}

}  // namespace proctor
