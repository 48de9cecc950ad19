#include "conformance/world/timers.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

TEST(Timers, TheEarliestOfAllProcessorsCounts) {
  TestRuntime w(WithTasks(2, {{.ops = {For(Op::kSleep, 500'000'000)}, .start = false}}));
  const int32_t g = w->tasks.NewTask(0);
  EXPECT_EQ(w->timers.EarliestNs(), kNoTimer);
  w->timers.Add(kMainM, 1, kBootNs + 300, g);
  w->timers.Add(kMainM, 0, kBootNs + 500, g);
  EXPECT_EQ(w->timers.EarliestNs(), kBootNs + 300);
  w->timers.MoveAll(kMainM, 1, 0);
  EXPECT_TRUE(w->processors.At(1).timers.empty());
  EXPECT_EQ(w->timers.EarliestNs(), kBootNs + 300);
  EXPECT_EQ(w->timers.count(), 2);
}

TEST(Timers, OnlyOverdueOnesRun) {
  TestRuntime w(WithTasks(1, {{.ops = {For(Op::kSpin, 1)}, .start = false}}));
  const int32_t early = w->tasks.NewTask(0);
  const int32_t late = w->tasks.NewTask(0);
  w->timers.Add(kMainM, 0, w->loop.now_ns(), early);
  w->timers.Add(kMainM, 0, w->loop.now_ns() + 1, late);
  w->timers.Run(kMainM, 0);
  EXPECT_EQ(w.Count(EventKind::kTimerFired), 1);
  EXPECT_EQ(w->tasks.At(early).status, TaskStatus::kRunnable);
  EXPECT_EQ(w->timers.count(), 1);
}

}  // namespace
}  // namespace proctor
