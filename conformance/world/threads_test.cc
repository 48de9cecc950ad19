#include "conformance/world/threads.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

TEST(Threads, AnIdleThreadIsTakenBeforeANewOneIsMade) {
  TestRuntime w(Idle(3));
  const int32_t running = w->threads.Running();
  w->threads.StartThread(kMainM, w->processors.GetIdle(kMainM), false);
  EXPECT_EQ(w.Last(EventKind::kAssign).Get(Arg::kFresh), 1);
  EXPECT_EQ(w->threads.Running(), running + 1);
  w->threads.AddIdle(kMainM);
  w->threads.StartThread(kMainM, w->processors.GetIdle(kMainM), false);
  EXPECT_EQ(w.Last(EventKind::kAssign).Get(Arg::kFresh), 0);
  EXPECT_EQ(w.Last(EventKind::kAssign).Get(Arg::kThread), kMainM);
}

TEST(Threads, OneThatLooksForWorkIsEnough) {
  TestRuntime w(Idle(3));
  const int64_t before = w.Count(EventKind::kAssign);
  w->threads.SetSpinning(kMainM, 1 - w->threads.spinning());
  w->threads.WakeProcessor(kMainM);
  EXPECT_EQ(w.Count(EventKind::kAssign), before);
  w->threads.SetSpinning(kMainM, -1);
  w->threads.WakeProcessor(kMainM);
  EXPECT_EQ(w.Count(EventKind::kAssign), before + 1);
  EXPECT_EQ(w->threads.spinning(), 1);
}

TEST(Threads, TheDeadlockCheckCountsThoseThatCouldRun) {
  TestRuntime w(Idle(1));
  const int32_t running = w->threads.Running();
  w->threads.AddSystem(kMonitorM);
  EXPECT_EQ(w->threads.Running(), running - 1);
  w->threads.AddIdleLocked(kMonitorM, -1);
  EXPECT_EQ(w->threads.Running(), running);
}

}  // namespace
}  // namespace proctor
