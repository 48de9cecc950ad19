#include "conformance/scenario/scenario.h"

#include <gtest/gtest.h>
// RapidCheck's gtest part needs gtest first.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "conformance/scenario/generators.h"
#include "conformance/scenario/library.h"
#include "conformance/scenario/scenario_json.h"

namespace proctor {
namespace {

RC_GTEST_PROP(Scenario, ArbitraryOnesAreValidAndComeBack, ()) {
  const Scenario scenario = *ArbitraryScenario();
  RC_ASSERT(Validate(scenario) == "");
  std::string error;
  const std::optional<Scenario> back = ParseScenario(FormatScenario(scenario), error);
  RC_ASSERT(error == "");
  RC_ASSERT(*back == scenario);
}

TEST(Scenario, WhatIsStampedComesBackAndIsNotSaidWhereItIsEverything) {
  std::string error;
  Scenario scenario = *ParseScenario(R"({"schema":"proctor-scenario/1","name":"x","tasks":
    [{"ops":[{"op":"yield"}]}],"stamps":"ends"})",
                                     error);
  EXPECT_EQ(scenario.stamps, Stamps::kEnds);
  EXPECT_EQ(ParseScenario(FormatScenario(scenario), error), scenario) << error;
  scenario.stamps = Stamps::kAll;
  EXPECT_EQ(FormatScenario(scenario).find("stamps"), std::string::npos);
}

// An author knows no defaults of ours: what PROTOCOL.md says that an operation has is there.
TEST(Scenario, MembersOfAnOperationAreWrittenWhereTheyAre0) {
  std::string error;
  const std::optional<Scenario> scenario =
      ParseScenario(R"({"schema":"proctor-scenario/1","name":"x","descriptors":1,"channels":[{}],
    "tasks":[{"ops":[{"op":"wait"},{"op":"send"},{"op":"receive"},{"op":"spawn"},{"op":"yield"},
    {"op":"set_timer","duration_ns":7},{"op":"reset_timer","duration_ns":7},{"op":"stop_timer"}]}]})",
                    error);
  ASSERT_TRUE(scenario) << error;
  const Json ops = ScenarioToJson(*scenario)["tasks"][0]["ops"];
  EXPECT_EQ(ops, Json::parse(R"([{"op":"wait","descriptor":0},{"op":"send","channel":0},
    {"op":"receive","channel":0},{"op":"spawn","task":0},{"op":"yield"},
    {"op":"set_timer","duration_ns":7,"timer":0},{"op":"reset_timer","duration_ns":7,"timer":0},
    {"op":"stop_timer","timer":0}])"));
}

TEST(Scenario, TheSameSeedShrinksAndGeneratesTheSame) {
  const rc::Random random(42);
  const auto first = ArbitraryScenario()(random, 20).value();
  const auto second = ArbitraryScenario()(random, 20).value();
  EXPECT_EQ(first, second);
}

TEST(Scenario, WhateverItShrinksToIsValid) {
  const auto shrinkable = ArbitraryScenario()(rc::Random(7), 30);
  int seen = 0;
  auto shrinks = shrinkable.shrinks();
  while (const auto smaller = shrinks.next()) {
    EXPECT_EQ(Validate(smaller->value()), "");
    ++seen;
  }
  EXPECT_GT(seen, 0);
}

std::string WhyNot(const std::string& json) {
  std::string error;
  EXPECT_FALSE(ParseScenario(json, error)) << json;
  return error;
}

std::string With(const std::string& members) {
  return R"({"schema":"proctor-scenario/1","name":"x",)" + members + "}";
}

TEST(Scenario, AnAdapterIgnoresWhatANewerHarnessSays) {
  std::string error;
  const auto scenario = ParseSentScenario(
      With(R"("tasks":[{"ops":[{"op":"yield","colour":1}]}],"unknown":{"to":["adapters"]})"),
      error);
  ASSERT_TRUE(scenario) << error;
  EXPECT_EQ(scenario->tasks.size(), 1u);
  EXPECT_FALSE(ParseSentScenario(With(R"("tasks":[])"), error)) << "what it knows is checked";
}

