#include "conformance/campaign/small_worlds.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;

Scenario World(std::string name, int64_t procs, std::vector<Task> tasks) {
  Scenario scenario;
  scenario.name = "small_" + std::move(name);
  scenario.budget_ms = 5;
  // So that the monitor takes, polls and preempts within a few cycles.
  scenario.tunables = {{"procs", procs},
                       {"syscall_cap_ns", 20 * kUs},
                       {"poll_stale_ns", 30 * kUs},
                       {"slice_ns", 50 * kUs}};
  scenario.channels = {{.capacity = 0}};
  scenario.descriptors = 1;
  scenario.tasks = std::move(tasks);
  return scenario;
}

// The slice is as long as usual: nobody but the monitor polls.
Scenario ReadyAt(Scenario scenario, int64_t at_ns) {
  scenario.outside = {{.at_ns = at_ns, .descriptor = 0}};
  scenario.tunables.erase("slice_ns");
  return scenario;
}

// Of the tasks the last runs first.
std::vector<Scenario> MakeWorlds() {
  std::vector<Scenario> worlds = {
      World("exit_wakes", 2, {{.ops = {For(Op::kBlock, 60 * kUs)}}}),
      World("enter_wakes", 2, {{.ops = {For(Op::kSleep, 60 * kUs), For(Op::kBlock, 60 * kUs)}}}),
      World("timer_alone", 2, {{.ops = {For(Op::kSleep, 60 * kUs)}}}),
      World("stop_wakes", 2,
            {{.ops = {For(Op::kBlock, 60 * kUs)}}, {.ops = {{.op = Op::kCollect}}}}),
      World("two_calls", 2,
            {{.ops = {For(Op::kBlock, 60 * kUs)}}, {.ops = {For(Op::kBlock, 45 * kUs)}}}),
      World("slice", 1,
            {{.ops = {For(Op::kSpin, 120 * kUs)}}, {.ops = {For(Op::kSpin, 20 * kUs)}}}),
      World("deadlock", 2,
            {{.ops = {For(Op::kBlock, 60 * kUs), {.op = Op::kReceive}}},
             {.ops = {{.op = Op::kReceive}}}}),
      ReadyAt(
          World("poll", 1, {{.ops = {For(Op::kSpin, 150 * kUs)}}, {.ops = {{.op = Op::kWait}}}}),
          60 * kUs),
  };
  const auto add = [&](const char* name, int64_t us, int64_t procs,
                       std::vector<Task> tasks) -> Scenario& {
    worlds.push_back(World(fmt::format("{}_{}", name, us), procs, std::move(tasks)));
    return worlds.back();
  };
  for (int64_t us = 22; us <= 40; us += 2) {
    add("call_with_work", us, 1,
        {{.ops = {For(Op::kSpin, 30 * kUs)}}, {.ops = {For(Op::kBlock, us * kUs)}}});
  }
  for (const int64_t us : {25, 35, 45, 60, 80}) {
    add("call_and_stop", us, 3,
        {{.ops = {For(Op::kBlock, 90 * kUs)}},
         {.ops = {For(Op::kSpin, us * kUs), {.op = Op::kCollect}}}});
  }
  for (int64_t us = 25; us <= 60; us += 5) {
    Scenario& world = add(
        "poll_and_wait", us, 1,
        {{.ops = {For(Op::kSpin, us * kUs), {.op = Op::kReceive}}}, {.ops = {{.op = Op::kWait}}}});
    world = ReadyAt(world, (us - 5) * kUs);
  }
  return worlds;
}

}  // namespace

Knobs SmallWorldKnobs(const Scenario& scenario) {
  Knobs knobs = Knobs::Quiet(scenario);
  knobs.race_permille = 500;  // a path decides, not chance
  knobs.race_window_ns = 20 * kUs;
  knobs.race_span_calls = 40;
  return knobs;
}

const std::vector<Scenario>& SmallWorlds() {
  static const std::vector<Scenario> worlds = MakeWorlds();
  return worlds;
}

}  // namespace proctor
