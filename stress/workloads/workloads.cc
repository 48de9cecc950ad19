#include "stress/workloads/workloads.h"

#include <algorithm>

#include "conformance/scenario/library.h"
#include "conformance/scenario/operations.h"

namespace proctor {
namespace {

using enum ClauseId;

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;
constexpr int64_t kTasksMost = 1'000'000;  // repeats of one spawner

int64_t Procs(Draw& draw) { return draw.OneOf<int64_t>({1, 1, 2, 2, 3, 4}); }

Task Started(std::vector<Operation> ops, int64_t repeat) {
  return {.ops = std::move(ops), .repeat = repeat};
}

Task Spawned(std::vector<Operation> ops, int64_t repeat = 1) {
  return {.ops = std::move(ops), .repeat = repeat, .start = false};
}

// At both sides of what the monitor tells apart: its shortest sleep, a slice, its longest sleep.
int64_t BorderNs(Draw& draw) {
  const int64_t border_ns = draw.OneOf<int64_t>({20 * kUs, 40 * kUs, 10 * kMs, 20 * kMs});
  return std::max<int64_t>(border_ns * draw.Between(80, 120) / 100, 1);
}

Scenario CallStorm(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  const int64_t tasks = std::min<int64_t>(2 + intensity * 2, 200);
  for (int64_t i = 0; i < tasks; ++i) {
    if (draw.Between(0, 2) == 0) {
      scenario.tasks.push_back(Started({For(Op::kBlock, BorderNs(draw)), For(Op::kYield)}, 20));
    } else {
      scenario.tasks.push_back(Started(
          {For(Op::kCalls, draw.Between(1, 4) * kMs), For(Op::kBlock, draw.Between(1, 200) * kUs)},
          40));
    }
  }
  return scenario;
}

Scenario SpinnersAndSleepers(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  const int64_t spinners = scenario.tunables["procs"] + draw.Between(0, 2);
  for (int64_t i = 0; i < spinners; ++i) {
    const Op op = draw.OneOf({Op::kSpin, Op::kWork});
    scenario.tasks.push_back(Started({For(op, draw.Between(5, 60) * kMs)}, 8));
  }
  for (int64_t i = 0; i < std::min<int64_t>(intensity * 4, 1000); ++i) {
    scenario.tasks.push_back(Started({For(Op::kSleep, draw.Between(1, 40) * kMs)}, 10));
  }
  return scenario;
}

// Each run of it sets timers for its own, of which some fire, some are stopped, and some are reset,
// to sooner and to later.
Task TimersThatChange(Draw& draw) {
  const int64_t base_ns = draw.Between(1, 40) * kMs;
  return Spawned({SetTimer(0, base_ns), SetTimer(1, base_ns * 2), SetTimer(2, base_ns),
                  For(Op::kYield), StopTimer(1), ResetTimer(2, base_ns * draw.Between(1, 3)),
                  ResetTimer(0, std::max<int64_t>(base_ns / draw.Between(1, 4), 1)),
                  SetTimer(1, draw.Between(1, 20'000) * kUs)});
}

// Timers for many tasks, all at once or spread, beside one that lets them come overdue.
Scenario TimerStorm(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  const int64_t timers = std::min<int64_t>(intensity * 1000, kTasksMost);
  const bool at_once = draw.Between(0, 1) == 0;
  scenario.tasks.push_back(Started({Spawn(1)}, timers));
  scenario.tasks.push_back(
      Spawned({For(Op::kSleep, at_once ? 150 * kMs : draw.Between(1, 100) * kMs)}));
  for (int i = 0; i < 4; ++i) {
    scenario.tasks.push_back(Started({For(Op::kSleep, draw.Between(1, 30'000) * kUs)}, 10));
  }
  if (draw.Between(0, 1) == 0) scenario.tasks.push_back(Started({For(Op::kSpin, 80 * kMs)}, 2));
  if (draw.Between(0, 1) == 0) {
    const auto changing = static_cast<int32_t>(scenario.tasks.size());
    scenario.tasks.push_back(TimersThatChange(draw));
    scenario.tasks.push_back(
        Started({Spawn(changing), Spawn(changing), For(Op::kYield)}, (timers + 3) / 4));
  }
  return scenario;
}

// Very many tasks that are there at once, each with a timer that is still to fire: all are spawned
// before the first of them fires.
Scenario Crowd(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  const int64_t tasks = std::min<int64_t>(intensity * 1000, kTasksMost);
  const int64_t for_each_ns = draw.Between(12, 20) * kUs;
  scenario.tasks.push_back(Started({Spawn(1)}, tasks));
  scenario.tasks.push_back(Spawned({For(Op::kSleep, 100 * kMs + tasks * for_each_ns)}));
  // The stamps of a million would hold it back more than it does itself.
  scenario.stamps = Stamps::kNone;
  return scenario;
}

// The number of processors goes up and down while tasks compute, block, sleep, send and set timers.
Scenario ProcsChanges(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", draw.Between(1, 4)}}, .channels = {{.capacity = 1}}};
  std::vector<Operation> changes;
  for (int i = 0; i < 6; ++i) {
    changes.push_back(ChangeProcs(static_cast<int32_t>(draw.OneOf<int64_t>({1, 1, 2, 3, 4, 8}))));
    changes.push_back(
        For(draw.OneOf({Op::kSleep, Op::kBlock, Op::kSpin}), draw.Between(200, 8'000) * kUs));
  }
  const int64_t repeat = 20;
  scenario.tasks.push_back(Started(std::move(changes), repeat));
  scenario.tasks.push_back(TimersThatChange(draw));
  const int64_t others = std::min<int64_t>(2 + intensity, 100);
  for (int64_t i = 0; i < others; ++i) {
    scenario.tasks.push_back(
        Started({Spawn(1), For(Op::kSpin, draw.Between(100, 3'000) * kUs),
                 For(draw.OneOf({Op::kSleep, Op::kBlock}), draw.Between(100, 5'000) * kUs)},
                repeat));
  }
  scenario.tasks.push_back(Started({Send(0), For(Op::kYield)}, 200));
  scenario.tasks.push_back(Started({Receive(0)}, 200));
  return scenario;
}

Scenario DescriptorStorm(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  scenario.descriptors = static_cast<int32_t>(std::min<int64_t>(2 + intensity, 40));
  const int64_t times = draw.Between(50, 150);
  for (int32_t i = 0; i < scenario.descriptors; ++i) {
    scenario.tasks.push_back(Started({{.op = Op::kWait, .descriptor = i}, For(Op::kYield)}, times));
    scenario.outside.push_back({.at_ns = i * 100 * kUs,
                                .descriptor = i,
                                .every_ns = draw.Between(500, 4'000) * kUs,
                                .times = times});
  }
  if (draw.Between(0, 1) == 0) scenario.tasks.push_back(Started({For(Op::kSpin, 30 * kMs)}, 5));
  return scenario;
}

Scenario SpawnStorm(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  const int64_t runs = std::min<int64_t>(intensity * 2000, kTasksMost);
  scenario.tasks.push_back(Started({Spawn(1), For(Op::kYield)}, runs));
  scenario.tasks.push_back(Spawned({Spawn(2)}, draw.Between(1, 3)));
  scenario.tasks.push_back(Spawned({draw.OneOf(
      {For(Op::kYield), Allocate(64), For(Op::kBlock, 5 * kUs), For(Op::kSpin, 2 * kUs)})}));
  return scenario;
}

// A ring of stages, each of which passes on what it gets.
Scenario ChannelMesh(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  const auto stages = static_cast<int32_t>(std::min<int64_t>(2 + intensity, 500));
  const int64_t messages = draw.Between(200, 800);
  for (int32_t i = 0; i <= stages; ++i) {
    scenario.channels.push_back(
        {.capacity = static_cast<int32_t>(draw.OneOf<int64_t>({0, 0, 1, 16}))});
  }
  scenario.tasks.push_back(Started({Send(0)}, messages));
  for (int32_t i = 0; i < stages; ++i) {
    std::vector<Operation> ops = {Receive(i), Send(i + 1)};
    if (draw.Between(0, 9) == 0) ops.insert(ops.begin() + 1, For(Op::kSpin, 5 * kUs));
    scenario.tasks.push_back(Started(std::move(ops), messages));
  }
  scenario.tasks.push_back(Started({Receive(stages)}, messages));
  return scenario;
}

Scenario CollectorStorm(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}};
  for (int64_t i = 0; i < std::min<int64_t>(1 + intensity, 64); ++i) {
    scenario.tasks.push_back(Started(
        {Allocate(draw.Between(1, 64) * 1024), For(Op::kWork, draw.Between(100, 2'000) * kUs)},
        60));
  }
  scenario.tasks.push_back(Started({For(Op::kSleep, 10 * kMs), For(Op::kCollect)}, 10));
  scenario.tasks.push_back(Started({For(Op::kSpin, 25 * kMs)}, 4));
  return scenario;
}

// Moments in which every task waits, and none for ever.
Scenario DeadlockWindows(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", Procs(draw)}}, .channels = {{}, {}}, .descriptors = 1};
  const int64_t turns = std::min<int64_t>(20 + intensity, 200);
  scenario.tasks.push_back(
      Started({For(Op::kSleep, draw.Between(100, 5'000) * kUs), Send(0), Receive(1)}, turns));
  scenario.tasks.push_back(Started({Receive(0), For(Op::kBlock, BorderNs(draw)), Send(1)}, turns));
  scenario.tasks.push_back(Started({{.op = Op::kWait}}, turns));
  scenario.outside = {{.at_ns = 3 * kMs, .every_ns = draw.Between(1, 12) * kMs, .times = turns}};
  return scenario;
}

// A monitor that is asleep for long, and a call behind which somebody waits.
Scenario WakeUps(Draw& draw, int64_t) {
  Scenario scenario{.tunables = {{"procs", draw.OneOf<int64_t>({1, 1, 2})}}, .descriptors = 1};
  const int64_t turns = 10;
  scenario.tasks.push_back(
      Started({{.op = Op::kWait}, Spawn(1), For(Op::kBlock, draw.Between(20, 40) * kMs)}, turns));
  scenario.tasks.push_back(Spawned({For(Op::kYield)}));
  scenario.outside = {{.at_ns = 60 * kMs, .every_ns = draw.Between(90, 150) * kMs, .times = turns}};
  scenario.stamps = Stamps::kAll;
  return scenario;
}

Scenario Oversubscription(Draw& draw, int64_t intensity) {
  Scenario scenario{.tunables = {{"procs", draw.OneOf<int64_t>({16, 32, 64})}}};
  const int64_t tasks = std::min<int64_t>(20 + intensity * 10, 400);
  for (int64_t i = 0; i < tasks; ++i) {
    scenario.tasks.push_back(
        Started({For(Op::kSpin, draw.Between(100, 5'000) * kUs),
                 For(Op::kBlock, draw.Between(10, 1'000) * kUs), For(Op::kYield)},
                3));
  }
  return scenario;
}

// The tasks of two others side by side, with their channels and descriptors renumbered.
void Add(Scenario& all, const Scenario& more) {
  const auto tasks = static_cast<int32_t>(all.tasks.size());
  const auto channels = static_cast<int32_t>(all.channels.size());
  for (Task task : more.tasks) {
    for (Operation& operation : task.ops) {
      if (operation.op == Op::kSpawn) operation.task += tasks;
      if (operation.op == Op::kSend || operation.op == Op::kReceive) operation.channel += channels;
      if (operation.op == Op::kWait) operation.descriptor += all.descriptors;
    }
    all.tasks.push_back(std::move(task));
  }
  all.channels.insert(all.channels.end(), more.channels.begin(), more.channels.end());
  for (Outside outside : more.outside) {
    outside.descriptor += all.descriptors;
    all.outside.push_back(outside);
  }
  std::ranges::stable_sort(all.outside, {}, &Outside::at_ns);
  all.descriptors += more.descriptors;
}

Scenario Mixed(Draw& draw, int64_t intensity) {
  constexpr Scenario (*kParts[])(Draw&, int64_t) = {
      CallStorm,   SpinnersAndSleepers, TimerStorm,     SpawnStorm,
      ChannelMesh, CollectorStorm,      DescriptorStorm};
  Scenario scenario{.tunables = {{"procs", draw.Between(1, 4)}}};
  for (int i = 0; i < 3; ++i) {
    Add(scenario, kParts[draw.Between(0, std::ssize(kParts) - 1)](draw, (intensity + 2) / 3));
  }
  return scenario;
}

// The contract's own scenarios, which put each clause to the test by name.
Scenario OfTheLibrary(Draw& draw, int64_t) {
  std::vector<const NamedScenario*> usable;
  for (const NamedScenario& named : ScenarioLibrary()) {
    if (named.scenario.ending == Ending::kDone) usable.push_back(&named);
  }
  return usable[static_cast<size_t>(draw.Between(0, std::ssize(usable) - 1))]->scenario;
}

const std::vector<Workload>& All() {
  static const std::vector<Workload> all = {
      {"call_storm",
       "system calls of all lengths; presses the retakes and their borders",
       {kSYS_1, kSYS_3, kSYS_4, kSYS_5, kHAND_8, kCAD_3},
       CallStorm},
      {"spinners_and_sleepers",
       "loops without calls beside sleepers; presses the time slices",
       {kPRE_5, kSLICE_3, kSLICE_4, kHAND_8, kCAD_9},
       SpinnersAndSleepers},
      {"timer_storm",
       "very many timers, at once, spread, overdue, stopped and reset; presses the deep sleep's "
       "end",
       {kDEEP_4, kHAND_8, kCAD_9, kTIME_1, kTIME_5, kTIME_6, kTIME_7},
       TimerStorm},
      {"crowd",
       "very many tasks at once, each with a timer; presses memory and what goes through all "
       "timers",
       {kDEEP_4, kHAND_8},
       Crowd},
      {"procs_changes",
       "the number of processors changed under load; presses what moves with a processor",
       {kTIME_5, kTIME_6, kTIME_7, kHAND_8},
       ProcsChanges},
      {"descriptor_storm",
       "descriptors that become ready; presses the polls and the injection",
       {kPOLL_1, kPOLL_7, kHAND_8},
       DescriptorStorm},
      {"spawn_storm",
       "tasks that begin and end at once; presses the queues and the hand-offs",
       {kHAND_8, kSYS_8},
       SpawnStorm},
      {"channel_mesh",
       "messages through many stages; presses wake-ups of tasks and processors",
       {kHAND_8, kDEEP_9},
       ChannelMesh},
      {"collector_storm",
       "garbage, collections and loops; presses stop-the-world",
       {kSTW_1, kSTW_3, kHAND_8},
       CollectorStorm},
      {"deadlock_windows",
       "moments in which all wait; presses the deadlock check",
       {kDEAD_5, kDEAD_4, kDEEP_9, kHAND_8},
       DeadlockWindows},
      {"wake_ups",
       "a call while the monitor sleeps deep; presses its wake-up",
       {kDEEP_9, kDEEP_7, kSYS_4, kHAND_8},
       WakeUps},
      {"oversubscription",
       "far more processors than CPUs; presses every retake and preemption",
       {kHAND_8, kSYS_8, kSLICE_3},
       Oversubscription},
      {"mixed", "three of the others side by side", {kHAND_8, kCAD_2, kCAD_3}, Mixed},
      {"library",
       "the contract's own scenarios; they put each clause to the test by name",
       {},
       OfTheLibrary},
  };
  return all;
}

}  // namespace

std::span<const Workload> Workloads() { return All(); }

const Workload* FindWorkload(std::string_view name) {
  const auto found = std::ranges::find(All(), name, &Workload::name);
  return found == All().end() ? nullptr : &*found;
}

Scenario MakeScenario(const Workload& workload, uint64_t seed, int64_t intensity) {
  Draw draw(CaseSeed(seed, workload.name));
  const Stamps stamps = draw.OneOf({Stamps::kAll, Stamps::kEnds, Stamps::kEnds, Stamps::kNone});
  Scenario scenario = workload.make(draw, std::clamp<int64_t>(intensity, 1, kIntensityMost));
  const bool as_is =
      workload.make == OfTheLibrary || workload.make == WakeUps || workload.make == Crowd;
  if (!as_is) scenario.stamps = intensity > 20 ? std::max(stamps, Stamps::kEnds) : stamps;
  scenario.about = workload.about;
  scenario.seed = seed;
  scenario.budget_ms = std::max<int64_t>(scenario.budget_ms, 60'000);
  return scenario;
}

}  // namespace proctor
