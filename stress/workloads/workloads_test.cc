#include "stress/workloads/workloads.h"

#include <gtest/gtest.h>

#include <set>

namespace proctor {
namespace {

TEST(Workloads, EveryScenarioIsValidAndTheSeedAlonesMakesIt) {
  for (const Workload& workload : Workloads()) {
    for (uint64_t seed = 1; seed <= 100; ++seed) {
      for (const int64_t intensity : {1, 7, 1000}) {
        Scenario scenario = MakeScenario(workload, seed, intensity);
        EXPECT_EQ(scenario, MakeScenario(workload, seed, intensity));
        scenario.name = "x";
        EXPECT_EQ(Validate(scenario), "") << workload.name << " seed " << seed;
      }
    }
  }
}

TEST(Workloads, SeedsDiffer) {
  for (const Workload& workload : Workloads()) {
    std::set<std::string> scenarios;
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Scenario scenario = MakeScenario(workload, seed, 3);
      scenario.seed = 0;
      scenarios.insert(FormatScenario(scenario));
    }
    EXPECT_GT(scenarios.size(), 5u) << workload.name;
  }
}

TEST(Workloads, AreFoundByName) {
  EXPECT_EQ(FindWorkload("mixed")->name, "mixed");
  EXPECT_EQ(FindWorkload("mixture"), nullptr);
}

// What is sent is received, and what waits is made ready as often.
TEST(Workloads, NobodyWaitsForEver) {
  for (const Workload& workload : Workloads()) {
    if (workload.name == "library") continue;
    for (uint64_t seed = 1; seed <= 50; ++seed) {
      const Scenario scenario = MakeScenario(workload, seed, 5);
      std::vector<int64_t> messages(scenario.channels.size());
      std::vector<int64_t> bytes(static_cast<size_t>(scenario.descriptors));
      for (const Task& task : scenario.tasks) {
        for (const Operation& operation : task.ops) {
          if (operation.op == Op::kSend)
            messages[static_cast<size_t>(operation.channel)] += task.repeat;
          if (operation.op == Op::kReceive)
            messages[static_cast<size_t>(operation.channel)] -= task.repeat;
          if (operation.op == Op::kWait)
            bytes[static_cast<size_t>(operation.descriptor)] -= task.repeat;
        }
      }
      for (const Outside& outside : scenario.outside) {
        bytes[static_cast<size_t>(outside.descriptor)] += outside.times;
      }
      EXPECT_EQ(messages, std::vector<int64_t>(messages.size())) << workload.name;
      EXPECT_EQ(bytes, std::vector<int64_t>(bytes.size())) << workload.name;
    }
  }
}

}  // namespace
}  // namespace proctor
