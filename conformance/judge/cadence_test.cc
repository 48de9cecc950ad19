// The cadence by the system calls of hand-made monitors: kept, and broken.

#include <gtest/gtest.h>

#include <functional>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

TEST(CAD_2, FreshStartIsExactly51ThenDoublesTo10Ms) {
  const TraceBuilder trace = TraceBuilder().FreshStart();
  EXPECT_EQ(trace.Of(ClauseId::kCAD_2), Verdict::kConforms);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_1), Verdict::kConforms);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_8), Verdict::kConforms);
  EXPECT_EQ(trace.Violations(), "");
}

TEST(CAD_2, DoublingOneCycleEarlyViolates) {
  const TraceBuilder trace = TraceBuilder().Run(50, 20 * kUs).Climb(40 * kUs, 1);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_2), Verdict::kViolates);
  EXPECT_FALSE(trace.Judge(ClauseId::kCAD_2).evidence.empty());
}

TEST(CAD_2, ALongerFirstRunMayHideARetake) {
  EXPECT_EQ(TraceBuilder().Run(80, 20 * kUs).Climb(40 * kUs, 1).Violations(), "");
}

TEST(CAD_2, ALongerRunWithNothingToRetakeViolates) {
  const TraceBuilder trace =
      TraceBuilder().Start(1).Begin(1, Op::kSpin).Run(60, 20 * kUs).Climb(40 * kUs, 1);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_2), Verdict::kViolates);
}

TEST(CAD_2, LinearGrowthViolates) {
  EXPECT_EQ(
      TraceBuilder().Run(51, 20 * kUs).Shallow(40 * kUs).Shallow(60 * kUs).Of(ClauseId::kCAD_2),
      Verdict::kViolates);
}

TEST(CAD_2, AFirstSleepOfAnotherLengthViolates) {
  EXPECT_EQ(TraceBuilder().Run(1, 40 * kUs).Of(ClauseId::kCAD_2), Verdict::kViolates);
}

TEST(CAD_2, NoCapViolates) {
  const TraceBuilder trace =
      TraceBuilder().Run(51, 20 * kUs).Climb(40 * kUs, 0).Run(1, 10'240 * kUs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_2), Verdict::kViolates);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_8), Verdict::kViolates);
  EXPECT_EQ(trace.Of(ClauseId::kID_4), Verdict::kViolates);
}

TEST(CAD_2, EvidenceFromTheMiddleWaitsUntilItIsSynchronised) {
  TraceBuilder trace;
  trace.header.from_start = false;
  trace.Gap().Run(7, 20 * kUs).Climb(40 * kUs, 2);
  EXPECT_EQ(trace.Violations(), "");
  EXPECT_EQ(trace.Of(ClauseId::kCAD_2), Verdict::kConforms);
  trace.Shallow(40 * kUs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_2), Verdict::kViolates);
}

TEST(CAD_3, ARetakeIsFollowedBy51) {
  const TraceBuilder trace = TraceBuilder().FreshStart().Run(51, 20 * kUs).Climb(40 * kUs, 1);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_3), Verdict::kConforms);
  EXPECT_EQ(trace.Violations(), "");
}

TEST(CAD_3, AShorterRunAfterARetakeViolates) {
  const TraceBuilder trace = TraceBuilder().FreshStart().Run(49, 20 * kUs).Climb(40 * kUs, 1);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_3), Verdict::kViolates);
}

TEST(CAD_3, WithoutAResetItIsNotExercised) {
  EXPECT_EQ(TraceBuilder().FreshStart().Of(ClauseId::kCAD_3), Verdict::kNotExercised);
}

TEST(CAD_4, AWakeUpIsFollowedBy50) {
  const TraceBuilder trace = TraceBuilder()
                                 .FreshStart()
                                 .Deep(kSecond, WakeCause::kWoken, 5 * kMs)
                                 .Run(50, 20 * kUs)
                                 .Climb(40 * kUs, 1);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_4), Verdict::kConforms);
  EXPECT_EQ(trace.Violations(), "");
}

TEST(CAD_4, NoResetAfterAWakeUpViolates) {
  const TraceBuilder trace =
      TraceBuilder().FreshStart().Deep(kSecond, WakeCause::kWoken, 5 * kMs).Run(1, 10 * kMs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_4), Verdict::kViolates);
}

TEST(CAD_4, ARunOf49AfterAWakeUpViolates) {
  const TraceBuilder trace = TraceBuilder()
                                 .FreshStart()
                                 .Deep(kSecond, WakeCause::kWoken, 5 * kMs)
                                 .Run(49, 20 * kUs)
                                 .Shallow(40 * kUs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_4), Verdict::kViolates);
}

TEST(CAD_5, ATimeoutChangesNothing) {
  const TraceBuilder trace =
      TraceBuilder().FreshStart().Deep(5 * kMs, WakeCause::kTimeout).Run(2, 10 * kMs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_5), Verdict::kConforms);
  EXPECT_EQ(trace.Violations(), "");
}

TEST(CAD_5, ATimeoutThatHalvesTheDelayViolates) {
  const TraceBuilder trace =
      TraceBuilder().FreshStart().Deep(5 * kMs, WakeCause::kTimeout).Run(1, 5 * kMs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_5), Verdict::kViolates);
}

TEST(CAD_6, PreemptionOfALoneSpinnerResetsNothing) {
  const TraceBuilder trace = TraceBuilder()
                                 .FreshStart()
                                 .Start(1)
                                 .Begin(1, Op::kSpin)
                                 .Run(2, 10 * kMs)
                                 .Signal(9)
                                 .Run(2, 10 * kMs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_6), Verdict::kConforms);
  EXPECT_EQ(trace.Violations(), "");
}

