#include "conformance/implementations/go/go_mutants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace proctor {
namespace {

std::vector<GoMutant> All() {
  std::string error;
  const auto mutants = ParseGoMutants(GoMutantsFile(), error);
  EXPECT_TRUE(mutants) << error;
  return mutants.value_or(std::vector<GoMutant>());
}

TEST(GoMutants, ThereAreEnoughOfEveryReleaseAndTheirNamesDiffer) {
  std::map<std::string, int> broken;
  std::map<std::string, int> right;
  std::set<std::string> names;
  for (const GoMutant& mutant : All()) {
    EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
    for (const std::string& release : mutant.releases) {
      ++(mutant.clause ? broken : right)[release];
    }
  }
  EXPECT_GE(broken["go1.19"], 60);
  EXPECT_GE(broken["go1.26"], 40);
  EXPECT_GE(right["go1.19"], 10);
  EXPECT_GE(right["go1.26"], 10);
}

TEST(GoMutants, EachIsToBeFoundByATierThatDecidesItsClause) {
  for (const GoMutant& mutant : All()) {
    if (!mutant.clause) continue;
    ASSERT_FALSE(mutant.tiers.empty()) << mutant.name;
    for (const std::string& tier : mutant.tiers) {
      if (tier == "D") continue;
      const std::optional<TierSet> set = ParseTiers(tier);
      ASSERT_TRUE(set) << mutant.name << " " << tier;
      EXPECT_NE(GetClause(*mutant.clause).tiers & *set, 0)
          << mutant.name << ": " << ClauseName(*mutant.clause) << " by " << tier;
    }
  }
}

std::string ErrorOf(const std::string& mutant) {
  std::string error;
  EXPECT_FALSE(ParseGoMutants(
      R"({"schema": "proctor-go-mutants/1", "mutants": [)" + mutant + R"(], "variants": []})",
      error));
  return error;
}

TEST(GoMutants, AClauseThatDoesNotExistIsNamed) {
  EXPECT_EQ(ErrorOf(R"({"name": "a", "about": "b", "clause": "CAD-99", "tiers": "O"})"),
            "mutants[0]: clause unknown value 'CAD-99'");
}

TEST(GoMutants, MembersThatAreMissingUnknownOrDoubledAreErrors) {
  EXPECT_EQ(ErrorOf(R"({"name": "a"})"), "mutants[0]: missing member 'about'");
  EXPECT_EQ(ErrorOf(R"({"name": "a", "about": "b", "clause": "CAD-1", "tiers": "O", "teirs": 1})"),
            "mutants[0]: unknown member 'teirs'");
  EXPECT_EQ(ErrorOf(R"({"name": "a", "about": "b", "clause": "CAD-1", "tiers": "O",
                        "edits": [{"old": "x", "new": "y", "time": 2}]})"),
            "mutants[0].edits[0]: unknown member 'time'");
  EXPECT_EQ(ErrorOf(R"({"name": "a", "name": "b"})"),
            "mutants.json: member 'name' stands twice in one object");
}

}  // namespace
}  // namespace proctor
