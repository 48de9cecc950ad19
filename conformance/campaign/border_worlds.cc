#include "conformance/campaign/border_worlds.h"

#include <cstdint>
#include <string>
#include <utility>

#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kDay = 24 * 60 * kMinute;
constexpr int kTriesMost = 2'000;

Scenario World(std::string name, int64_t procs, std::vector<Task> tasks) {
  Scenario scenario;
  scenario.name = "border_" + std::move(name);
  scenario.budget_ms = 100'000;
  scenario.tunables = {{"procs", procs}};
  scenario.tasks = std::move(tasks);
  return scenario;
}

Scenario Lasting(Scenario scenario, int64_t budget_ns) {
  scenario.budget_ms = budget_ns / kMs;
  return scenario;
}

Scenario With(Scenario scenario, std::string tunable, int64_t value) {
  scenario.tunables[std::move(tunable)] = value;
  return scenario;
}

// Nothing ends it or comes between.
bool IsSteady(const Knobs& knobs) {
  return knobs.stop_every_ns == 0 && knobs.resize_every_ns == 0 && knobs.dies_at_ns == 0 &&
         knobs.hold_monitor_every_ns == 0 && !knobs.library;
}
// ... and next to nothing happens beside its tasks.
bool IsQuiet(const Knobs& knobs) {
  return IsSteady(knobs) && knobs.trace_work_every_ns == 0 && knobs.safe_point_every_ns == 0 &&
         knobs.ask_scavenger_every_ns == 0 && !knobs.interceptors;
}
bool MeetsEdges(const Knobs& knobs) { return IsSteady(knobs) && knobs.edge_permille >= 600; }
bool RacesOften(const Knobs& knobs) {
  return IsSteady(knobs) && knobs.race_permille >= 500 && knobs.step_span_calls > 1;
}
template <uint32_t kBits>
bool HasTicksApart(const Knobs& knobs) {
  return IsSteady(knobs) && knobs.tick_step == 1u << kBits;
}
// Ticks that begin just before they wrap.
bool Wraps(const Knobs& knobs) {
  return IsSteady(knobs) && knobs.tick_step == 1 && knobs.first_tick >= 0xfffffffau;
}
bool CollectorIsLate(const Knobs& knobs) {
  return IsSteady(knobs) && knobs.collected_before && knobs.collector_up_at_ns >= 20 * kMs;
}
bool ChangesPercent(const Knobs& knobs) {
  return IsSteady(knobs) && knobs.collected_before && knobs.collector_up_at_ns == 0 &&
         knobs.change_percent_every_ns > 0 && knobs.change_percent_every_ns < 8 * kMs;
}
bool Grows(const Knobs& knobs) {
  return knobs.stop_every_ns == 0 && knobs.dies_at_ns == 0 && knobs.resize_every_ns > 0 &&
         knobs.resize_every_ns < 4 * kMs && knobs.resize_most >= 5;
}
bool GrowsAndCollects(const Knobs& knobs) { return Grows(knobs) && knobs.collector_up_at_ns == 0; }

