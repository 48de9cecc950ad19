// Who spins, and when another thread has to be woken for it. spinning_model_test goes through the
// orders of several threads.

#include "runtime/scheduler/spinning_threads.h"

#include "gtest/gtest.h"
#include "runtime/scheduler/scheduler_trace.h"

namespace proctor::runtime {
namespace {

struct Spinner {
  bool spinning = false;
};

struct Idle {
  int32_t processors = 0;
  int32_t count(std::memory_order) const { return processors; }
};

TEST(SpinningThreads, JoinAndLeaveAreCounted) {
  SpinningThreads spinning;
  Spinner a, b;
  spinning.Join(kNoTrace, a);
  spinning.Join(kNoTrace, b);
  EXPECT_TRUE(a.spinning);
  EXPECT_EQ(spinning.count(), 2);
  spinning.Leave(kNoTrace, a);
  EXPECT_FALSE(a.spinning);
  EXPECT_EQ(spinning.count(), 1);
  EXPECT_FALSE(spinning.TryJoinFirst());
  spinning.Leave(kNoTrace, b);
  EXPECT_TRUE(spinning.TryJoinFirst());
  EXPECT_EQ(spinning.count(), 1);
  spinning.Cancel(kNoTrace);
  EXPECT_EQ(spinning.count(), 0);
}

TEST(SpinningThreads, AWakeIsDueIfNobodySpinsAndAProcessorIsIdle) {
  SpinningThreads spinning;
  Spinner spinner;
  EXPECT_TRUE(spinning.WakeIsDue(Idle{1}));
  EXPECT_FALSE(spinning.wanted());
  spinning.Join(kNoTrace, spinner);
  EXPECT_FALSE(spinning.WakeIsDue(Idle{1}));
  spinning.Leave(kNoTrace, spinner);
  EXPECT_TRUE(spinning.WakeIsDue(Idle{1}));
}

TEST(SpinningThreads, WithoutAnIdleProcessorOneIsWanted) {
  SpinningThreads spinning;
  EXPECT_FALSE(spinning.WakeIsDue(Idle{0}));
  EXPECT_TRUE(spinning.wanted());
  EXPECT_FALSE(spinning.WakeIsDue(Idle{0}));
  spinning.Fulfil();
  EXPECT_FALSE(spinning.wanted());
  spinning.Want();
  EXPECT_TRUE(spinning.wanted());
}

// A processor becomes idle between the two looks.
struct IdleAtSecondLook {
  mutable int looks = 0;
  int32_t count(std::memory_order) const { return looks++; }
};

TEST(SpinningThreads, AProcessorThatGoesIdleMeanwhileIsSeen) {
  SpinningThreads spinning;
  EXPECT_TRUE(spinning.WakeIsDue(IdleAtSecondLook{}));
}

TEST(SpinningThreadsDeathTest, FewerThanNoneEndTheProcess) {
  SpinningThreads spinning;
  EXPECT_DEATH(spinning.Cancel(kNoTrace), "-1 threads spin");
}

}  // namespace
}  // namespace proctor::runtime
