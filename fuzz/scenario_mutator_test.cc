#include "fuzz/scenario_mutator.h"

#include <gtest/gtest.h>

#include <set>

#include "conformance/scenario/library.h"

namespace proctor::fuzz {
namespace {

TEST(ScenarioMutator, WhatIsValidStaysValidAndComesToEveryOperation) {
  std::set<Op> ops;
  size_t different = 0;
  constexpr uint64_t kLines = 40;
  constexpr int kSteps = 60;
  for (uint64_t seed = 0; seed < kLines; ++seed) {
    ScenarioMutator mutator(seed);
    Scenario scenario{.name = "small", .tasks = {{.ops = {{.op = Op::kYield}}}}};
    for (int step = 0; step < kSteps; ++step) {
      Scenario next = mutator.Mutate(scenario);
      ASSERT_EQ(Validate(next), "") << FormatScenario(next);
      different += next == scenario ? 0 : 1;
      scenario = std::move(next);
      for (const Task& task : scenario.tasks) {
        for (const Operation& operation : task.ops) ops.insert(operation.op);
      }
    }
  }
  for (size_t op = 0; op < OpNames().size(); ++op) {
    EXPECT_TRUE(ops.contains(static_cast<Op>(op))) << OpNames()[op];
  }
  EXPECT_GT(different, kLines * kSteps / 2);
}

TEST(ScenarioMutator, CrossedScenariosAreValidAndHaveTasksOfBoth) {
  int joined = 0;
  for (const NamedScenario& a : ScenarioLibrary()) {
    for (const NamedScenario& b : ScenarioLibrary()) {
      const Scenario crossed = ScenarioMutator(7).Cross(a.scenario, b.scenario);
      ASSERT_EQ(Validate(crossed), "") << FormatScenario(crossed);
      joined += crossed.tasks.size() > a.scenario.tasks.size() ? 1 : 0;
    }
  }
  EXPECT_GT(joined, 0);
}

TEST(ScenarioMutator, TheSameSeedMakesTheSameText) {
  const std::string text = FormatScenario(ScenarioLibrary()[0].scenario);
  EXPECT_EQ(MutateText(text, 100'000, 3), MutateText(text, 100'000, 3));
  EXPECT_EQ(CrossTexts(text, text, 100'000, 3), CrossTexts(text, text, 100'000, 3));
}

TEST(ScenarioMutator, WhatDoesNotFitIsNotCutAndNonsenseBecomesAScenario) {
  EXPECT_EQ(MutateText("{", 10, 1), "");
  std::string error;
  EXPECT_TRUE(ParseScenario(MutateText("{", 4'096, 1), error)) << error;
}

}  // namespace
}  // namespace proctor::fuzz
