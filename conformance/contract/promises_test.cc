#include "conformance/contract/promises.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

// The clauses that are not promised, as "PRE-5.X SLICE-3.O ...".
std::string NotPromised(const Promises& promises) {
  std::string names;
  for (const Clause& clause : Clauses()) {
    for (const Tier tier : kTiers) {
      if ((clause.tiers & tier) == 0 || WhyNotPromised(promises, clause.id, tier).empty()) continue;
      names +=
          (names.empty() ? "" : " ") + std::string(clause.name) + "." + std::string(TierName(tier));
    }
  }
  return names;
}

TEST(Promises, WhoDeclaresNothingAbsentPromisesAll) { EXPECT_EQ(NotPromised({}), ""); }

TEST(Promises, WithoutPreemptionNoClauseAsksForIt) {
  const Promises none{.preemption = PreemptionKind::kNone};
  EXPECT_EQ(NotPromised(none),
            "POLL-7.X SLICE-3.O SLICE-3.X SLICE-4.O PRE-1.O PRE-3.X PRE-4.O PRE-5.X TIME-2.X");
  EXPECT_EQ(WhyNotPromised(none, ClauseId::kPRE_5, kX), "\"preemption\":\"none\"");
}

TEST(Promises, AtSafepointsOnlyTheSignalsAreMissing) {
  EXPECT_EQ(NotPromised({.preemption = PreemptionKind::kSafepoint}),
            "SLICE-3.O SLICE-4.O PRE-1.O PRE-3.X PRE-4.O");
}

TEST(Promises, WithoutADetectorNothingIsSaidOfDeadlocks) {
  const Promises quiet{.reports_deadlock = false};
  EXPECT_EQ(NotPromised(quiet), "ID-3.X DEAD-3.X DEAD-4.X DEAD-5.X");
  EXPECT_EQ(WhyNotPromised(quiet, ClauseId::kDEAD_3, kX), "\"reports_deadlock\":false");
}

TEST(Promises, ACallThatTheRuntimeIsNotToldOfTakesItsProcessorAlong) {
  EXPECT_EQ(NotPromised({.blocking = BlockingKind::kUntold}),
            "CAD-3.O CAD-4.O DEEP-9.O DEEP-9.X SYS-1.O SYS-2.O SYS-3.O SYS-4.O SYS-4.X SYS-5.O");
}

}  // namespace
}  // namespace proctor