// The moments at which something is as old as the monitor asks for. It looks every millisecond, and
// each of them is another one's.
void AddEdges(std::vector<BorderWorld>& worlds) {
  const auto add = [&](Scenario scenario) {
    scenario.tunables["shallow_max_ns"] = kMs;
    worlds.push_back({std::move(scenario), MeetsEdges});
  };
  const Task spinner = {.ops = {For(Op::kSpin, 400 * kMs)}};
  add(With(World("slice", 1, {spinner}), "slice_ns", 7 * kMs));
  // Not its own: the scan takes a P whose slice is over at once.
  add(With(With(World("cap", 2, {{.ops = {For(Op::kBlock, 9 * kMs)}, .repeat = 40}}),
                "syscall_cap_ns", 5 * kMs),
           "slice_ns", kSecond));
  Scenario poll =
      With(World("poll", 1, {spinner, {.ops = {{.op = Op::kWait}}}}), "slice_ns", kSecond);
  poll.descriptors = 1;
  poll.outside = {{.at_ns = 300 * kMs, .descriptor = 0}};
  add(With(poll, "poll_stale_ns", 6 * kMs));
  add(With(With(World("period", 1, {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, 400 * kMs)}}}),
                "slice_ns", kSecond),
           "forcegc_period_ns", 5 * kMs));
  add(With(With(World("trace", 1, {spinner}), "slice_ns", kSecond), "sched_trace_ms", 8));
  Scenario refresh =
      With(World("refresh", 0, {{.ops = {For(Op::kSpin, 15 * kSecond)}}}), "slice_ns", 9 * kSecond);
  add(With(refresh, "poll_stale_ns", 9 * kSecond));
  add(World("timer", 1,
            {{.ops = {For(Op::kSleep, 1'500 * kUs), For(Op::kBlock, 20 * kUs)}, .repeat = 150}}));
}

// A deep sleep of five seconds, give or take a nanosecond.
void AddRelaxing(std::vector<BorderWorld>& worlds) {
  for (const int64_t beside_ns : {-1, 0, 1}) {
    const char* name = beside_ns < 0 ? "relax_below" : beside_ns == 0 ? "relax_at" : "relax_above";
    const Scenario scenario = World(name, 1, {{.ops = {For(Op::kSleep, 12 * kSecond)}}});
    worlds.push_back({With(With(scenario, "relax_min_ns", 5 * kSecond), "forcegc_period_ns",
                           2 * (5 * kSecond + beside_ns)),
                      IsSteady});
  }
}

void AddTicks(std::vector<BorderWorld>& worlds) {
  const auto world = [](const char* name) {
    return World(name, 1,
                 {{.ops = {For(Op::kSpin, 3 * kMs), {.op = Op::kYield}}, .repeat = 20},
                  {.ops = {For(Op::kBlock, 90 * kUs), {.op = Op::kYield}}, .repeat = 60},
                  {.ops = {For(Op::kBlock, 40 * kUs)}, .repeat = 100}});
  };
  worlds.push_back({world("ticks_8"), HasTicksApart<8>});
  worlds.push_back({world("ticks_16"), HasTicksApart<16>});
  worlds.push_back({world("ticks_24"), HasTicksApart<24>});
  worlds.push_back({World("wraps", 2,
                          {{.ops = {For(Op::kBlock, 15 * kMs), {.op = Op::kYield}}, .repeat = 6},
                           {.ops = {For(Op::kSpin, 90 * kMs)}}}),
                    Wraps});
}

void AddCollections(std::vector<BorderWorld>& worlds) {
  // Collections are forced in cycles that take processors, too.
  worlds.push_back(
      {With(With(World("takes", 1,
                       {{.ops = {For(Op::kBlock, 500 * kUs), {.op = Op::kYield}}, .repeat = 400},
                        {.ops = {For(Op::kBlock, 700 * kUs), {.op = Op::kYield}}, .repeat = 300}}),
                 "forcegc_period_ns", 2 * kMs),
            "syscall_cap_ns", 50 * kUs),
       IsSteady});
  const std::vector<Operation> ops = {
      {.op = Op::kCollect}, For(Op::kSpin, 20 * kMs), For(Op::kSleep, 20 * kMs)};
  worlds.push_back(
      {With(With(World("percent", 1, {{.ops = ops, .repeat = 3}}), "forcegc_period_ns", 5 * kMs),
            "gc_percent", 0),
       IsSteady});
  // Collections fall due while the monitor sleeps, and a wake-up ends the sleep.
  Scenario wakes =
      With(World("due_when_woken", 2,
                 {{.ops = {{.op = Op::kWait}, For(Op::kBlock, 30 * kUs)}, .repeat = 100},
                  {.ops = {{.op = Op::kCollect}}}}),
           "forcegc_period_ns", 6 * kMs);
  wakes.descriptors = 1;
  wakes.outside = {{.at_ns = kMs, .descriptor = 0, .every_ns = 1'700 * kUs, .times = 100}};
  worlds.push_back({std::move(wakes), IsQuiet});
  // Collections are turned off and on again while the program runs.
  for (const int64_t percent : {-1, 100}) {
    worlds.push_back({With(With(World(percent < 0 ? "turned_on" : "turned_off", 1,
                                      {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, 90 * kMs)}}}),
                                "forcegc_period_ns", 3 * kMs),
                           "gc_percent", percent),
                      ChangesPercent});
  }
  // The helper has to wait for the P, and finds collections turned off; then they are on again.
  worlds.push_back({With(World("turned_off_meanwhile", 1,
                               {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, 400 * kMs)}}}),
                         "forcegc_period_ns", 30 * kMs),
                    ChangesPercent});
  // They fall due all the time while the number of P changes.
  worlds.push_back({With(World("due_while_resizing", 2,
                               {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, 200 * kMs)}}}),
                         "forcegc_period_ns", 30 * kUs),
                    GrowsAndCollects});
  worlds.push_back({With(World("collector_late", 1, {{.ops = {For(Op::kSpin, 60 * kMs)}}}),
                         "forcegc_period_ns", 3 * kMs),
                    CollectorIsLate});
}

