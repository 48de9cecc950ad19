#include "conformance/observer/sleep_pattern.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

constexpr int64_t kUs = 1'000;
constexpr int64_t kMs = 1'000'000;

SleepPattern Of(int64_t times, int64_t duration_ns, SleepPattern pattern = {}) {
  for (int64_t i = 0; i < times; ++i) pattern.Add(duration_ns);
  return pattern;
}

TEST(SleepPatternTest, AMonitorBeginsWithTheShortestSleepsAndDoublesThem) {
  SleepPattern pattern = Of(51, 20 * kUs);
  EXPECT_TRUE(pattern.BeginsLikeAMonitor());
  EXPECT_FALSE(pattern.DoublesLikeAMonitor());
  pattern.Add(40 * kUs);
  EXPECT_TRUE(pattern.DoublesLikeAMonitor());
  EXPECT_TRUE(Of(5, 10 * kMs, pattern).BeginsLikeAMonitor()) << "once shown it stays so";
}

TEST(SleepPatternTest, AnAdapterMayDeclareAnotherSleep) {
  const SleepPattern pattern = Of(3, 10 * kMs, Of(10, 3 * kMs));
  EXPECT_TRUE(pattern.BeginsLikeAMonitor(3 * kMs));
  EXPECT_FALSE(pattern.BeginsLikeAMonitor(10 * kMs)) << "three of them tell nothing";
  EXPECT_FALSE(pattern.BeginsLikeAMonitor());
}

TEST(SleepPatternTest, ThreadsThatNapAreNone) {
  for (const int64_t duration_ns : {kUs, 10 * kUs, 100 * kUs, 500 * kUs, kMs, 10 * kMs, 60 * kMs}) {
    EXPECT_FALSE(Of(1000, duration_ns).BeginsLikeAMonitor()) << duration_ns;
    EXPECT_TRUE(Of(10, duration_ns).Ticks()) << duration_ns;
  }
  EXPECT_FALSE(Of(9, kMs).Ticks());
  EXPECT_FALSE(Of(1, 500 * kMs, Of(50, kMs)).Ticks());
  SleepPattern backs_off;
  for (int64_t duration_ns = 5 * kUs; duration_ns < kMs; duration_ns *= 2)
    backs_off.Add(duration_ns);
  EXPECT_FALSE(backs_off.BeginsLikeAMonitor());
}

}  // namespace
}  // namespace proctor
