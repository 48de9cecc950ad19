#include "conformance/statistics/statistics.h"

#include <gtest/gtest.h>

#include <random>

namespace proctor {
namespace {

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

TEST(ShareTest, RejectsWhatBeginsToFailLate) {
  ShareTest test({});
  for (int i = 0; i < 1'000; ++i) test.Add(false);
  for (int i = 0; i < 3; ++i) test.Add(true);
  EXPECT_EQ(test.decision(), ShareTest::Decision::kKept);
  for (int i = 0; i < 3; ++i) test.Add(true);
  EXPECT_EQ(test.decision(), ShareTest::Decision::kBroken);
  for (int i = 0; i < 1'000; ++i) test.Add(false);
  EXPECT_EQ(test.decision(), ShareTest::Decision::kBroken);
}

// A whole scenario's samples, not only up to a decision.
TEST(ShareTest, RejectsNoRightOneInManySamples) {
  std::mt19937_64 random(1);
  std::bernoulli_distribution exceeds(0.01);
  int64_t rejected = 0;
  for (int64_t run = 0; run < 5'000; ++run) {
    ShareTest test({});
    for (int i = 0; i < 400; ++i) test.Add(exceeds(random));
    rejected += test.decision() == ShareTest::Decision::kBroken ? 1 : 0;
  }
  EXPECT_LE(rejected, 10);
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
