#include "conformance/implementations/reference/mutants/timer_mutants.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "conformance/adapter/driver.h"
#include "conformance/judge/panel.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

// The clauses that tier X says are violated.
std::set<ClauseId> Broken(const Run& run) {
  Header header = run.header;
  header.tiers = kX;
  header.profile = kDefaultProfile;
  Panel panel(header);
  for (const Event& event : run.events) panel.Observe(event);
  std::set<ClauseId> broken;
  for (const Ruling& ruling : panel.Close()) {
    if (ruling.verdict == Verdict::kViolates) broken.insert(ruling.clause);
  }
  return broken;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const TimerMutant& mutant : TimerMutants()) names.emplace_back(mutant.name);
  return names;
}

class TimerMutantTest : public testing::TestWithParam<std::string> {};

TEST_P(TimerMutantTest, IsNoticedByItsClause) {
  const TimerMutant* mutant = FindTimerMutant(GetParam());
  ASSERT_NE(mutant, nullptr);
  const NamedScenario* named = FindScenario(mutant->scenario);
  ASSERT_NE(named, nullptr);
  const proctor::Run run =
      RunScenario({.argv = {"conformance/implementations/reference/mutants/adapter", GetParam()}},
                  named->scenario);
  EXPECT_NE(run.outcome, Outcome::kError) << run.message;
  std::string all;
  const std::set<ClauseId> broken = Broken(run);
  for (const ClauseId clause : broken) all += " " + std::string(ClauseName(clause));
  EXPECT_TRUE(broken.contains(mutant->clause))
      << ClauseName(mutant->clause) << " is not among:" << all << "; " << run.message;
}

INSTANTIATE_TEST_SUITE_P(Mutants, TimerMutantTest, testing::ValuesIn(Names()),
                         [](const auto& info) { return info.param; });

TEST(TimerMutants, ThereIsOneForEachClauseAboutTimersThatFireForTheirOwn) {
  std::set<ClauseId> clauses;
  for (const TimerMutant& mutant : TimerMutants()) clauses.insert(mutant.clause);
  using enum ClauseId;
  EXPECT_EQ(clauses, (std::set<ClauseId>{kTIME_1, kTIME_3, kTIME_5, kTIME_6, kTIME_7}));
}

}  // namespace
}  // namespace proctor
