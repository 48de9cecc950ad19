#include "conformance/judge/stalls.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

void Stall(Stalls& stalls, int64_t end_ns, int64_t duration_ns) {
  stalls.Observe(MakeEvent(end_ns, EventKind::kStall, {{Arg::kDurationNs, duration_ns}}));
}

TEST(StallsTest, CountsWhatOverlaps) {
  Stalls stalls;
  Stall(stalls, 200, 50);
  Stall(stalls, 1000, 700);
  EXPECT_EQ(stalls.Within(0, 100), 0);
  EXPECT_EQ(stalls.Within(0, 160), 10);
  EXPECT_EQ(stalls.Within(190, 310), 20);
  EXPECT_EQ(stalls.Within(400, 500), 100);
  EXPECT_EQ(stalls.Within(1000, 2000), 0);
}

TEST(StallsTest, ALongOneIsFoundBehindShortOnes) {
  Stalls stalls;
  for (int64_t end_ns = 100; end_ns < 1000; end_ns += 100) Stall(stalls, end_ns, 2);
  Stall(stalls, 5000, 4500);
  EXPECT_EQ(stalls.Within(850, 890), 40);
}

TEST(StallsTest, TimeInWhichTwoCpusStalledCountsOnce) {
  Stalls stalls;
  Stall(stalls, 200, 100);
  Stall(stalls, 200, 100);
  EXPECT_EQ(stalls.Within(0, 300), 100);
  Stall(stalls, 220, 60);
  Stall(stalls, 230, 5);
  EXPECT_EQ(stalls.Within(0, 300), 125);
  Stall(stalls, 300, 250);
  EXPECT_EQ(stalls.Within(0, 300), 250);
  EXPECT_EQ(stalls.Within(60, 210), 150);
}

TEST(StallsTest, AStallOfAStoppedProcessCountsOnce) {
  Stalls stalls;
  Stall(stalls, 200, 100);
  stalls.Observe(MakeEvent(150, EventKind::kStopped));
  Stall(stalls, 400, 50);
  EXPECT_EQ(stalls.Within(0, 400), 300) << "it is still stopped";
  stalls.Observe(MakeEvent(450, EventKind::kContinued));
  EXPECT_EQ(stalls.Within(0, 500), 350);
}

TEST(StallsTest, TheLongestPieceIsOfOneStall) {
  Stalls stalls;
  for (int64_t end_ns = 100; end_ns < 1000; end_ns += 100) Stall(stalls, end_ns, 60);
  EXPECT_EQ(stalls.LongestWithin(0, 1000), 60);
  EXPECT_EQ(stalls.LongestWithin(180, 250), 20);
  Stall(stalls, 5000, 4500);
  EXPECT_EQ(stalls.LongestWithin(400, 900), 400);
}

TEST(StallsTest, AStoppedProcessIsStalledUntilItIsContinued) {
  Stalls stalls;
  stalls.Observe(MakeEvent(100, EventKind::kStopped));
  stalls.Observe(MakeEvent(150, EventKind::kStopped));
  EXPECT_EQ(stalls.Within(0, 1000), 50) << "as far as the evidence goes";
  stalls.Observe(MakeEvent(300, EventKind::kContinued));
  stalls.Observe(MakeEvent(400, EventKind::kContinued));
  EXPECT_EQ(stalls.Within(0, 1000), 200);
}

TEST(StallsTest, TooManyAreAllTimeSinceThen) {
  Stalls stalls;
  for (int64_t i = 1; i <= 65'536; ++i) Stall(stalls, 10 * i, 1);
  EXPECT_EQ(stalls.Within(700'000, 800'000), 0);
  Stall(stalls, 800'000, 1);
  stalls.Observe(MakeEvent(900'000, EventKind::kScenarioEnd));
  EXPECT_EQ(stalls.Within(700'000, 900'000), 100'001);
}

}  // namespace
}  // namespace proctor
