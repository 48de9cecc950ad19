// Every mutant is killed by its clause, within the suite's own budget, and its clause is among
// those that notice it first. The matrix clause x mutant goes to the test's outputs: mutants.md and
// mutants.csv, in each shard the rows of its own mutants.

#include "conformance/implementations/reference/mutants/mutants.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/implementations/reference/mutants/monitor_mutants.h"
#include "conformance/implementations/reference/reference.h"
#include "conformance/mutants/hunt.h"

namespace proctor {
namespace {

// Collects the rows, and writes them at the end.
class Matrix : public testing::Environment {
 public:
  void Add(const Hunt& hunt) { hunts_.push_back(hunt); }

  void TearDown() override {
    const char* directory = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (directory == nullptr || hunts_.empty()) return;
    const std::string path = std::string(directory) + "/mutants";
    EXPECT_TRUE(std::ofstream(path + ".md") << MatrixMarkdown(hunts_)) << path;
    EXPECT_TRUE(std::ofstream(path + ".csv") << MatrixCsv(hunts_)) << path;
  }

 private:
  std::vector<Hunt> hunts_;
};

Matrix* const matrix = static_cast<Matrix*>(testing::AddGlobalTestEnvironment(new Matrix));

std::string Names(const std::set<ClauseId>& clauses) {
  std::string names;
  for (const ClauseId clause : clauses) names += " " + std::string(ClauseName(clause));
  return names;
}

Hunt ExpectKilled(const Mutant& mutant) {
  Hunt hunt = HuntForAll(mutant);
  EXPECT_TRUE(hunt.killed()) << mutant.name << " survives: "
                             << ClauseName(mutant.consequence.value_or(mutant.clause))
                             << " is not violated in " << hunt.worlds
                             << " worlds; violated are:" << Names(hunt.noticed);
  if (hunt.killed()) {
    EXPECT_TRUE(hunt.killed_at_once())
        << mutant.name << " is accused of something else first:" << Names(hunt.first)
        << ", and not of " << ClauseName(mutant.clause);
  }
  return hunt;
}

class MutantTest : public testing::TestWithParam<Mutant> {};

TEST_P(MutantTest, IsKilled) { matrix->Add(ExpectKilled(GetParam())); }

INSTANTIATE_TEST_SUITE_P(All, MutantTest, testing::ValuesIn(Mutants().begin(), Mutants().end()),
                         [](const auto& info) { return std::string(info.param.name); });

// A mutant that is none: what kills it would kill anything.
TEST(Canary, TheReferenceSurvives) {
  static const Mutant reference = {
      .name = "unmodified",
      .clause = ClauseId::kCAD_2,
      .text = "deviates in nothing",
      .origin = "",
      .profile = kDefaultProfile,
      .subject = {.name = "unmodified", .implementation = &ReferenceImplementation()}};
  static Hunt hunt;
  EXPECT_NONFATAL_FAILURE(hunt = ExpectKilled(reference), "unmodified survives");
  EXPECT_TRUE(hunt.noticed.empty()) << ClauseName(*hunt.noticed.begin());
  EXPECT_GT(hunt.worlds, 2'000);
  EXPECT_NE(MatrixCsv({&hunt, 1}).find(",!"), std::string::npos);
}

TEST(Mutants, EveryClauseOfTierVKillsOne) {
  std::set<ClauseId> killers;
  for (const Mutant& mutant : Mutants()) {
    killers.insert(mutant.clause);
    if (mutant.consequence) killers.insert(*mutant.consequence);
  }
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & kV) == 0) continue;
    EXPECT_TRUE(killers.contains(clause.id)) << clause.name;
  }
}

TEST(Mutants, AreKnownByTheirNames) {
  std::set<std::string_view> names;
  for (const Mutant& mutant : Mutants()) {
    EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name << " is there twice";
    EXPECT_EQ(FindMutant(mutant.name), &mutant);
    EXPECT_FALSE(mutant.text.empty()) << mutant.name;
    EXPECT_TRUE((GetClause(mutant.clause).profiles & mutant.profile) != 0)
        << mutant.name << " is hunted in a profile without " << ClauseName(mutant.clause);
  }
  EXPECT_GE(names.size(), 60u);
  for (const MonitorMutant& mutant : MonitorMutants()) {
    EXPECT_EQ(FindMonitorMutant(mutant.name), &mutant);
    EXPECT_TRUE(names.contains(mutant.name)) << mutant.name;
  }
  EXPECT_EQ(FindMutant("unmodified"), nullptr);
  EXPECT_EQ(FindMonitorMutant("unmodified"), nullptr);
}

}  // namespace
}  // namespace proctor
