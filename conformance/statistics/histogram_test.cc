#include "conformance/statistics/histogram.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace proctor {
namespace {

TEST(Histogram, BucketsFollowEachOtherWithoutAGap) {
  EXPECT_EQ(Histogram::BucketOf(-5), 0);
  EXPECT_EQ(Histogram::BucketOf(std::numeric_limits<int64_t>::max()), Histogram::kBucketsMost - 1);
  int64_t next = 0;
  for (int32_t bucket = 0; bucket < Histogram::kBucketsMost - 1; ++bucket) {
    ASSERT_EQ(Histogram::LeastOf(bucket), next) << bucket;
    ASSERT_EQ(Histogram::BucketOf(next), bucket);
    ASSERT_EQ(Histogram::BucketOf(Histogram::GreatestOf(bucket)), bucket);
    next = Histogram::GreatestOf(bucket) + 1;
  }
}

TEST(Histogram, TheErrorIsWithinWhatIsSaid) {
  for (int64_t value = 1; value < 1'000'000'000'000; value += value / 7 + 1) {
    const int64_t middle = Histogram::MiddleOf(Histogram::BucketOf(value));
    const auto error = static_cast<double>(middle > value ? middle - value : value - middle);
    ASSERT_LE(error, 0.016 * static_cast<double>(value)) << value;
  }
}

TEST(Histogram, QuantilesAreOfTheValues) {
  Histogram histogram;
  EXPECT_EQ(histogram.Quantile(0.5), 0);
  for (int64_t value = 1; value <= 30; ++value) histogram.Add(value);
  EXPECT_EQ(histogram.count(), 30);
  EXPECT_EQ(histogram.Quantile(0), 1);
  EXPECT_EQ(histogram.Quantile(0.5), 15);
  EXPECT_EQ(histogram.Quantile(0.99), 30);
  histogram.Add(1'000'003);
  EXPECT_EQ(histogram.Quantile(1), 1'000'003);
  EXPECT_LE(histogram.Quantile(0.999), 1'000'003);
}

TEST(Histogram, MergedIsAsIfOneHadAllValues) {
  Histogram all, one, other;
  for (int64_t value = 0; value < 100'000; value += 37) {
    all.Add(value);
    (value % 2 == 0 ? one : other).Add(value);
  }
  one.Merge(other);
  EXPECT_EQ(one, all);
}

}  // namespace
}  // namespace proctor
