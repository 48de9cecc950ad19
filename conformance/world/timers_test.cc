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

// It fires for its own where it is not stopped, and the scenario waits for it.
TEST(Timers, OnesThatFireForTheirOwnAreSetStoppedAndReset) {
  constexpr int64_t kMs = 1'000'000;
  TestRuntime w(WithTasks(
      1, {{.ops = {SetTimer(0, 5 * kMs), SetTimer(1, 5 * kMs), SetTimer(2, 90 * kMs), StopTimer(0),
                   StopTimer(0), ResetTimer(1, 40 * kMs), ResetTimer(2, 20 * kMs)}}}));
  w.Run(10 * kMs);
  EXPECT_EQ(w.Count(EventKind::kTaskEnd), 1);
  EXPECT_EQ(w.Count(EventKind::kTimerAnswer), 7);
  EXPECT_EQ(w.Count(EventKind::kTimerExpired), 0);
  EXPECT_EQ(w->timers.own(), 2);
  w.Run(20 * kMs);
  EXPECT_EQ(w.Count(EventKind::kTimerExpired), 1);
  EXPECT_EQ(w.Last(EventKind::kTimerExpired).Get(Arg::kTimer), 2);
  EXPECT_EQ(w.Count(EventKind::kScenarioEnd), 0);
  w.Run(30 * kMs);
  EXPECT_EQ(w.Last(EventKind::kTimerExpired).Get(Arg::kTimer), 1);
  EXPECT_EQ(w.Count(EventKind::kTimerExpired), 2);
  EXPECT_EQ(w.Count(EventKind::kScenarioEnd), 1);
}

TEST(Timers, AreKeptWhereATaskChangesTheNumberOfProcessors) {
  constexpr int64_t kMs = 1'000'000;
  TestRuntime w(WithTasks(3, {{.ops = {SetTimer(0, 30 * kMs), ChangeProcs(1)}},
                              {.ops = {SetTimer(0, 30 * kMs), ChangeProcs(2)}},
                              {.ops = {SetTimer(0, 30 * kMs), ChangeProcs(1)}}}));
  w.Run(25 * kMs);
  EXPECT_EQ(w.Count(EventKind::kProcsChanged), 3);
  EXPECT_EQ(w.Count(EventKind::kTaskEnd), 3);
  w.Run(25 * kMs);
  EXPECT_EQ(w.Count(EventKind::kTimerExpired), 3);
  EXPECT_EQ(w.Count(EventKind::kScenarioEnd), 1);
}

}  // namespace
}  // namespace proctor
