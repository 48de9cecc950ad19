// How many processors have still to stop, and who wakes the stopper.

#include "runtime/scheduler/world_stop.h"

#include "gtest/gtest.h"

namespace proctor::runtime {
namespace {

class WorldStopTest : public testing::Test {
 protected:
  SchedulerTrace trace_{nullptr, 0};
  SchedLock lock_{trace_};
  WorldStop stop_;
};

TEST_F(WorldStopTest, TheLastOneThatStopsWakesTheStopper) {
  EXPECT_FALSE(stop_.pending());
  lock_.Acquire();
  stop_.Begin(trace_, 3);
  EXPECT_TRUE(stop_.pending());
  stop_.Count(trace_);
  EXPECT_TRUE(stop_.waits());
  stop_.CountAndWake(trace_);
  EXPECT_TRUE(stop_.waits());
  EXPECT_FALSE(stop_.SleepFor(0));
  stop_.CountAndWake(trace_);
  EXPECT_FALSE(stop_.waits());
  EXPECT_TRUE(stop_.SleepFor(0));
  stop_.End(trace_);
  EXPECT_FALSE(stop_.pending());
  lock_.Release();
}

TEST_F(WorldStopTest, TheStopperWakesItselfOfNothing) {
  const SchedGuard guard(lock_);
  stop_.Begin(trace_, 1);
  stop_.Count(trace_);
  EXPECT_FALSE(stop_.waits());
  EXPECT_FALSE(stop_.SleepFor(0));
}

TEST_F(WorldStopTest, ANewStopForgetsTheWakeBefore) {
  const SchedGuard guard(lock_);
  stop_.Begin(trace_, 1);
  stop_.CountAndWake(trace_);
  stop_.Begin(trace_, 1);
  EXPECT_FALSE(stop_.SleepFor(0));
}

TEST_F(WorldStopTest, OneTooManyEndsTheProcess) {
  const SchedGuard guard(lock_);
  stop_.Begin(trace_, 0);
  EXPECT_DEATH(stop_.CountAndWake(trace_), "more processors have stopped than there are");
}

}  // namespace
}  // namespace proctor::runtime
