#include "conformance/world/processors.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

TEST(Processors, StartIdleButTheFirst) {
  const Scenario scenario = WithTasks(4, {{.ops = {For(Op::kSpin, 1)}, .start = false}});
  TestRuntime w(scenario, Still(scenario));
  EXPECT_EQ(w->processors.At(0).m, kMainM);
  EXPECT_EQ(w->processors.idle(), 3);
  EXPECT_EQ(w->processors.GetIdle(kMainM), 1);
  w->processors.PutIdle(kMainM, 1);
  EXPECT_EQ(w->processors.GetIdle(kMainM), 1) << "the last one comes first";
}

TEST(Processors, ChangeHands) {
  TestRuntime w(WithTasks(1, {{.ops = {For(Op::kSpin, 1)}, .start = false}}));
  w->processors.Release(kMainM, PROCTOR_P_SYSCALL);
  EXPECT_EQ(w->processors.At(0).m, kNobody);
  EXPECT_EQ(w->threads.At(kMainM).p, kNobody);
  EXPECT_EQ(w.Last(EventKind::kRelease).p, 0);
  w->processors.Acquire(kMainM, 0);
  EXPECT_EQ(w->processors.At(0).status, PROCTOR_P_RUNNING);
  EXPECT_EQ(w.Last(EventKind::kAcquire).m, kMainM);
}

TEST(Processors, ASafePointFunctionRunsOnce) {
  TestRuntime w(Idle(1));
  w->processors.AskForSafePoint(kForeignM);
  w->processors.RunSafePoint(kMainM, 0);
  w->processors.RunSafePoint(kMainM, 0);
  EXPECT_EQ(w.Count(EventKind::kSafePointRun), 1);
}

}  // namespace
}  // namespace proctor
