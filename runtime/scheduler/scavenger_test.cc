// A wish is kept until the scavenger is really there.

#include "runtime/scheduler/scavenger.h"

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

class ScavengerTest : public testing::Test {
 protected:
  Task* Wake() {
    LockGuard guard(scavenger_.lock());
    return scavenger_.Wake(trace_);
  }
  void Park() {
    LockGuard guard(scavenger_.lock());
    scavenger_.Park(trace_);
  }

  SchedulerTrace trace_{nullptr, 0};
  Scavenger scavenger_;
  Task task_;
};

TEST_F(ScavengerTest, WithoutOneNothingIsAskedFor) {
  scavenger_.Ask(trace_);
  EXPECT_FALSE(scavenger_.ReadAsked(trace_));
}

TEST_F(ScavengerTest, IsWokenOnceForAWish) {
  scavenger_.set_task(&task_);
  Park();
  scavenger_.Ask(trace_);
  EXPECT_TRUE(scavenger_.ReadAsked(trace_));
  EXPECT_EQ(Wake(), &task_);
  EXPECT_FALSE(scavenger_.ReadAsked(trace_));
  EXPECT_EQ(Wake(), nullptr);
}

TEST_F(ScavengerTest, AWishStaysWhileItIsBusy) {
  scavenger_.set_task(&task_);
  scavenger_.Ask(trace_);
  EXPECT_EQ(Wake(), nullptr);
  EXPECT_TRUE(scavenger_.ReadAsked(trace_));
  Park();
  EXPECT_EQ(Wake(), &task_);
}

}  // namespace
}  // namespace proctor::runtime
