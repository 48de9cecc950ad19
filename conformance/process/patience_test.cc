#include "conformance/process/patience.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1000 * kMs;
constexpr int64_t kStart = 1000 * kSecond;

// Waits as long as it may, every wait too long by `late_ns`; returns when the time is up.
int64_t EndsNs(Patience& patience, int64_t now_ns, int64_t late_ns) {
  for (int64_t wait_ns; (wait_ns = patience.NextWaitNs(now_ns)) > 0;) now_ns += wait_ns + late_ns;
  return now_ns;
}

TEST(PatienceTest, TheTimeIsUpAtTheDeadline) {
  Patience patience(kStart + 5 * kSecond);
  EXPECT_EQ(EndsNs(patience, kStart, 0), kStart + 5 * kSecond);
}

TEST(PatienceTest, ADeadlineThatHasPassedGivesNoTime) {
  Patience patience(kStart);
  EXPECT_EQ(patience.NextWaitNs(kStart + kSecond), 0);
}

TEST(PatienceTest, WaitsThatLastALittleTooLongGiveNoTime) {
  Patience patience(kStart + 5 * kSecond);
  EXPECT_LE(EndsNs(patience, kStart, 20 * kMs), kStart + 5 * kSecond + 20 * kMs);
}

TEST(PatienceTest, AStandstillDoesNotCount) {
  Patience patience(kStart + 5 * kSecond);
  ASSERT_EQ(patience.NextWaitNs(kStart), Patience::kTurnNs);
  // Suspended for 10 s in the first turn.
  EXPECT_EQ(EndsNs(patience, kStart + 10 * kSecond, 0), kStart + 15 * kSecond);
}

TEST(PatienceTest, OneInTheLastTurnGivesItAnew) {
  Patience patience(kStart + 50 * kMs);
  ASSERT_EQ(patience.NextWaitNs(kStart), 50 * kMs);
  EXPECT_EQ(patience.NextWaitNs(kStart + kSecond), 50 * kMs);
  EXPECT_EQ(patience.NextWaitNs(kStart + kSecond + 50 * kMs), 0);
}

TEST(PatienceTest, ItEndsAlsoWhereEveryWaitIsAStandstill) {
  Patience patience(kStart + kSecond);
  EXPECT_LE(EndsNs(patience, kStart, kSecond),
            kStart + 2 * kSecond + Patience::kMostNs + 10 * Patience::kTurnNs);
}

}  // namespace
}  // namespace proctor