// The shortest sleep is longer than the longest one allows.
void AddCapped(std::vector<BorderWorld>& worlds) {
  const Scenario scenario = World("capped", 1, {{.ops = {For(Op::kSpin, 5 * kMs)}}});
  worlds.push_back({With(scenario, "shallow_max_ns", 7 * kUs), IsSteady});
}

// What the number of processors must not change, and what a slice that is over must not.
void AddTakes(std::vector<BorderWorld>& worlds) {
  // One P of a dozen is taken at a time, while the delay is long.
  worlds.push_back(
      {World("one_of_many", 12,
             {{.ops = {For(Op::kSpin, 400 * kMs)}},
              {.ops = {For(Op::kSleep, 40 * kMs), For(Op::kBlock, 30 * kMs)}, .repeat = 5}}),
       IsQuiet});
  // Collections fall due while one of many P is taken in nearly every cycle.
  std::vector<Task> tasks(8,
                          {.ops = {For(Op::kBlock, 70 * kUs), {.op = Op::kYield}}, .repeat = 300});
  tasks.push_back({.ops = {{.op = Op::kCollect}}});
  worlds.push_back(
      {With(With(World("due_while_taking", 8, std::move(tasks)), "forcegc_period_ns", kMs),
            "syscall_cap_ns", 20 * kUs),
       IsQuiet});
  // The slice ends in the call, which is young, and another P is idle.
  worlds.push_back(
      {With(World("expired_call", 2,
                  {{.ops = {For(Op::kSleep, 3 * kMs), For(Op::kBlock, 2 * kMs)}, .repeat = 20}}),
            "slice_ns", 300 * kUs),
       IsQuiet});
}

// Calls that follow each other under one schedule tick, with work waiting behind them.
void AddShortCalls(std::vector<BorderWorld>& worlds) {
  worlds.push_back(
      {With(World("short_calls", 1,
                  {{.ops = {For(Op::kCalls, 9 * kMs), {.op = Op::kYield}}, .repeat = 3},
                   {.ops = {For(Op::kCalls, 9 * kMs), {.op = Op::kYield}}, .repeat = 3}}),
            "slice_ns", kSecond),
       IsQuiet});
}

// Calls that 256 processors lose in one scan: a count of 8 bits is 0 then. Each task computes until
// it has a processor to itself, and all calls begin while the monitor sleeps for long.
void AddMany(std::vector<BorderWorld>& worlds) {
  constexpr int kTaken = 256;
  std::vector<Task> tasks = {{.ops = {For(Op::kSpin, 4 * kSecond)}}};
  tasks.resize(1 + kTaken,
               {.ops = {For(Op::kSpin, 30 * kMs), For(Op::kBlock, kSecond)}, .repeat = 3});
  worlds.push_back(
      {With(With(World("many", kTaken + 4, std::move(tasks)), "shallow_max_ns", 300 * kMs),
            "slice_ns", 9 * kSecond),
       IsQuiet});
}

// The number of busy P is none in 8 bits, and all of them compute for longer than a slice.
void AddBusy(std::vector<BorderWorld>& worlds) {
  constexpr int kBusy = 256;
  std::vector<Task> tasks(kBusy, {.ops = {For(Op::kSpin, 6 * kMs)}});
  worlds.push_back({With(World("busy", kBusy + 4, std::move(tasks)), "slice_ns", kMs), IsQuiet});
}

// As many ready at once as 8 bits make none of.
void AddReady(std::vector<BorderWorld>& worlds) {
  constexpr int kReady = 256;
  // All but the last run in their order: the spinner when the others wait.
  std::vector<Task> tasks(kReady, {.ops = {{.op = Op::kWait}}});
  tasks.insert(tasks.end() - 1, {.ops = {For(Op::kSpin, 60 * kMs)}});
  Scenario scenario = With(World("ready", 1, std::move(tasks)), "slice_ns", kSecond);
  scenario.descriptors = 1;
  scenario.outside = {{.at_ns = 15 * kMs, .descriptor = 0, .every_ns = 1, .times = kReady}};
  worlds.push_back({std::move(scenario), IsQuiet});
}

