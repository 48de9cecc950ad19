#include "conformance/world/deadlock_check.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

// A task that waits for ever, and one more thread that is busy for some time.
Scenario Waiting() { return WithTasks(1, {{.ops = {{.op = Op::kReceive, .channel = 0}}}}); }

WorldEnd EndOf(const Knobs& knobs, int32_t system_threads) {
  TestRuntime w(Waiting(), knobs);
  for (int32_t i = 0; i < system_threads; ++i) w->threads.AddSystem(kMonitorM);
  w.Run(50'000'000);
  return w->ended() ? w->run().end : WorldEnd::kBudget;
}

TEST(DeadlockCheck, ReportsWhenNobodyCanGoOn) {
  EXPECT_EQ(EndOf(Knobs::Quiet(Waiting()), 1), WorldEnd::kDeadlock);
  EXPECT_EQ(EndOf(Knobs::Quiet(Waiting()), 0), WorldEnd::kBudget) << "a monitor that counts";
  EXPECT_EQ(EndOf(Knobs::Quiet(Waiting()), 2), WorldEnd::kInternalError) << "counted twice";
}

TEST(DeadlockCheck, ALibraryIsNeverReported) {
  Knobs knobs = Knobs::Quiet(Waiting());
  knobs.library = true;
  EXPECT_EQ(EndOf(knobs, 1), WorldEnd::kBudget);
}

TEST(DeadlockCheck, APendingTimerKeepsTheProcessAlive) {
  TestRuntime w(WithTasks(
      1, {{.ops = {{.op = Op::kReceive, .channel = 0}}}, {.ops = {For(Op::kSleep, 400'000'000)}}}));
  w->threads.AddSystem(kMonitorM);
  w.Run(300'000'000);
  EXPECT_FALSE(w->ended());
  w.Run(200'000'000);
  EXPECT_EQ(w->run().end, WorldEnd::kDeadlock);
  EXPECT_FALSE(w->locks.Held(LockId::kSched)) << "dropped before the report";
}

}  // namespace
}  // namespace proctor
