#include "conformance/world/preemption.h"

#include <gtest/gtest.h>

#include "conformance/world/runtime_testing.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(Preemption, RefusesWhereNoTaskRuns) {
  TestRuntime w(WithTasks(2, {{.ops = {For(Op::kSpin, kMs)}, .start = false}}));
  w->preemption.Preempt(kMonitorM, 1);
  EXPECT_EQ(w.Last(EventKind::kPreemptRequest).Get(Arg::kAccepted), 0);
  EXPECT_EQ(w.Count(EventKind::kPreemptSignal), 0);
}

// One signal is under way, however often it is asked for; then the task gives way.
TEST(Preemption, OneSignalIsInFlight) {
  TestRuntime w(WithTasks(1, {{.ops = {For(Op::kSpin, 20 * kMs)}}}));
  w.Run(kMs);
  w->preemption.Preempt(kMonitorM, 0);
  w->preemption.Preempt(kMonitorM, 0);
  EXPECT_EQ(w.Count(EventKind::kPreemptRequest), 2);
  EXPECT_EQ(w.Count(EventKind::kPreemptSignal), 1);
  w.Run(kMs);
  EXPECT_EQ(w.Last(EventKind::kSwitchOut).Get(Arg::kOutReason),
            static_cast<int64_t>(OutReason::kPreempted));
  w->preemption.Preempt(kMonitorM, 0);
  EXPECT_EQ(w.Count(EventKind::kPreemptSignal), 2);
}

// Nothing ends a call that the runtime is not told of; its task gives way after it.
TEST(Preemption, ACallThatTheRuntimeIsNotToldOfGoesOn) {
  TestRuntime w(
      WithTasks(1, {{.ops = {For(Op::kBlockUntold, 20 * kMs), For(Op::kSpin, 20 * kMs)}}}));
  w.Run(kMs);
  const int64_t switched = w.Count(EventKind::kSwitchOut);
  w->preemption.Preempt(kMonitorM, 0);
  w.Run(kMs);
  EXPECT_EQ(w.Count(EventKind::kSignalHandled), 1);
  EXPECT_EQ(w.Count(EventKind::kSwitchOut), switched);
  EXPECT_EQ(w.Count(EventKind::kOpEnd), 0);
  w.Run(20 * kMs);
  EXPECT_EQ(w.Count(EventKind::kSwitchOut), switched + 1);
  EXPECT_EQ(w.Last(EventKind::kSwitchOut).Get(Arg::kOutReason),
            static_cast<int64_t>(OutReason::kPreempted));
}

}  // namespace
}  // namespace proctor
