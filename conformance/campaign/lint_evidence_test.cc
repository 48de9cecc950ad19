// What lint's small scenarios show of yields, where no adapter of the tree has the fault.

#include "conformance/campaign/lint_evidence.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "conformance/campaign/lint_scenarios.h"

namespace proctor {
namespace {

// Task 1 spawns 2 and 3, which yield in the order given, twice each.
Run Yields(std::initializer_list<int64_t> order) {
  Run run;
  int64_t now_ns = 0;
  const auto add = [&](EventKind kind, int64_t g,
                       std::initializer_list<std::pair<Arg, int64_t>> args) {
    Event event{.time_ns = now_ns += 1'000, .kind = kind, .g = g};
    for (const auto& [arg, value] : args) event.Set(arg, value);
    run.events.push_back(event);
  };
  add(EventKind::kTaskSpawn, 0, {{Arg::kTask, 1}});
  for (const int64_t task : {2, 3}) add(EventKind::kTaskSpawn, 1, {{Arg::kTask, task}});
  for (const int64_t task : order) {
    add(EventKind::kOpBegin, task, {{Arg::kOp, static_cast<int64_t>(Op::kYield)}});
    add(EventKind::kOpEnd, task, {{Arg::kOp, static_cast<int64_t>(Op::kYield)}});
  }
  return run;
}

TEST(FindFault, NamesYieldsAfterWhichNobodyElseRuns) {
  EXPECT_EQ(FindFault(Op::kYield, Yields({2, 3, 2, 3})), "");
  EXPECT_EQ(FindFault(Op::kYield, Yields({3, 2, 2, 3})), "");
  EXPECT_NE(FindFault(Op::kYield, Yields({2, 2, 3, 3})), "");
  EXPECT_NE(FindFault(Op::kYield, Yields({3, 3, 2, 2})), "");
}

// Only where one task at a time runs, and nothing but a yield ends that, does the order tell.
TEST(ScenarioAlone, AsksForYieldsOfACooperativeRuntimeOnly) {
  Handshake handshake;
  handshake.operations = {"yield", "spawn"};
  handshake.in_force.procs = 1;
  handshake.promises.preemption = PreemptionKind::kNone;
  const size_t with_pair = ScenarioAlone(Op::kYield, handshake).tasks.size();
  handshake.promises.preemption = PreemptionKind::kSignal;
  EXPECT_LT(ScenarioAlone(Op::kYield, handshake).tasks.size(), with_pair);
  handshake.promises.preemption = PreemptionKind::kNone;
  handshake.in_force.procs = 2;
  EXPECT_LT(ScenarioAlone(Op::kYield, handshake).tasks.size(), with_pair);
  handshake.settable = {"procs"};
  const Scenario scenario = ScenarioAlone(Op::kYield, handshake);
  EXPECT_EQ(scenario.tasks.size(), with_pair);
  EXPECT_EQ(scenario.tunables.at("procs"), 1);
}

}  // namespace
}  // namespace proctor
