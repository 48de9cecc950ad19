#include "conformance/world/locks.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int32_t kOther = kForeignM;

TEST(Locks, KnowTheirOwners) {
  TestRuntime w(Idle(1));
  EXPECT_FALSE(w->locks.Held(LockId::kAllP));
  w->locks.Take(LockId::kAllP, kOther);
  EXPECT_TRUE(w->locks.HeldByAnother(LockId::kAllP, kMainM));
  EXPECT_FALSE(w->locks.HeldByAnother(LockId::kAllP, kOther));
  EXPECT_EQ(w->locks.FirstHeldByMonitor(), std::nullopt);
  w->locks.MonitorTakes(PROCTOR_LOCK_TIMERS);
  EXPECT_EQ(w->locks.FirstHeldByMonitor(), LockId::kTimers);
  w->locks.MonitorDrops(PROCTOR_LOCK_TIMERS);
  w->locks.Drop(LockId::kAllP, kOther);
  EXPECT_FALSE(w->locks.Held(LockId::kAllP));
  EXPECT_FALSE(w->ended());
}

// A thread whose step needs the sched lock goes on when it is free again.
TEST(Locks, AStepWaitsForTheSchedLock) {
  TestRuntime w(WithTasks(1, {{.ops = {For(Op::kSpin, 1'000)}}}));
  w->locks.Take(LockId::kSched, kOther);
  w.Run(10'000'000);
  EXPECT_EQ(w.Count(EventKind::kTaskEnd), 0);
  w->locks.Drop(LockId::kSched, kOther);
  w.Run(10'000'000);
  EXPECT_EQ(w.Count(EventKind::kTaskEnd), 1);
}

TEST(Locks, MisuseEndsTheWorld) {
  TestRuntime twice(Idle(1));
  twice->locks.MonitorTakes(PROCTOR_LOCK_SCHED);
  EXPECT_FALSE(twice->locks.CanTake(LockId::kSched, "inject"));
  EXPECT_EQ(twice->run().message,
            "the monitor calls inject with the sched lock held, which that takes");
  TestRuntime none(Idle(1));
  none->locks.MonitorDrops(-1);
  EXPECT_EQ(none->run().end, WorldEnd::kPortMisuse);
}

}  // namespace
}  // namespace proctor
