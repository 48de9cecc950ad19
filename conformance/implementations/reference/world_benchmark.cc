// How fast virtual time passes, with the evidence thrown away and with every judge looking at it.

#include <benchmark/benchmark.h>

#include "conformance/implementations/reference/reference.h"
#include "conformance/judge/panel.h"
#include "conformance/world/world.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

class Nobody : public EventSink {
 public:
  void Observe(const Event&) override {}
};

class JudgingSink : public EventSink {
 public:
  explicit JudgingSink(const Header& header) : panel_(header) {}
  void Observe(const Event& event) override { panel_.Observe(event); }

 private:
  Panel panel_;
};

// Every P computes: the monitor scans all of them in every cycle, mostly every 10 ms.
Scenario Spinning(int64_t procs) {
  Scenario scenario;
  scenario.name = "spinning";
  scenario.budget_ms = 100'000;
  scenario.tunables = {{"procs", procs}};
  for (int64_t i = 0; i < procs; ++i) {
    scenario.tasks.push_back({.ops = {{.op = Op::kSpin, .duration_ns = 50'000 * kMs}}});
  }
  return scenario;
}

// One P, and work behind every blocked call: the monitor stays at its shortest sleeps.
Scenario Blocking() {
  Scenario scenario;
  scenario.name = "blocking";
  scenario.budget_ms = 100'000;
  scenario.tunables = {{"procs", 1}};
  scenario.tasks = {{.ops = {{.op = Op::kSpawn, .task = 1}, {.op = Op::kBlock, .duration_ns = kMs}},
                     .repeat = 10'000},
                    {.ops = {{.op = Op::kYield}}, .start = false}};
  return scenario;
}

// A process that mostly sleeps, for hours.
Scenario Sleeping() {
  Scenario scenario;
  scenario.name = "sleeping";
  scenario.budget_ms = 400'000'000;
  scenario.tunables = {{"procs", 4}};
  scenario.tasks = {{.ops = {{.op = Op::kSleep, .duration_ns = 1'000 * kMs},
                             {.op = Op::kSpin, .duration_ns = kMs}},
                     .repeat = 3'600 * 10}};
  return scenario;
}

void Run(benchmark::State& state, const Scenario& scenario, bool judged) {
  const WorldOptions options = {.knobs = Knobs::Quiet(scenario)};
  const Header header = WorldHeader(ReferenceImplementation(), scenario, options);
  int64_t cycles = 0;
  int64_t events = 0;
  double virtual_s = 0;
  for (auto _ : state) {
    Nobody nobody;
    JudgingSink judges(header);
    EventSink& sink = judged ? static_cast<EventSink&>(judges) : nobody;
    const WorldRun run = RunWorld(ReferenceImplementation(), scenario, options, sink);
    if (run.end != WorldEnd::kDone) return state.SkipWithError("the world did not end well");
    cycles += run.cycles;
    events += run.events;
    virtual_s += static_cast<double>(run.virtual_ns) / 1e9;
  }
  const auto rate = benchmark::Counter::kIsRate;
  state.counters["cycles/s"] = benchmark::Counter(static_cast<double>(cycles), rate);
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), rate);
  state.counters["virtual_hours/s"] = benchmark::Counter(virtual_s / 3600, rate);
  state.counters["ns/cycle"] =
      benchmark::Counter(static_cast<double>(cycles) * 1e-9, rate | benchmark::Counter::kInvert);
}

void SpinningWorld(benchmark::State& state) {
  Run(state, Spinning(state.range(0)), state.range(1) != 0);
}
void BlockingWorld(benchmark::State& state) { Run(state, Blocking(), state.range(0) != 0); }
void SleepingWorld(benchmark::State& state) { Run(state, Sleeping(), state.range(0) != 0); }

BENCHMARK(SpinningWorld)
    ->ArgNames({"procs", "judged"})
    ->ArgsProduct({{1, 4, 16, 64, 256, 1024}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BlockingWorld)->ArgName("judged")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(SleepingWorld)->ArgName("judged")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace proctor

BENCHMARK_MAIN();
