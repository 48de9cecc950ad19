#include "conformance/campaign/worlds.h"

#include <algorithm>
#include <utility>

#include "conformance/campaign/border_worlds.h"
#include "conformance/scenario/generators.h"
#include "conformance/scenario/operations.h"
#include "conformance/world/knobs.h"

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMinute = 60 * kSecond;

// Values from least to most, both included.
int64_t Between(int64_t least, int64_t most) {
  return least + *rc::gen::inRange<int64_t>(0, most - least + 1);
}

bool OneIn(int64_t n) { return Between(1, n) == n; }

// Every order of magnitude as likely as another.
int64_t Lasting(int64_t least_ns, int64_t most_ns) {
  int64_t bound_ns = least_ns;
  for (int64_t doublings = Between(0, 40); doublings > 0 && bound_ns < most_ns; --doublings)
    bound_ns *= 2;
  return Between(least_ns, std::min(bound_ns, most_ns));
}

Scenario Named(const char* name, int64_t procs_most) {
  Scenario scenario;
  scenario.name = name;
  scenario.budget_ms = 1'000;
  scenario.tunables["procs"] = Between(1, procs_most);
  return scenario;
}

// Keeps processors busy, with or without a place to preempt at.
void AddSpinners(Scenario& scenario, int64_t most) {
  for (int64_t i = Between(0, most); i > 0; --i) {
    scenario.tasks.push_back(
        {.ops = {For(OneIn(3) ? Op::kWork : Op::kSpin, Lasting(10 * kUs, 60 * kMs))},
         .repeat = Between(1, 3)});
  }
}

// System calls of all lengths beside each other.
Scenario Calls() {
  Scenario scenario = Named("calls", 6);
  for (int64_t i = Between(1, 8); i > 0; --i) {
    Task task{.repeat = Between(1, 12)};
    for (int64_t j = Between(1, 3); j > 0; --j) {
      task.ops.push_back(For(Op::kBlock, Lasting(kUs, 40 * kMs)));
      if (OneIn(2)) task.ops.push_back(For(Op::kWork, Lasting(kUs, 12 * kMs)));
      if (OneIn(4)) task.ops.push_back({.op = Op::kYield});
      if (OneIn(4)) task.ops.push_back(For(Op::kSleep, Lasting(10 * kUs, 40 * kMs)));
      if (OneIn(6)) task.ops.push_back(For(Op::kCalls, Lasting(10 * kUs, 30 * kMs)));
    }
    scenario.tasks.push_back(std::move(task));
  }
  AddSpinners(scenario, 2);
  return scenario;
}

