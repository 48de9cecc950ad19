#include "conformance/statistics/statistics.h"

#include <gtest/gtest.h>

#include <random>

namespace proctor {
namespace {

TEST(Statistics, RejectionCountsAreThoseOfTheTables) {
  EXPECT_EQ(RejectionCount(500, 0.01, 1e-3), 14);
  EXPECT_LE(UpperTail(500, 14, 0.01), 1e-3);
  EXPECT_GT(UpperTail(500, 13, 0.01), 1e-3);
  EXPECT_NEAR(UpperTail(500, 14, 0.05), 0.994, 5e-4);
}

TEST(Statistics, SamplesThatProveAShare) {
  EXPECT_EQ(SamplesToProve(0.01, 0.95), 299);
  EXPECT_EQ(SamplesToProve(0.01, 0.99), 459);
  EXPECT_EQ(SamplesToProve(0.01, 0.999), 688);
}

TEST(Statistics, ExactIntervalIsClopperAndPearsons) {
  const Interval none = ExactInterval(10, 0, 0.95);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.3085, 1e-4);
  const Interval some = ExactInterval(20, 5, 0.95);
  EXPECT_NEAR(some.low, 0.0866, 1e-4);
  EXPECT_NEAR(some.high, 0.4910, 1e-4);
  EXPECT_EQ(ExactInterval(7, 7, 0.95).high, 1);
}

TEST(ShareTest, DecidesBothWays) {
  ShareTest kept({});
  int64_t needed = 0;
  while (kept.decision() == ShareTest::Decision::kOpen) {
    kept.Add(false);
    ++needed;
  }
  EXPECT_EQ(kept.decision(), ShareTest::Decision::kKept);
  EXPECT_EQ(needed, 32);

  ShareTest broken({});
  while (broken.decision() == ShareTest::Decision::kOpen) broken.Add(true);
  EXPECT_EQ(broken.decision(), ShareTest::Decision::kBroken);
  EXPECT_EQ(broken.samples(), 3);

  ShareTest open({});
  for (int i = 0; i < 10; ++i) open.Add(i == 3);
  EXPECT_EQ(open.decision(), ShareTest::Decision::kOpen);
}

TEST(ShareTest, ErrorsStayWithinThePlan) {
  // A fixed seed: the counts below are those of this very sequence, and far from what the plan
  // allows.
  std::mt19937_64 random(1);
  const auto rejected = [&](double share, int64_t runs) {
    std::bernoulli_distribution exceeds(share);
    int64_t count = 0;
    for (int64_t i = 0; i < runs; ++i) {
      ShareTest test({});
      while (test.decision() == ShareTest::Decision::kOpen) test.Add(exceeds(random));
      count += test.decision() == ShareTest::Decision::kBroken ? 1 : 0;
    }
    return count;
  };
  EXPECT_LE(rejected(0.01, 20'000), 30);
  EXPECT_GE(rejected(0.10, 2'000), 1'900);
}

}  // namespace
}  // namespace proctor
