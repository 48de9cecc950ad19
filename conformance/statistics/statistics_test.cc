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