// One to a thousand tasks that wait for descriptors, ready in bursts.
Scenario Network() {
  Scenario scenario = Named("network", 4);
  scenario.descriptors = static_cast<int32_t>(Between(1, 3));
  const int64_t waiting = OneIn(16) ? Between(100, 1'000) : Between(1, 12);
  const int64_t bytes = Between(1, 3);
  for (int64_t i = 0; i < waiting; ++i) {
    const Operation wait{.op = Op::kWait,
                         .descriptor = static_cast<int32_t>(i % scenario.descriptors)};
    scenario.tasks.push_back({.ops = {wait}, .repeat = bytes});
    if (OneIn(8)) scenario.tasks.back().ops.push_back(For(Op::kSpin, Lasting(kUs, 15 * kMs)));
  }
  for (int32_t descriptor = 0; descriptor < scenario.descriptors; ++descriptor) {
    scenario.outside.push_back({.at_ns = Lasting(10 * kUs, 100 * kMs),
                                .descriptor = descriptor,
                                .every_ns = OneIn(2) ? 1 : Lasting(kUs, 20 * kMs),
                                .times = waiting * bytes / scenario.descriptors + Between(1, 2)});
  }
  std::ranges::sort(scenario.outside, {}, &Outside::at_ns);
  AddSpinners(scenario, 2 * scenario.tunables["procs"]);
  return scenario;
}

// Collections asked for, due by growth, and forced.
Scenario Collections() {
  Scenario scenario = Named("collections", 4);
  scenario.tunables["forcegc_period_ns"] = Lasting(kMs, 300 * kMs);
  for (int64_t i = Between(1, 4); i > 0; --i) {
    Task task{.repeat = Between(1, 6)};
    if (OneIn(2)) task.ops.push_back({.op = Op::kCollect});
    if (OneIn(2)) task.ops.push_back({.op = Op::kAllocate, .bytes = Between(1, 4 << 20)});
    task.ops.push_back(For(OneIn(2) ? Op::kSleep : Op::kSpin, Lasting(10 * kUs, 80 * kMs)));
    scenario.tasks.push_back(std::move(task));
  }
  AddSpinners(scenario, 3);
  return scenario;
}

// System calls lose their processors all the time, while timers are set and the world stops.
Scenario Takes() {
  Scenario scenario = Named("takes", 4);
  scenario.tunables["syscall_cap_ns"] = Lasting(20 * kUs, 200 * kUs);
  for (int64_t i = Between(1, 3); i > 0; --i) {
    scenario.tasks.push_back(
        {.ops = {For(Op::kBlock, Lasting(50 * kUs, 2 * kMs)), {.op = Op::kYield}},
         .repeat = Between(10, 40)});
  }
  for (int64_t i = Between(0, 3); i > 0; --i) {
    scenario.tasks.push_back(
        {.ops = {For(Op::kSleep, Lasting(50 * kUs, 20 * kMs))}, .repeat = Between(5, 30)});
  }
  if (OneIn(2)) {
    scenario.tasks.push_back(
        {.ops = {{.op = Op::kCollect}, For(Op::kSleep, Lasting(kUs, 500 * kUs))},
         .repeat = Between(5, 30)});
  }
  AddSpinners(scenario, 1);
  return scenario;
}

// Collections fall due while the process is dying.
Scenario Endings() {
  Scenario scenario = Named("endings", 4);
  scenario.tunables["forcegc_period_ns"] = Lasting(kMs, 20 * kMs);
  scenario.tasks = {
      {.ops = {For(Op::kSpin, Lasting(10 * kUs, kMs)), For(Op::kSleep, Lasting(kMs, 80 * kMs))},
       .repeat = 100}};
  return scenario;
}

// Some families want a world that few seeds give.
bool TakesALot(const Knobs& knobs) {
  const bool stops =
      knobs.stop_every_ns > 0 && knobs.stop_every_ns < 2 * kMs && knobs.race_permille > 400;
  return stops || knobs.thread_start_ns > 100 * kUs;
}

bool DiesSoon(const Knobs& knobs) { return knobs.dies_at_ns > 0 && knobs.dies_at_ns < 200 * kMs; }

uint64_t SeedFor(const Scenario& scenario, uint64_t seed) {
  if (scenario.name == "takes") return SuitableSeed(scenario, kDefaultProfile, seed, TakesALot);
  if (scenario.name == "endings") return SuitableSeed(scenario, kDefaultProfile, seed, DiesSoon);
  return seed;
}

// Long times in which next to nothing runs.
Scenario Idle() {
  Scenario scenario = Named("idle", 4);
  scenario.budget_ms = 3'600'000;
  for (int64_t i = Between(1, 3); i > 0; --i) {
    Task task{.ops = {For(Op::kSleep, Lasting(100 * kUs, 3 * kMinute))}, .repeat = Between(1, 4)};
    if (OneIn(2)) task.ops.push_back(For(Op::kSpin, Lasting(kUs, 20 * kMs)));
    if (OneIn(3)) task.ops.push_back(For(Op::kBlock, Lasting(kUs, 2 * kMinute)));
    scenario.tasks.push_back(std::move(task));
  }
  if (OneIn(4)) scenario.tunables["relax_min_ns"] = Lasting(kMs, 10 * kSecond);
  return scenario;
}

// Tasks that wait for one another for ever, after some time or none.
Scenario Deadlocks() {
  Scenario scenario = Named("deadlocks", 4);
  scenario.budget_ms = 60'000;
  scenario.channels = {{.capacity = 0}, {.capacity = static_cast<int32_t>(Between(0, 2))}};
  for (int64_t i = Between(1, 4); i > 0; --i) {
    Task task;
    if (OneIn(2))
      task.ops.push_back(For(OneIn(2) ? Op::kSleep : Op::kBlock, Lasting(kUs, 500 * kMs)));
    const Op op = OneIn(2) ? Op::kSend : Op::kReceive;
    task.ops.push_back({.op = op, .channel = static_cast<int32_t>(Between(0, 1))});
    scenario.tasks.push_back(std::move(task));
  }
  return scenario;
}

// Many processors and little to do on them.
Scenario Wide() {
  Scenario scenario = Named("wide", 256);
  scenario.budget_ms = 100;
  for (int64_t i = Between(1, 40); i > 0; --i) {
    scenario.tasks.push_back(
        {.ops = {For(OneIn(2) ? Op::kBlock : Op::kSpin, Lasting(kUs, 30 * kMs)),
                 For(Op::kSleep, Lasting(kUs, 10 * kMs))}});
  }
  return scenario;
}

// In some worlds a constant or a setting is not the usual one.
void Retune(Scenario& scenario) {
  const auto sometimes = [&](const char* name, int64_t value) {
    if (OneIn(12)) scenario.tunables[name] = value;
  };
  sometimes("asynchronous_preemption", 0);
  sometimes("gc_percent", -1);
  sometimes("sched_trace_ms", Between(1, 50));
  sometimes("slice_ns", Lasting(100 * kUs, 50 * kMs));
  sometimes("syscall_cap_ns", Lasting(100 * kUs, 100 * kMs));
  sometimes("poll_stale_ns", Lasting(100 * kUs, 50 * kMs));
  sometimes("flat_cycles", Between(0, 100));
  sometimes("shallow_min_ns", Lasting(5 * kUs, 100 * kUs));
  sometimes("shallow_max_ns", Lasting(kMs, 20 * kMs));
}

}  // namespace

rc::Gen<Scenario> ArbitraryWorld() {
  return rc::gen::exec([] {
    const uint64_t seed = *rc::gen::noShrink(rc::gen::arbitrary<uint64_t>());
    const int64_t family = *rc::gen::noShrink(rc::gen::inRange<int64_t>(0, 24));
    Scenario scenario;
    if (family < 4) {
      scenario = *ArbitraryScenario(
          {.tasks_most = 5, .ops_most = 5, .duration_ns_most = 50 * kMs, .timers = seed % 4 == 0});
      scenario.budget_ms = 1'000;
    } else if (family < 9) {
      scenario = Calls();
    } else if (family < 12) {
      scenario = Network();
    } else if (family < 15) {
      scenario = Takes();
    } else if (family < 17) {
      scenario = Collections();
    } else if (family < 18) {
      scenario = Endings();
    } else if (family < 20) {
      scenario = Idle();
    } else if (family < 23) {
      scenario = Deadlocks();
    } else {
      scenario = Wide();
    }
    scenario.seed = SeedFor(scenario, seed);
    Retune(scenario);
    return scenario;
  });
}

}  // namespace proctor
