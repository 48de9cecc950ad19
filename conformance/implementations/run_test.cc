// The adapters on the real runtimes that this machine has: what the evidence of a run says, in
// values and order.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "conformance/adapter/driver.h"
#include "conformance/implementations/implementation.h"
#include "conformance/judge/panel.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

class Runtime : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    static std::map<std::string, std::optional<Implementation>> built;
    const std::string& name = GetParam();
    if (!built.contains(name)) {
      const fs::path scratch = fs::path(testing::TempDir()) / name;
      fs::create_directories(scratch);
      BuildFailure failure{};
      std::string error;
      built[name] = BuildImplementation(name, scratch, failure, error);
      EXPECT_TRUE(built[name] || failure == BuildFailure::kMissing) << error;
    }
    if (!built[name]) GTEST_SKIP() << name << " is not on this machine";
    implementation_ = *built[name];
  }

  proctor::Run Perform(const Scenario& scenario, bool observe = false) {
    EXPECT_EQ(Validate(scenario), "");
    return RunScenario({.argv = implementation_.argv,
                        .set_env = EnvironmentFor(implementation_, scenario),
                        .observe = observe},
                       scenario);
  }

  static bool IsReference() { return GetParam() == "reference"; }

  Implementation implementation_;
};

Scenario Named(const char* name, std::vector<Task> tasks) {
  return {.name = name, .budget_ms = 60'000, .tunables = {{"procs", 1}}, .tasks = std::move(tasks)};
}

std::vector<Event> Of(const Run& run, EventKind kind) {
  std::vector<Event> events;
  std::ranges::copy_if(run.events, std::back_inserter(events),
                       [kind](const Event& event) { return event.kind == kind; });
  return events;
}

std::vector<Event> Of(const Run& run, EventKind kind, Op op) {
  std::vector<Event> events;
  std::ranges::copy_if(run.events, std::back_inserter(events), [=](const Event& event) {
    return event.kind == kind && event.Is(Arg::kOp, op);
  });
  return events;
}

// What a task that ran the program stamps, in order: names of events and numbers of operations.
std::vector<std::string> StampsOf(const Task& task) {
  std::vector<std::string> stamps = {"task_start"};
  for (int64_t i = 0; i < task.repeat; ++i) {
    for (size_t index = 0; index < task.ops.size(); ++index) {
      const std::string op = " " + std::string(OpNames()[static_cast<size_t>(task.ops[index].op)]) +
                             " " + std::to_string(index);
      stamps.push_back("op_begin" + op);
      stamps.push_back("op_end" + op);
    }
  }
  stamps.push_back("task_end");
  return stamps;
}

std::map<int64_t, std::vector<std::string>> StampsByTask(const Run& run) {
  std::map<int64_t, std::vector<std::string>> stamps;
  for (const Event& event : run.events) {
    if (event.g < 0 || event.kind == EventKind::kTaskSpawn || event.kind == EventKind::kCpuTime)
      continue;
    std::string word(EventKindName(event.kind));
    if (event.kind == EventKind::kOpBegin || event.kind == EventKind::kOpEnd) {
      word += " " + std::string(OpNames()[static_cast<size_t>(event.Get(Arg::kOp))]) + " " +
              std::to_string(event.Get(Arg::kIndex));
    }
    stamps[event.g].push_back(word);
  }
  return stamps;
}

// How many of `causes` come before each of `effects`, which is at least its own number.
void ExpectEachAfterItsCause(const std::vector<Event>& effects, const std::vector<Event>& causes) {
  ASSERT_LE(effects.size(), causes.size());
  for (size_t i = 0; i < effects.size(); ++i) {
    EXPECT_GE(effects[i].time_ns, causes[i].time_ns) << Describe(effects[i]);
  }
}

// Tasks, messages, timers and calls, of which the ledger says what the stamps would have said.
TEST_P(Runtime, WhatIsNotStampedIsGathered) {
  Scenario scenario = Named("gathered", {{.ops = {{.op = Op::kSpawn, .task = 1},
                                                  {.op = Op::kSend},
                                                  {.op = Op::kSleep, .duration_ns = 10'000}},
                                          .repeat = 50},
                                         {.ops = {{.op = Op::kBlock, .duration_ns = 1'000},
                                                  {.op = Op::kAllocate, .bytes = 100},
                                                  {.op = Op::kSpin, .duration_ns = 1'000}},
                                          .start = false},
                                         {.ops = {{.op = Op::kReceive}}, .repeat = 45}});
  scenario.channels = {{.capacity = 5}};
  for (const Stamps stamps : {Stamps::kEnds, Stamps::kNone}) {
    scenario.stamps = stamps;
    const proctor::Run run = Perform(scenario);
    ASSERT_EQ(run.outcome, Outcome::kDone) << run.message << run.standard_error;
    ASSERT_TRUE(run.gathered);
    EXPECT_EQ(FindImbalance(scenario, run.gathered->ledger), "");
    EXPECT_EQ(run.gathered->ledger.ended, 52);
    EXPECT_EQ(run.gathered->ledger.left, 5);
    EXPECT_EQ(run.gathered->ledger.bytes, 5'000);
    EXPECT_EQ(run.gathered->spans.at("sleep").count(), 50);
    EXPECT_EQ(run.gathered->spans.at("spawn_to_start").count(), 52);
    EXPECT_GT(run.gathered->still_g, 0);
    EXPECT_TRUE(Of(run, EventKind::kOpBegin).empty());
    EXPECT_EQ(Of(run, EventKind::kTaskEnd).size(), stamps == Stamps::kEnds ? 52u : 0u);
  }
}

TEST_P(Runtime, EveryTaskRunsItsProgram) {
  const NamedScenario* named = FindScenario("mixed_load");
  ASSERT_NE(named, nullptr);
  const auto run = Perform(named->scenario);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message << run.standard_error;

  std::multiset<std::vector<std::string>> expected;
  std::multiset<std::vector<std::string>> stamped;
  int64_t spawns = 0;
  for (const Task& task : named->scenario.tasks) {
    if (task.start) expected.insert(StampsOf(task));
    for (const Operation& operation : task.ops) {
      if (operation.op != Op::kSpawn) continue;
      spawns += task.repeat;
      const Task& spawned = named->scenario.tasks[static_cast<size_t>(operation.task)];
      for (int64_t i = 0; i < task.repeat; ++i) expected.insert(StampsOf(spawned));
    }
  }
  ASSERT_GT(spawns, 0);
  for (const auto& [g, stamps] : StampsByTask(run)) stamped.insert(stamps);
  EXPECT_EQ(stamped, expected);
  EXPECT_EQ(Of(run, EventKind::kScenarioStart).size(), 1u);
  EXPECT_EQ(Of(run, EventKind::kScenarioEnd).size(), 1u);
  EXPECT_TRUE(std::ranges::is_sorted(run.events, {}, &Event::time_ns));
  EXPECT_EQ(run.header.in_force.procs, 1);
}

TEST_P(Runtime, EveryRunOfATaskIsSpawnedBeforeItStarts) {
  const auto run = Perform(
      Named("spawns", {{.ops = {{.op = Op::kSpawn, .task = 1}, {.op = Op::kYield}}, .repeat = 30},
                       {.ops = {{.op = Op::kYield}}, .start = false}}));
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  std::map<int64_t, int64_t> spawned_ns;
  for (const Event& event : Of(run, EventKind::kTaskSpawn)) {
    EXPECT_TRUE(spawned_ns.emplace(event.Get(Arg::kTask), event.time_ns).second) << Describe(event);
    EXPECT_EQ(event.g, event.Get(Arg::kTask) == 1 ? -1 : 1) << Describe(event);
  }
  EXPECT_EQ(spawned_ns.size(), 31u);
  const std::vector<Event> starts = Of(run, EventKind::kTaskStart);
  EXPECT_EQ(starts.size(), 31u);
  for (const Event& start : starts) {
    ASSERT_TRUE(spawned_ns.contains(start.g)) << Describe(start);
    EXPECT_GE(start.time_ns, spawned_ns[start.g]) << Describe(start);
  }
}

TEST_P(Runtime, ReceivesWhatWasSent) {
  Scenario scenario = Named("channel", {{.ops = {{.op = Op::kSend}}, .repeat = 20},
                                        {.ops = {{.op = Op::kReceive}}, .repeat = 20}});
  scenario.channels = {{.capacity = 3}};
  const auto run = Perform(scenario);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  const std::vector<Event> received = Of(run, EventKind::kOpEnd, Op::kReceive);
  EXPECT_EQ(received.size(), 20u);
  ExpectEachAfterItsCause(received, Of(run, EventKind::kOpBegin, Op::kSend));
}

TEST_P(Runtime, WaitsUntilTheDescriptorIsReady) {
  Scenario scenario = Named("wait", {{.ops = {{.op = Op::kWait, .descriptor = 1}}, .repeat = 10}});
  scenario.descriptors = 2;
  scenario.outside = {{.at_ns = 1'000'000, .descriptor = 1, .every_ns = 1'000'000, .times = 10}};
  const auto run = Perform(scenario);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message << run.standard_error;
  const std::vector<Event> waited = Of(run, EventKind::kOpEnd, Op::kWait);
  EXPECT_EQ(waited.size(), 10u);
  ExpectEachAfterItsCause(waited, Of(run, EventKind::kDescriptorReady));
}

TEST_P(Runtime, CollectionsAreToldWithTheirTimes) {
  const auto run =
      Perform(Named("collect", {{.ops = {{.op = Op::kCollect}, {.op = Op::kYield}}, .repeat = 5}}));
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  const std::vector<Event> collections = Of(run, EventKind::kCollection);
  ASSERT_EQ(collections.size(), 5u);
  ExpectEachAfterItsCause(collections, Of(run, EventKind::kOpBegin, Op::kCollect));
  ExpectEachAfterItsCause(Of(run, EventKind::kOpEnd, Op::kCollect), collections);
  for (size_t i = 1; i < collections.size(); ++i) {
    EXPECT_EQ(collections[i].Get(Arg::kCount), collections[i - 1].Get(Arg::kCount) + 1);
  }
}

TEST_P(Runtime, UsesTheCpuWhereItComputes) {
  const auto run = Perform(Named("cpu", {{.ops = {{.op = Op::kStamp},
                                                  {.op = Op::kSpin, .duration_ns = 50'000'000},
                                                  {.op = Op::kWork, .duration_ns = 50'000'000},
                                                  {.op = Op::kStamp}}}}));
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  const std::vector<Event> stamps = Of(run, EventKind::kCpuTime);
  ASSERT_EQ(stamps.size(), 2u);
  EXPECT_GT(stamps[1].Get(Arg::kCpuNs), stamps[0].Get(Arg::kCpuNs));
  EXPECT_EQ(Of(run, EventKind::kOpBegin, Op::kSpin).at(0).Get(Arg::kDurationNs), 50'000'000);
}

// By the observer, with no help of the adapter: slices are judged by it.
TEST_P(Runtime, ItsCpuTimeIsReadWhileItComputes) {
  const auto run =
      Perform(Named("cpu_reads", {{.ops = {{.op = Op::kSpin, .duration_ns = 200'000'000}}}}), true);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  const std::vector<Event> reads = Of(run, EventKind::kCpuRead);
  ASSERT_GE(reads.size(), 2u);
  EXPECT_TRUE(
      std::ranges::is_sorted(reads, {}, [](const Event& read) { return read.Get(Arg::kCpuNs); }));
  EXPECT_GT(reads.back().Get(Arg::kCpuNs), reads.front().Get(Arg::kCpuNs));
}

TEST_P(Runtime, ReportsADeadlockBeforeItEnds) {
  const auto run = Perform(FindScenario("deadlock")->scenario);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message << run.standard_error;
  const auto report = std::ranges::find(run.events, EventKind::kDeadlockReport, &Event::kind);
  ASSERT_NE(report, run.events.end());
  const auto exit = std::find_if(report, run.events.end(),
                                 [](const Event& e) { return e.kind == EventKind::kProcessExit; });
  ASSERT_NE(exit, run.events.end());
  EXPECT_EQ(exit->Get(Arg::kStatus), 2);
}

TEST_P(Runtime, SaysHowItPreempts) {
  const auto run = Perform(Named("hello", {{.ops = {{.op = Op::kYield}}}}));
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.promises.preemption,
            GetParam() == "gccgo" ? PreemptionKind::kNone : PreemptionKind::kSignal);
  EXPECT_EQ(run.header.in_force.asynchronous_preemption, GetParam() == "gccgo" ? 0 : 1);
}

TEST_P(Runtime, ATaskThatWaitsForTheNetworkIsNoDeadlock) {
  const auto run = Perform(FindScenario("network_is_no_deadlock")->scenario);
  EXPECT_EQ(run.outcome, Outcome::kDone) << run.message << run.standard_error;
  EXPECT_TRUE(Of(run, EventKind::kDeadlockReport).empty());
}

TEST_P(Runtime, ShowsItsStacksWhenItHangs) {
  Scenario scenario = Named("hang", {{.ops = {{.op = Op::kWait}}}});
  scenario.descriptors = 1;
  scenario.budget_ms = 200;
  const auto run = Perform(scenario);
  EXPECT_EQ(run.outcome, Outcome::kTimeout) << run.message;
  EXPECT_NE(run.standard_error.find(IsReference() ? "SCHED" : "goroutine"), std::string::npos)
      << run.standard_error;
}

// A runtime that is told to dump its stacks stops its world, and its monitor with it.
TEST_P(Runtime, NobodyIsAccusedOfHowTheHarnessEndsAScenario) {
  Scenario scenario = Named(
      "cut_short", {{.ops = {{.op = Op::kSpin, .duration_ns = 1'000'000'000}}, .repeat = 600}});
  scenario.budget_ms = 1'500;
  const auto run = Perform(scenario, true);
  ASSERT_EQ(run.outcome, Outcome::kTimeout) << run.message;
  Panel panel(run.header);
  for (const Event& event : run.events) panel.Observe(event);
  for (const Ruling& ruling : panel.Close()) {
    EXPECT_NE(ruling.verdict, Verdict::kViolates)
        << ClauseName(ruling.clause) << ": " << ruling.message;
  }
  const auto end = std::ranges::find(run.events, EventKind::kProcessExit, &Event::kind);
  ASSERT_NE(end, run.events.end());
  EXPECT_TRUE(std::none_of(end, run.events.end(), [](const Event& event) {
    return event.kind == EventKind::kShallowSleep || event.kind == EventKind::kDeepSleep;
  })) << "what the monitor did once the process was told to dump its stacks";
}

TEST_P(Runtime, SaysWhatIsInForce) {
  Scenario scenario = Named("tunables", {{.ops = {{.op = Op::kYield}}}});
  scenario.tunables = {{"procs", 2}, {"gc_percent", 70}, {"asynchronous_preemption", 0}};
  auto run = Perform(scenario);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.in_force.procs, 2);
  EXPECT_EQ(run.header.in_force.gc_percent, 70);
  EXPECT_EQ(run.header.in_force.asynchronous_preemption, 0);

  if (IsReference()) {
    setenv("RUNTIME_DEBUG", "schedtrace=5000", 1);
    scenario.tunables.erase("procs");
    run = Perform(scenario);
    unsetenv("RUNTIME_DEBUG");
    EXPECT_GT(run.header.in_force.procs, 0);
    EXPECT_EQ(run.header.in_force.sched_trace_ms, 5000);
    return;
  }
  setenv("GOGC", "off", 1);
  setenv("GOMAXPROCS", "3", 1);
  setenv("GODEBUG", "asyncpreemptoff=1,schedtrace=5000", 1);
  scenario.tunables.clear();
  run = Perform(scenario);
  for (const char* name : {"GOGC", "GOMAXPROCS", "GODEBUG"}) unsetenv(name);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.in_force.procs, 3);
  EXPECT_EQ(run.header.in_force.gc_percent, -1);
  EXPECT_EQ(run.header.in_force.asynchronous_preemption, 0);
  EXPECT_EQ(run.header.in_force.sched_trace_ms, 5000);
}

TEST_P(Runtime, DoesWhatItIsAskedForOrDeclaresThatItCannot) {
  Scenario scenario = Named("slice", {{.ops = {{.op = Op::kYield}}}});
  scenario.tunables = {{"slice_ns", 5'000'000}};
  const auto run = Perform(scenario);
  if (IsReference()) {
    EXPECT_EQ(run.outcome, Outcome::kDone) << run.message;
    EXPECT_EQ(run.header.in_force.slice_ns, 5'000'000);
    return;
  }
  EXPECT_EQ(run.outcome, Outcome::kUnsupported);
  EXPECT_EQ(run.message,
            GetParam() + " " + run.handshake.version + " cannot set slice_ns: it is 10000000");
  EXPECT_EQ(run.handshake.settable.contains("forcegc_period_ns"), GetParam() == "go");
}

TEST_P(Runtime, EvidenceFromOutsideAndInsideIsOne) {
  const auto run = Perform(FindScenario("idle")->scenario, true);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  if (!run.observer_error.empty()) GTEST_SKIP() << run.observer_error;
  EXPECT_EQ(run.header.tiers, kO | kX);
  EXPECT_FALSE(Of(run, EventKind::kShallowSleep).empty());
  EXPECT_FALSE(Of(run, EventKind::kDeepSleep).empty());
  EXPECT_FALSE(Of(run, EventKind::kOpEnd, Op::kSleep).empty());
  EXPECT_TRUE(std::ranges::is_sorted(run.events, {}, &Event::time_ns));
}

// The runtime's own trace and the tasks' stamps agree.
TEST(Reference, TracesItself) {
  BuildFailure failure{};
  std::string error;
  const auto reference = BuildImplementation("reference", testing::TempDir(), failure, error);
  ASSERT_TRUE(reference) << error;
  Scenario scenario =
      Named("traced",
            {{.ops = {{.op = Op::kSpawn, .task = 1}, {.op = Op::kBlock, .duration_ns = 15'000'000}},
              .repeat = 3},
             {.ops = {{.op = Op::kYield}}, .start = false}});
  const auto run =
      RunScenario({.argv = reference->argv, .observe = false, .trace = true}, scenario);
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_EQ(run.header.tiers, kX);
  EXPECT_EQ(run.trace_header.tiers, kT);
  EXPECT_TRUE(std::ranges::is_sorted(run.trace, {}, &Event::time_ns));

  // A task stamps its start while the trace has it running.
  std::map<int64_t, int64_t> starts_ns;
  for (const Event& event : Of(run, EventKind::kTaskStart)) starts_ns[event.g] = event.time_ns;
  ASSERT_EQ(starts_ns.size(), 4u);
  std::map<int64_t, int64_t> executed_ns;
  for (const Event& event : run.trace) {
    if (event.kind == EventKind::kExecute) executed_ns.try_emplace(event.g, event.time_ns);
    if (event.kind != EventKind::kSwitchOut || !starts_ns.contains(event.g)) continue;
    ASSERT_TRUE(executed_ns.contains(event.g)) << Describe(event);
    EXPECT_LE(executed_ns[event.g], starts_ns[event.g]) << Describe(event);
    EXPECT_GE(event.time_ns, starts_ns[event.g]) << Describe(event);
  }

  Panel panel(run.trace_header);
  for (const Event& event : run.trace) panel.Observe(event);
  std::set<ClauseId> conforms;
  for (const Ruling& ruling : panel.Close()) {
    EXPECT_NE(ruling.verdict, Verdict::kViolates)
        << ClauseName(ruling.clause) << ": " << ruling.message;
    if (ruling.verdict == Verdict::kConforms) conforms.insert(ruling.clause);
  }
  for (const ClauseId clause : {ClauseId::kID_1, ClauseId::kCAD_2, ClauseId::kSYS_1,
                                ClauseId::kSYS_6, ClauseId::kSYS_7, ClauseId::kHAND_1}) {
    EXPECT_TRUE(conforms.contains(clause)) << ClauseName(clause);
  }
}

// What it was not asked for it does not do: no trace, and nothing of it in other evidence.
TEST(Reference, DoesNotTraceItselfUnasked) {
  BuildFailure failure{};
  std::string error;
  const auto reference = BuildImplementation("reference", testing::TempDir(), failure, error);
  ASSERT_TRUE(reference) << error;
  const auto run = RunScenario({.argv = reference->argv, .observe = false},
                               Named("untraced", {{.ops = {{.op = Op::kYield}}}}));
  ASSERT_EQ(run.outcome, Outcome::kDone) << run.message;
  EXPECT_TRUE(run.trace.empty());
  EXPECT_TRUE(Of(run, EventKind::kRead).empty());
}

INSTANTIATE_TEST_SUITE_P(OnThisMachine, Runtime, testing::Values("reference", "go", "gccgo"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace proctor