TEST(CAD_6, AResetWhileTheOnlyPComputesViolates) {
  const TraceBuilder trace = TraceBuilder()
                                 .FreshStart()
                                 .Start(1)
                                 .Begin(1, Op::kSpin)
                                 .Run(2, 10 * kMs)
                                 .Signal(9)
                                 .Run(1, 20 * kUs);
  EXPECT_EQ(trace.Of(ClauseId::kCAD_6), Verdict::kViolates);
}

TEST(CAD_6, AResetWhileAnotherTaskIsInASystemCallIsARetake) {
  const TraceBuilder trace = TraceBuilder()
                                 .FreshStart()
                                 .Start(1)
                                 .Start(2)
                                 .Begin(1, Op::kSpin)
                                 .Begin(2, Op::kBlock)
                                 .Run(2, 10 * kMs)
                                 .Run(1, 20 * kUs);
  EXPECT_EQ(trace.Violations(), "");
}

// The task that comes out of the network reads, which is a system call, and the slice of the one
// that computes is over: its P may be taken.
TEST(CAD_6, AResetWhileATaskComesOutOfTheNetworkIsARetake) {
  for (const bool ready : {true, false}) {
    TraceBuilder trace = TraceBuilder().FreshStart().Start(1).Start(2);
    trace.Begin(2, Op::kWait).Begin(1, Op::kSpin).Run(2, 10 * kMs);
    for (int i = 0; i < 4; ++i) {
      if (ready) trace.Add(EventKind::kDescriptorReady, {{Arg::kDescriptor, 0}});
      trace.Signal(9).Run(51, 20 * kUs).Climb(40 * kUs, 2);
      if (ready) trace.End(2, Op::kWait).Begin(2, Op::kWait).Run(2, 10 * kMs);
    }
    EXPECT_EQ(trace.Of(ClauseId::kCAD_6) == Verdict::kViolates, !ready);
  }
}

// A request marked the task before it came to its call, which it enters when it has its next turn;
// or its signal interrupted the call, which begins anew then. There it loses its P.
TEST(CAD_6, AResetAfterATaskThatHadYetToEnterItsCallIsARetake) {
  for (const int asked : {0, 1, 2}) {  // not, when the signal has been sent, or before it is
    TraceBuilder trace = TraceBuilder().FreshStart().Start(1).Start(2);
    for (int i = 0; i < 4; ++i) {
      trace.Begin(1, Op::kSpin).Run(2, 10 * kMs);
      if (asked == 1) trace.Signal(9);
      trace.End(1, Op::kSpin).Begin(1, Op::kBlock).Begin(2, Op::kSpin);
      if (asked == 2) trace.Signal(9);
      trace.Run(3, 10 * kMs).Run(51, 20 * kUs).Climb(40 * kUs, 2);
      trace.End(2, Op::kSpin).End(1, Op::kBlock);
    }
    EXPECT_EQ(trace.Of(ClauseId::kCAD_6) == Verdict::kViolates, asked == 0) << asked;
  }
}

TEST(CAD_6, AResetByEveryPollThatMakesATaskReadyViolates) {
  TraceBuilder trace = TraceBuilder().FreshStart().Start(1).Start(2);
  trace.Begin(2, Op::kWait).Begin(1, Op::kSpin).Run(2, 10 * kMs);
  for (int i = 0; i < 10; ++i) {
    trace.Add(EventKind::kDescriptorReady, {{Arg::kDescriptor, 0}}).Run(1, 10 * kMs).Poll();
    trace.Run(51, 20 * kUs).Climb(40 * kUs, 2).End(2, Op::kWait).Begin(2, Op::kWait);
    trace.Run(2, 10 * kMs);
  }
  EXPECT_EQ(trace.Of(ClauseId::kCAD_6), Verdict::kViolates);
}

TEST(CAD_8, ASleepOfZeroViolates) {
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Shallow(0).Of(ClauseId::kCAD_8), Verdict::kViolates);
}

// The second sleep of 10 ms is interrupted after 3 ms; then one of `rest_ns` follows.
TraceBuilder Interrupted(int64_t rest_ns) {
  TraceBuilder trace;
  trace.FreshStart().Add(EventKind::kShallowSleep, {{Arg::kDurationNs, 10 * kMs}}).Wait(3 * kMs);
  trace.Add(EventKind::kShallowWake, {{Arg::kInterrupted, 1}}).Shallow(rest_ns);
  return trace.Run(2, 10 * kMs);
}

TEST(CAD_2, TheRestOfAnInterruptedSleepIsNoSleepOfItsOwn) {
  EXPECT_EQ(Interrupted(7 * kMs).Violations(), "");
  EXPECT_EQ(Interrupted(10 * kMs).Violations(), "") << "this one does not go on";
  EXPECT_NE(Interrupted(5 * kMs).Violations(), "");
}

TEST(CAD_5, AWakeUpThatComesJustAfterTheTimeOutIsNoViolation) {
  const auto resets = [](int times) {
    TraceBuilder trace;
    trace.Start(1).Begin(1, Op::kSleep, 1'000 * kSecond).FreshStart();
    for (int i = 0; i < times; ++i) {
      trace.Deep(kSecond, WakeCause::kTimeout).Run(51, 20 * kUs).Climb(40 * kUs, 3);
    }
    return trace.Of(ClauseId::kCAD_5);
  };
  EXPECT_NE(resets(2), Verdict::kViolates);
  EXPECT_EQ(resets(3), Verdict::kViolates);
}

TEST(CAD_1, TwoPollsInOneCycleViolate) {
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Poll().Poll().Of(ClauseId::kCAD_1), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
