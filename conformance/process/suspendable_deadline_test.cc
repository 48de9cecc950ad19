#include "conformance/process/suspendable_deadline.h"

#include <gtest/gtest.h>

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1000 * kMs;
constexpr int64_t kStart = 1000 * kSecond;

// Waits as long as it may, every wait too long by `late_ns`; returns when the time is up.
int64_t EndsNs(SuspendableDeadline& deadline, int64_t now_ns, int64_t late_ns) {
  for (int64_t wait_ns; (wait_ns = deadline.NextWaitNs(now_ns)) > 0;) now_ns += wait_ns + late_ns;
  return now_ns;
}

TEST(SuspendableDeadlineTest, TheTimeIsUpAtTheDeadline) {
  SuspendableDeadline deadline(kStart + 5 * kSecond);
  EXPECT_EQ(EndsNs(deadline, kStart, 0), kStart + 5 * kSecond);
}

TEST(SuspendableDeadlineTest, ADeadlineThatHasPassedGivesNoTime) {
  SuspendableDeadline deadline(kStart);
  EXPECT_EQ(deadline.NextWaitNs(kStart + kSecond), 0);
}

TEST(SuspendableDeadlineTest, WaitsThatLastALittleTooLongGiveNoTime) {
  SuspendableDeadline deadline(kStart + 5 * kSecond);
  EXPECT_LE(EndsNs(deadline, kStart, 20 * kMs), kStart + 5 * kSecond + 20 * kMs);
}

TEST(SuspendableDeadlineTest, AStandstillDoesNotCount) {
  SuspendableDeadline deadline(kStart + 5 * kSecond);
  ASSERT_EQ(deadline.NextWaitNs(kStart), SuspendableDeadline::kTurnNs);
  // Suspended for 10 s in the first turn.
  EXPECT_EQ(EndsNs(deadline, kStart + 10 * kSecond, 0), kStart + 15 * kSecond);
}

TEST(SuspendableDeadlineTest, OneInTheLastTurnGivesItAnew) {
  SuspendableDeadline deadline(kStart + 50 * kMs);
  ASSERT_EQ(deadline.NextWaitNs(kStart), 50 * kMs);
  EXPECT_EQ(deadline.NextWaitNs(kStart + kSecond), 50 * kMs);
  EXPECT_EQ(deadline.NextWaitNs(kStart + kSecond + 50 * kMs), 0);
}

TEST(SuspendableDeadlineTest, ItEndsAlsoWhereEveryWaitIsAStandstill) {
  SuspendableDeadline deadline(kStart + kSecond);
  EXPECT_LE(EndsNs(deadline, kStart, kSecond), kStart + 2 * kSecond + SuspendableDeadline::kMostNs +
                                                   10 * SuspendableDeadline::kTurnNs);
}

}  // namespace
}  // namespace proctor
