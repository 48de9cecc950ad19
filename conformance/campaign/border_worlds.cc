#include "conformance/campaign/border_worlds.h"

#include <cstdint>
#include <string>
#include <utility>

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kDay = 24 * 60 * kMinute;

Operation For(Op op, int64_t duration_ns) { return {.op = op, .duration_ns = duration_ns}; }

Scenario World(std::string name, int64_t procs, std::vector<Task> tasks) {
  Scenario scenario;
  scenario.name = "border_" + std::move(name);
  scenario.budget_ms = 40 * kDay / kMs;
  scenario.tunables = {{"procs", procs}};
  scenario.tasks = std::move(tasks);
  return scenario;
}

Scenario With(Scenario scenario, std::string tunable, int64_t value) {
  scenario.tunables[std::move(tunable)] = value;
  return scenario;
}

std::vector<Scenario> MakeWorlds() {
  // More than 2^16 idle cycles of 10 ms each, and a slice that lasts longer than 2^32 ns.
  const Scenario spinner = With(World("spinner", 1, {{.ops = {For(Op::kSpin, 660 * kSecond)}}}),
                                "asynchronous_preemption", 0);
  // A month in which next to nothing runs: more than 40,000 deep sleeps.
  const Scenario month = World("month", 2,
                               {{.ops = {For(Op::kSleep, 20 * kMinute), For(Op::kBlock, 100 * kUs)},
                                 .repeat = 30 * kDay / (20 * kMinute)}});
  // A system call that keeps its processor for longer than 2^32 ns.
  const Scenario call =
      With(World("call", 2, {{.ops = {For(Op::kSpin, kMs), For(Op::kBlock, 9 * kSecond)}}}),
           "syscall_cap_ns", 6 * kSecond);
  const Scenario traced =
      With(World("traced", 2, {{.ops = {For(Op::kSpin, kSecond), For(Op::kSleep, 9 * kSecond)}}}),
           "sched_trace_ms", 1'500);
  // Collections are forced in cycles that take processors, too.
  const Scenario takes =
      With(With(World("takes", 1,
                      {{.ops = {For(Op::kBlock, 500 * kUs), {.op = Op::kYield}}, .repeat = 400},
                       {.ops = {For(Op::kBlock, 700 * kUs), {.op = Op::kYield}}, .repeat = 300}}),
                "forcegc_period_ns", 2 * kMs),
           "syscall_cap_ns", 50 * kUs);
  const Scenario percent = With(
      With(World(
               "percent", 1,
               {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, 20 * kMs), For(Op::kSleep, 20 * kMs)},
                 .repeat = 3}}),
           "forcegc_period_ns", 5 * kMs),
      "gc_percent", 0);
  std::vector<Scenario> worlds = {spinner, month, call, traced, takes, percent};
  // A deep sleep lasts a minute at most.
  const auto relax = [](const char* name, int64_t relax_min_ns) {
    return With(World(name, 1, {{.ops = {For(Op::kSleep, 3 * kMinute)}}}), "relax_min_ns",
                relax_min_ns);
  };
  worlds.push_back(relax("relax_below", kMinute - 1));
  worlds.push_back(relax("relax_at", kMinute));
  worlds.push_back(relax("relax_above", kMinute + 1));
  return worlds;
}

}  // namespace

const std::vector<Scenario>& BorderWorlds() {
  static const std::vector<Scenario> worlds = MakeWorlds();
  return worlds;
}

}  // namespace proctor
