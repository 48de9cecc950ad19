#include "conformance/statistics/comparison.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace proctor {
namespace {

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(Median({}), 0);
  EXPECT_EQ(Median(std::vector<int64_t>{5, 1, 3}), 3);
  EXPECT_EQ(Median(std::vector<int64_t>{4, 1, 3, 2}), 2.5);
}

TEST(MannWhitney, KnowsTheTextbook) {
  // The ranks of `a` add up to 31, so U = 3: z = (24.5 - 3 - 0.5) / sqrt(7 * 7 * 15 / 12) = 2.683.
  const std::vector<int64_t> a = {1, 2, 3, 4, 5, 7, 9};
  const std::vector<int64_t> b = {6, 8, 10, 11, 12, 13, 14};
  EXPECT_NEAR(MannWhitney(a, b), 0.0073, 0.0001);
  EXPECT_EQ(MannWhitney(a, b), MannWhitney(b, a));
}

TEST(MannWhitney, NothingToTellApart) {
  EXPECT_EQ(MannWhitney({}, std::vector<int64_t>{1}), 1);
  EXPECT_EQ(MannWhitney(std::vector<int64_t>{3, 3, 3}, std::vector<int64_t>{3, 3}), 1);
}

// How often it cries wolf, and how often it finds 10 %, of the values of a fixed seed.
TEST(MannWhitney, TheErrorIsWhatItSays) {
  std::mt19937_64 random(7);
  const auto draw = [&](int64_t centre) {
    std::vector<int64_t> values;
    for (int i = 0; i < 12; ++i) values.push_back(centre + static_cast<int64_t>(random() % 101));
    return values;
  };
  int false_alarms = 0, found = 0;
  for (int i = 0; i < 2000; ++i) {
    false_alarms += MannWhitney(draw(1000), draw(1000)) < 0.01;
    found += MannWhitney(draw(1000), draw(1100)) < 0.01;
  }
  EXPECT_LT(false_alarms, 40);
  EXPECT_GT(found, 1990);
}

TEST(BootstrapMedian, HoldsTheMedianAndGrowsWithTheSpread) {
  const std::vector<int64_t> narrow = {100, 101, 102, 103, 104, 105, 106, 107, 108};
  const std::vector<int64_t> wide = {10, 50, 80, 100, 104, 120, 150, 180, 200};
  const Interval one = BootstrapMedian(narrow), other = BootstrapMedian(wide);
  EXPECT_LE(one.low, 104);
  EXPECT_GE(one.high, 104);
  EXPECT_GT(other.high - other.low, one.high - one.low);
  EXPECT_EQ(BootstrapMedian({}).high, 0);
}

}  // namespace
}  // namespace proctor
