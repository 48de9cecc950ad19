#include "conformance/world/event_loop.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(EventLoop, TimePassesUpToTheGivenMoment) {
  TestRuntime w(Idle(1));
  const int64_t from_ns = w->loop.now_ns();
  w.Run(5 * kMs);
  EXPECT_EQ(w->loop.now_ns(), from_ns + 5 * kMs);
  w->loop.AdvanceTo(from_ns);
  EXPECT_EQ(w->loop.now_ns(), from_ns + 5 * kMs) << "never backwards";
}

// The spinner's end is called off by another step.
TEST(EventLoop, AStepCallsOffTheOneBeforeIt) {
  TestRuntime w(WithTasks(1, {{.ops = {For(Op::kSpin, 10 * kMs)}}}));
  w.Run(5 * kMs);
  ASSERT_EQ(w->threads.At(kMainM).step, Step::kOpEnd);
  w->loop.Then(kMainM, Step::kOpEnd, 50 * kMs);
  w.Run(10 * kMs);
  EXPECT_EQ(w.Count(EventKind::kOpEnd), 0);
  w.Run(50 * kMs);
  EXPECT_EQ(w.Count(EventKind::kOpEnd), 1);
}

// While the monitor is awake a step happens within the span of its next calls.
TEST(EventLoop, StepsMeetTheCallsOfAMonitorAtWork) {
  const Scenario scenario = Idle(1);
  Knobs knobs = Knobs::Quiet(scenario);
  knobs.step_span_calls = 4;
  TestRuntime w(scenario, knobs);
  w.Run(kMs);
  w->loop.set_monitor_awake(true);
  const int64_t before = w.Count(EventKind::kPoll);
  w->poller.Wake(kMainM, 1);
  for (int call = 0; call < 4 + 1; ++call) w->loop.RunRacers();
  w->loop.set_monitor_awake(false);
  w.Run(kMs);
  EXPECT_EQ(w.Count(EventKind::kPoll), before + 1);
}

TEST(EventLoop, EndsWhenNothingWillHappen) {
  TestRuntime w(Idle(1));
  w->Finish(WorldEnd::kDone, "");
  int64_t steps = 0;
  while (w->loop.RunNext()) ASSERT_LT(++steps, 1'000);
  EXPECT_TRUE(w->loop.idle());
}

}  // namespace
}  // namespace proctor
