// The turn goes from task to task in order.

#include "runtime/scheduler/stop_turn.h"

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

bool TryTake(StopTurn& turn, Task& task) {
  LockGuard guard(turn.lock());
  return turn.TryTake(&task);
}

TEST(StopTurn, OneHasItAndTheOthersFollowInOrder) {
  StopTurn turn;
  Task first, second, third;
  EXPECT_TRUE(TryTake(turn, first));
  EXPECT_FALSE(TryTake(turn, second));
  EXPECT_FALSE(TryTake(turn, third));
  EXPECT_EQ(turn.Give(), &second);
  EXPECT_FALSE(TryTake(turn, first));  // it has been handed over, not given up
  EXPECT_EQ(turn.Give(), &third);
  EXPECT_EQ(turn.Give(), &first);
  EXPECT_EQ(turn.Give(), nullptr);
  EXPECT_TRUE(TryTake(turn, second));
}

}  // namespace
}  // namespace proctor::runtime
