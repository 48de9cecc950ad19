#include "fuzz/judged_world.h"

#include <gtest/gtest.h>

#include "conformance/implementations/reference/reference.h"

namespace proctor::fuzz {
namespace {

// What a fuzzer makes of bytes is no different from what a test makes by hand.
Scenario Talking(int64_t sent, int64_t received) {
  return {.name = "talking",
          .channels = {{.capacity = 1}},
          .tasks = {{.ops = {{.op = Op::kSend}}, .repeat = sent},
                    {.ops = {{.op = Op::kReceive}}, .repeat = received}}};
}

TEST(JudgedWorld, TheLedgerSaysWhatTasksHaveDone) {
  const Scenario scenario = Talking(3, 5);
  const JudgedWorld judged = RunJudged(ReferenceImplementation(), scenario,
                                       {.knobs = Knobs::Quiet(scenario), .events_most = 100'000});
  EXPECT_EQ(judged.run.end, WorldEnd::kDeadlock) << judged.run.message;
  EXPECT_EQ(judged.ledger.ops[static_cast<size_t>(Op::kSend)], 3);
  EXPECT_EQ(judged.ledger.ops[static_cast<size_t>(Op::kReceive)], 3);
  EXPECT_EQ(judged.ledger.ended, 1);
}

TEST(JudgedWorld, AnAccusationEndsTheProcess) {
  const Scenario scenario = Talking(3, 5);
  JudgedWorld judged = RunJudged(ReferenceImplementation(), scenario, {});
  RequireNoAccusation(ReferenceImplementation(), judged);
  judged.rulings[0].verdict = Verdict::kViolates;
  EXPECT_DEATH(RequireNoAccusation(ReferenceImplementation(), judged),
               std::string(ClauseName(judged.rulings[0].clause)));
  judged.rulings.clear();
  judged.run.end = WorldEnd::kNeverSleeps;
  EXPECT_DEATH(RequireNoAccusation(ReferenceImplementation(), judged), "reference");
}

TEST(JudgedWorld, TasksThatShareAnEndHaveMoreThanOneOutcome) {
  EXPECT_TRUE(HasOneOutcome(Talking(3, 5)));
  Scenario shared = Talking(3, 5);
  shared.tasks.push_back(shared.tasks[1]);
  EXPECT_FALSE(HasOneOutcome(shared));
  Scenario spawned = Talking(3, 5);
  spawned.tasks.push_back({.ops = {{.op = Op::kSpawn, .task = 1}}});
  EXPECT_FALSE(HasOneOutcome(spawned));
}

}  // namespace
}  // namespace proctor::fuzz
