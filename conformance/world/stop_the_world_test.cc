#include "conformance/world/stop_the_world.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(StopTheWorld, ACollectionStopsItTwice) {
  TestRuntime w(WithTasks(2, {{.ops = {{.op = Op::kCollect}, For(Op::kSpin, kMs)}}}));
  w.Run(40 * kMs);
  EXPECT_EQ(w.Count(EventKind::kStopTheWorld), 2);
  EXPECT_EQ(w.Count(EventKind::kWorldStopped), 2);
  EXPECT_EQ(w.Count(EventKind::kStartTheWorld), 2);
  EXPECT_EQ(w.Count(EventKind::kCollection), 1);
  EXPECT_FALSE(w->stop.pending());
}

// A task that computes is asked to yield until it has stopped.
TEST(StopTheWorld, WaitsForTheOthers) {
  TestRuntime w(WithTasks(2, {{.ops = {For(Op::kSpin, kMs), {.op = Op::kCollect}}},
                              {.ops = {For(Op::kSpin, 30 * kMs)}}}));
  w.Run(60 * kMs);
  EXPECT_GT(w.Count(EventKind::kPreemptRequest), 0);
  EXPECT_EQ(w.Count(EventKind::kWorldStopped), 2);
}

TEST(StopTheWorld, OneAtATime) {
  TestRuntime w(WithTasks(2, {{.ops = {{.op = Op::kCollect}}}, {.ops = {{.op = Op::kCollect}}}}));
  w.Run(100 * kMs);
  EXPECT_EQ(w.Count(EventKind::kCollection), 2);
  EXPECT_EQ(w.Count(EventKind::kStopTheWorld), 4);
}

}  // namespace
}  // namespace proctor