TEST(Scenario, WhatIsWrongIsNamedWithItsPlace) {
  EXPECT_EQ(WhyNot("{"), "scenario: not JSON from line 1, column 2 on");
  EXPECT_EQ(WhyNot(""), "scenario: not JSON from line 1, column 1 on");
  EXPECT_EQ(WhyNot("{\n  \"name\" 3}\n"), "scenario: not JSON from line 2, column 10 on");
  EXPECT_EQ(WhyNot("[]"), "scenario: must be an object");
  EXPECT_EQ(WhyNot("{}"), "scenario: missing member 'schema'");
  EXPECT_EQ(WhyNot(With(R"("tasks":[])")), "scenario: tasks must be 1 to 4096");
  EXPECT_EQ(WhyNot(With(R"("tusks":[])")), "scenario: unknown member 'tusks'");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"yield"},{"op":"spin"}]}])")),
            "tasks[0].ops[1]: duration_ns must be > 0");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"spin","duration_ns":"1"}]}])")),
            "tasks[0].ops[0]: duration_ns must be an integer");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"dance"}]}])")),
            "tasks[0].ops[0]: op unknown value 'dance'");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"send","channel":0}]}])")),
            "tasks[0].ops[0]: channel 0 does not exist; there are 0");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"spawn","task":1}]}])")),
            "tasks[0].ops[0]: task 1 does not exist; there are 1");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"set_timer","timer":0}]}])")),
            "tasks[0].ops[0]: duration_ns must be > 0");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"set_timer","timer":64,"duration_ns":1}]}])")),
            "tasks[0].ops[0]: timer 64 does not exist; there are 64");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"set_timer","duration_ns":1},)"
                        R"({"op":"stop_timer","timer":1}]}])")),
            "tasks[0].ops[1]: timer 1 has no set_timer before it in this task");
  EXPECT_EQ(WhyNot(With(R"("tasks":[{"ops":[{"op":"procs","procs":0}]}])")),
            "tasks[0].ops[0]: procs must be 1 to 1024");
  EXPECT_EQ(WhyNot(With(R"("tunables":{"speed":1},"tasks":[{"ops":[{"op":"yield"}]}])")),
            "tunables: unknown tunable 'speed'");
  EXPECT_EQ(WhyNot(With(R"("tunables":{"sp\need":1},"tasks":[{"ops":[{"op":"yield"}]}])")),
            "tunables: unknown tunable 'sp?eed'");
  EXPECT_EQ(WhyNot(With(R"("tunables":{"procs":5000},"tasks":[{"ops":[{"op":"yield"}]}])")),
            "tunables: procs must be 0 to 1024");
  EXPECT_EQ(WhyNot(With(R"("seed":"x","tasks":[{"ops":[{"op":"yield"}]}])")),
            "scenario: seed 'x' is not a decimal number of 64 bits");
  EXPECT_EQ(WhyNot(With(R"("outside":[{"at_ns":5,"event":"stop"},{"at_ns":4,"event":"continue"}],)"
                        R"("tasks":[{"ops":[{"op":"yield"}]}])")),
            "outside[1]: at_ns must not be before that of the event above it");
}

TEST(Library, EveryScenarioIsValidAndComesBack) {
  std::set<std::string> names;
  for (const NamedScenario& named : ScenarioLibrary()) {
    EXPECT_EQ(Validate(named.scenario), "") << named.scenario.name;
    EXPECT_TRUE(names.insert(named.scenario.name).second) << named.scenario.name;
    EXPECT_FALSE(named.clauses.empty() && named.inspected.empty()) << named.scenario.name;
    std::string error;
    const std::optional<Scenario> back = ParseScenario(FormatScenario(named.scenario), error);
    ASSERT_TRUE(back) << error;
    EXPECT_EQ(*back, named.scenario);
    EXPECT_EQ(FindScenario(named.scenario.name), &named);
  }
  EXPECT_EQ(FindScenario("nothing"), nullptr);
}

TEST(Library, EveryClauseOfTiersOAndXHasItsScenario) {
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & (kO | kX)) == 0) continue;
    const bool has = std::ranges::any_of(ScenarioLibrary(), [&](const NamedScenario& named) {
      return std::ranges::find(named.clauses, clause.id) != named.clauses.end();
    });
    EXPECT_TRUE(has) << clause.name;
  }
}

TEST(Library, EveryClauseOfTierDHasItsScenario) {
  std::set<ClauseId> named;
  for (const NamedScenario& scenario : ScenarioLibrary())
    named.insert(scenario.inspected.begin(), scenario.inspected.end());
  for (const ClauseId clause : named) EXPECT_NE(GetClause(clause).tiers & kD, 0);
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & kD) == 0 || clause.level == Level::kMay) continue;
    EXPECT_TRUE(named.contains(clause.id)) << clause.name;
  }
}

TEST(CaseSeed, DependsOnSeedAndNameOnly) {
  EXPECT_EQ(CaseSeed(1, "idle"), CaseSeed(1, "idle"));
  EXPECT_NE(CaseSeed(1, "idle"), CaseSeed(2, "idle"));
  EXPECT_NE(CaseSeed(1, "idle"), CaseSeed(1, "timers"));
}

}  // namespace
}  // namespace proctor
