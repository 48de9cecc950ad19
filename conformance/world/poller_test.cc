#include "conformance/world/poller.h"

#include <gtest/gtest.h>

#include <vector>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(Poller, WakesATaskForEachByte) {
  const Task waits = {.ops = {{.op = Op::kWait, .descriptor = 0}}};
  TestRuntime w(WithTasks(2, {waits, waits, {.ops = {For(Op::kSpin, 50 * kMs)}}}));
  w.Run(5 * kMs);
  EXPECT_EQ(w->poller.waiters(), 2);
  w->poller.MakeReady(0);
  w.Run(5 * kMs);
  EXPECT_EQ(w->poller.waiters(), 1);
  EXPECT_EQ(w.Count(EventKind::kTaskEnd), 1);
}

// A byte that is there before somebody waits is kept.
TEST(Poller, KeepsWhatNobodyWaitsFor) {
  TestRuntime w(WithTasks(1, {{.ops = {{.op = Op::kWait, .descriptor = 0}}}}));
  w->poller.MakeReady(0);
  w.Run(5 * kMs);
  EXPECT_EQ(w.Count(EventKind::kTaskEnd), 1);
  EXPECT_EQ(w->poller.waiters(), 0);
}

}  // namespace
}  // namespace proctor