// Looks at the machine that fall due in cycles of every kind.
void AddRefreshed(std::vector<BorderWorld>& worlds) {
  const auto add = [&](const char* name, std::vector<Task> tasks) -> Scenario& {
    return worlds.emplace_back(World(name, 0, std::move(tasks)), IsQuiet).scenario;
  };
  // P are taken in nearly all of them.
  const Task caller = {.ops = {For(Op::kBlock, 150 * kUs), {.op = Op::kYield}}, .repeat = 20'000};
  add("refreshed_taking", std::vector<Task>(8, caller)).tunables["syscall_cap_ns"] = 20 * kUs;
  // A wake-up has ended a long sleep.
  Scenario& woken = add("refreshed_when_woken",
                        {{.ops = {{.op = Op::kWait}, For(Op::kBlock, 20 * kUs)}, .repeat = 6}});
  woken.descriptors = 1;
  woken.outside = {{.at_ns = kSecond, .descriptor = 0, .every_ns = 1'700 * kMs, .times = 6}};
  // A forced collection is under way.
  add("refreshed_collecting", {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, 4 * kSecond)}}})
      .tunables["forcegc_period_ns"] = 30 * kUs;
  // A timer is overdue, since nobody lets go of a P.
  std::vector<Task> busy(17, {.ops = {For(Op::kSpin, 3 * kSecond)}});
  busy[0] = {.ops = {For(Op::kSleep, kMs)}};
  add("refreshed_beside_timer", std::move(busy)).tunables["asynchronous_preemption"] = 0;
  // More than 2^32 ns between two of them.
  add("refreshed_rarely",
      {{.ops = {For(Op::kSleep, 5 * kSecond), For(Op::kBlock, 20 * kUs)}, .repeat = 6}});
}

// Counters over 16 bits, times over 32.
void AddLong(std::vector<BorderWorld>& worlds) {
  // More than 2^16 idle cycles of 10 ms each, and a slice that lasts longer than 2^32 ns.
  const Scenario spinner = World("spinner", 1, {{.ops = {For(Op::kSpin, 660 * kSecond)}}});
  worlds.push_back({Lasting(With(spinner, "asynchronous_preemption", 0), 700 * kSecond), IsQuiet});
  // A slice that lasts longer than 2^32 us, and sleeps longer than 2^31 ns.
  const Scenario slow = World(
      "slow", 1, {{.ops = {For(Op::kSpin, 2'200 * kSecond), For(Op::kSpin, 2'200 * kSecond)}}});
  worlds.push_back(
      {Lasting(With(With(With(slow, "asynchronous_preemption", 0), "slice_ns", 10 * kSecond),
                    "shallow_max_ns", 5 * kSecond),
               4'500 * kSecond),
       IsQuiet});
  // A month in which next to nothing runs: more than 40,000 deep sleeps.
  worlds.push_back(
      {Lasting(World("month", 2,
                     {{.ops = {For(Op::kSleep, 20 * kMinute), For(Op::kBlock, 100 * kUs)},
                       .repeat = 30 * kDay / (20 * kMinute)}}),
               40 * kDay),
       IsQuiet});
  // A system call that keeps its processor for longer than 2^32 ns.
  worlds.push_back(
      {With(World("call", 2, {{.ops = {For(Op::kSpin, kMs), For(Op::kBlock, 9 * kSecond)}}}),
            "syscall_cap_ns", 6 * kSecond),
       IsQuiet});
  worlds.push_back(
      {With(World("traced", 2, {{.ops = {For(Op::kSpin, kSecond), For(Op::kSleep, 9 * kSecond)}}}),
            "sched_trace_ms", 2'500),
       IsSteady});
}

std::vector<BorderWorld> MakeWorlds() {
  std::vector<BorderWorld> worlds;
  AddEdges(worlds);
  AddRelaxing(worlds);
  AddTicks(worlds);
  AddCollections(worlds);
  // A wake-up that meets the time-out of the sleep.
  worlds.push_back(
      {World("late_wake", 2,
             {{.ops = {For(Op::kSleep, 2 * kMs), For(Op::kBlock, 60 * kUs)}, .repeat = 300}}),
       RacesOften});
  // Places without a processor yet, while the scan looks at them. With the trace on, the monitor
  // does not wait for the sched lock before.
  worlds.push_back(
      {With(With(World("grows", 2, {{.ops = {For(Op::kSpin, 200 * kMs)}}}), "sched_trace_ms", 50),
            "shallow_max_ns", 40 * kUs),
       Grows});
  AddCapped(worlds);
  AddTakes(worlds);
  AddShortCalls(worlds);
  AddMany(worlds);
  AddBusy(worlds);
  AddReady(worlds);
  AddRefreshed(worlds);
  AddLong(worlds);
  return worlds;
}

}  // namespace

const std::vector<BorderWorld>& BorderWorlds() {
  static const std::vector<BorderWorld> worlds = MakeWorlds();
  return worlds;
}

uint64_t SuitableSeed(const Scenario& scenario, Profile profile, uint64_t seed,
                      bool (*suits)(const Knobs&)) {
  Scenario trial = scenario;
  trial.seed = seed;
  for (int tries = 0; tries < kTriesMost && !suits(Knobs::FromSeed(trial, profile)); ++tries) {
    ++trial.seed;
  }
  return trial.seed;
}

}  // namespace proctor
