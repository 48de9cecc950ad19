// Hand-made evidence shows every judge of tier O both sides, and the third: not put to the test.

#include <gtest/gtest.h>

#include <functional>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

TEST(CAD_9, AnEarlyReturnViolatesUnlessInterrupted) {
  EXPECT_EQ(TraceBuilder().Shallow(20 * kUs, 20 * kUs).Of(ClauseId::kCAD_9), Verdict::kConforms);
  EXPECT_EQ(TraceBuilder().Shallow(20 * kUs, 19 * kUs).Of(ClauseId::kCAD_9), Verdict::kViolates);
  TraceBuilder interrupted;
  interrupted.Add(EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}})
      .Add(EventKind::kShallowWake, {{Arg::kInterrupted, 1}});
  EXPECT_EQ(interrupted.Of(ClauseId::kCAD_9), Verdict::kNotExercised);
  EXPECT_EQ(
      TraceBuilder().Run(1, 20 * kUs).Deep(kMs, WakeCause::kTimeout, kUs).Of(ClauseId::kCAD_9),
      Verdict::kViolates);
}

TEST(DEEP_4, ASleepPastTheNextTimerViolates) {
  const auto make = [](int64_t deep_ns, int64_t sleep_ns = 90 * kMs) {
    return TraceBuilder()
        .FreshStart()
        .Start(1)
        .Begin(1, Op::kSleep, sleep_ns)
        .Run(1, 10 * kMs)
        .Deep(deep_ns, WakeCause::kWoken, 80 * kMs)
        .End(1, Op::kSleep)
        .Of(ClauseId::kDEEP_4);
  };
  EXPECT_EQ(make(80 * kMs), Verdict::kConforms);
  EXPECT_EQ(make(300 * kMs), Verdict::kViolates);
  // The timer may have fired before the deep sleep, and its task not yet have run.
  EXPECT_EQ(make(300 * kMs, 10 * kMs), Verdict::kConforms);
}

TEST(DEEP_4, NeverLongerThanHalfTheForcedGcPeriod) {
  EXPECT_EQ(
      TraceBuilder().Run(1, 20 * kUs).Deep(60 * kSecond, WakeCause::kTimeout).Of(ClauseId::kDEEP_4),
      Verdict::kConforms);
  const TraceBuilder trace =
      TraceBuilder().Run(1, 20 * kUs).Deep(120 * kSecond, WakeCause::kTimeout);
  EXPECT_EQ(trace.Of(ClauseId::kDEEP_4), Verdict::kViolates);
  EXPECT_EQ(trace.Of(ClauseId::kID_4), Verdict::kViolates);
}

TEST(DEEP_11, ADeepSleepDuringASpinViolates) {
  const auto make = [] {
    return TraceBuilder().FreshStart().Start(1).Begin(1, Op::kSpin).Run(3, 10 * kMs);
  };
  EXPECT_EQ(make().Of(ClauseId::kDEEP_11), Verdict::kConforms);
  EXPECT_EQ(make().Deep(kMs, WakeCause::kTimeout).Of(ClauseId::kDEEP_11), Verdict::kViolates);
}

TEST(DEEP_11, AStopTheWorldAllowsTheDeepSleep) {
  const TraceBuilder trace = TraceBuilder()
                                 .FreshStart()
                                 .Start(1)
                                 .Begin(1, Op::kSpin)
                                 .Run(3, 10 * kMs)
                                 .Deep(kSecond, WakeCause::kWoken, kMs)
                                 .Add(EventKind::kCollection, {{Arg::kCount, 1}});
  EXPECT_EQ(trace.Violations(), "");
}

TEST(DEEP_13, NoDeepSleepWithTheTraceOn) {
  TraceBuilder trace;
  trace.header.in_force.sched_trace_ms = 100'000;
  trace.Run(1, 20 * kUs).Add(EventKind::kTraceLine).Run(50, 20 * kUs).Climb(40 * kUs, 2);
  EXPECT_EQ(trace.Of(ClauseId::kDEEP_13), Verdict::kConforms);
  EXPECT_EQ(trace.Of(ClauseId::kDEEP_4), Verdict::kNotExercised);
  EXPECT_EQ(trace.Of(ClauseId::kDEEP_14), Verdict::kNotExercised);
  trace.Deep(kMs, WakeCause::kTimeout);
  EXPECT_EQ(trace.Of(ClauseId::kDEEP_13), Verdict::kViolates);
}

TEST(DEEP_13, ASettingOfTheEnvironmentCountsOnceTheRuntimeShowsIt) {
  TraceBuilder ignored;
  ignored.header.in_force.sched_trace_ms = 100'000;
  ignored.Run(51, 20 * kUs).Climb(40 * kUs, 2).Deep(kMs, WakeCause::kTimeout).Run(3, 10 * kMs);
  EXPECT_EQ(ignored.Of(ClauseId::kDEEP_13), Verdict::kNotExercised);
  EXPECT_EQ(ignored.Of(ClauseId::kTRC_1), Verdict::kNotExercised);
  TraceBuilder late = ignored;
  late.Add(EventKind::kTraceLine);
  EXPECT_EQ(late.Of(ClauseId::kDEEP_13), Verdict::kViolates);
  EXPECT_EQ(late.Of(ClauseId::kTRC_1), Verdict::kViolates);
  // What a scenario asked for is the harness's to set, and the runtime's to honour.
  ignored.header.asked.sched_trace_ms = 100'000;
  EXPECT_EQ(ignored.Of(ClauseId::kDEEP_13), Verdict::kViolates);
  EXPECT_EQ(ignored.Of(ClauseId::kTRC_1), Verdict::kViolates);
}

TEST(DEEP_14, TwoDeepSleepsInARowViolate) {
  EXPECT_EQ(TraceBuilder()
                .Run(1, 20 * kUs)
                .Deep(kMs, WakeCause::kTimeout)
                .Run(1, 20 * kUs)
                .Deep(kMs, WakeCause::kTimeout)
                .Of(ClauseId::kDEEP_14),
            Verdict::kConforms);
  EXPECT_EQ(TraceBuilder()
                .Run(1, 20 * kUs)
                .Deep(kMs, WakeCause::kTimeout)
                .Deep(kMs, WakeCause::kTimeout)
                .Of(ClauseId::kDEEP_14),
            Verdict::kViolates);
}

// Calls of a task that nobody keeps company; `during` is what happens in each of them.
TraceBuilder BlockedAlone(const std::function<void(TraceBuilder&)>& during) {
  TraceBuilder trace = TraceBuilder().FreshStart().Start(1);
  for (int i = 0; i < 5; ++i) {
    trace.Begin(1, Op::kBlock).Run(5, 10 * kMs);
    during(trace);
    trace.End(1, Op::kBlock);
  }
  return trace;
}

TEST(SYS_3, ABlockedCallAloneLosesItsP) {
  const auto of = [](const std::function<void(TraceBuilder&)>& during) {
    return BlockedAlone(during).Of(ClauseId::kSYS_3);
  };
  EXPECT_EQ(of([](TraceBuilder& trace) { trace.Deep(kSecond, WakeCause::kWoken, 300 * kMs); }),
            Verdict::kConforms);
  const auto awake = [](TraceBuilder& trace) { trace.Run(30, 10 * kMs); };
  EXPECT_EQ(of(awake), Verdict::kViolates);
  const auto beside_spin = [](TraceBuilder& trace) {
    trace.Start(2).Begin(2, Op::kSpin).Run(30, 10 * kMs).End(2, Op::kSpin);
    trace.Add(EventKind::kTaskEnd, {}, 2);
  };
  EXPECT_EQ(of(beside_spin), Verdict::kNotExercised);
  const auto stalled = [](TraceBuilder& trace) {
    trace.Run(30, 10 * kMs).Add(EventKind::kStall, {{Arg::kDurationNs, 300 * kMs}});
  };
  EXPECT_EQ(of(stalled), Verdict::kInconclusive);
  // The stall is known at its own end only, long after those of the calls.
  TraceBuilder later = BlockedAlone(awake).Wait(2 * kSecond);
  later.Add(EventKind::kStall, {{Arg::kDurationNs, 10 * kSecond}});
  EXPECT_EQ(later.Of(ClauseId::kSYS_3), Verdict::kInconclusive);
  const auto stopped = [&](TraceBuilder& trace) {
    awake(trace.Add(EventKind::kStopped));
    trace.Add(EventKind::kContinued);
  };
  EXPECT_EQ(of(stopped), Verdict::kInconclusive);
}

TEST(SYS_3, OneCallInWhichAThreadWasStarvedDecidesNothing) {
  int calls = 0;
  const TraceBuilder trace = BlockedAlone([&](TraceBuilder& trace) {
    if (++calls > 1)
      trace.Deep(kSecond, WakeCause::kWoken, 300 * kMs);
    else
      trace.Run(30, 10 * kMs);
  });
  EXPECT_EQ(trace.Of(ClauseId::kSYS_3), Verdict::kInconclusive);
}

TEST(SYS_3, ATaskThatWasSpawnedKeepsTheCallCompanyUntilItHasStarted) {
  const TraceBuilder trace = BlockedAlone([](TraceBuilder& trace) {
    trace.Add(EventKind::kTaskSpawn, {{Arg::kTask, 2}}, 1).Run(30, 10 * kMs).Start(2);
    trace.Add(EventKind::kTaskEnd, {}, 2);
  });
  EXPECT_EQ(trace.Of(ClauseId::kSYS_3), Verdict::kNotExercised);
}

TEST(POLL_1, NeverSoonerThanTheLastIsStale) {
  const auto make = [](int64_t between_ns) {
    return TraceBuilder().Run(1, 20 * kUs).Poll().Run(1, between_ns).Poll().Of(ClauseId::kPOLL_1);
  };
  EXPECT_EQ(make(10 * kMs), Verdict::kConforms);
  EXPECT_EQ(make(5 * kMs), Verdict::kViolates);
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Poll().Of(ClauseId::kPOLL_1), Verdict::kNotExercised);
}

TEST(POLL_3, ABlockingPollViolates) {
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Poll(0).Of(ClauseId::kPOLL_3), Verdict::kConforms);
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Poll(kMs).Of(ClauseId::kPOLL_3), Verdict::kViolates);
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Poll(-1).Of(ClauseId::kPOLL_3), Verdict::kViolates);
}

TEST(PRE_1, ASignalToTheMonitorItselfViolates) {
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Signal(9).Of(ClauseId::kPRE_1), Verdict::kConforms);
  EXPECT_EQ(TraceBuilder().Run(1, 20 * kUs).Signal(kMonitor).Of(ClauseId::kPRE_1),
            Verdict::kViolates);
}

TEST(PRE_3, NoSignalWithAsynchronousPreemptionOff) {
  TraceBuilder trace;
  trace.header.from_start = false;
  trace.header.in_force.asynchronous_preemption = 0;
  trace.Start(1).Begin(1, Op::kSpin).Run(4, 10 * kMs).End(1, Op::kSpin);
  EXPECT_EQ(trace.Of(ClauseId::kPRE_3), Verdict::kConforms);
  trace.Signal(9);
  EXPECT_EQ(trace.Of(ClauseId::kPRE_3), Verdict::kViolates);
  EXPECT_EQ(TraceBuilder().Run(4, 20 * kUs).Of(ClauseId::kPRE_3), Verdict::kNotExercised);
}

TEST(SLICE_4, OneSignalAThreadAndCycle) {
  TraceBuilder trace;
  trace.header.from_start = false;
  trace.Run(1, 20 * kUs).Signal(9).Run(1, 20 * kUs).Signal(9);
  EXPECT_EQ(trace.Of(ClauseId::kSLICE_4), Verdict::kConforms);
  trace.Signal(9);
  EXPECT_EQ(trace.Of(ClauseId::kSLICE_4), Verdict::kViolates);
}

TEST(SLICE_4, ASignalOnItsWayIsTheOnlyOne) {
  TraceBuilder trace;
  trace.header.from_start = false;
  trace.Run(1, 20 * kUs).Signal(9).Run(1, 20 * kUs);
  trace.Add(EventKind::kSignalPending, {{Arg::kTarget, 9}}).Signal(9);
  EXPECT_EQ(trace.Of(ClauseId::kSLICE_4), Verdict::kViolates);
}

// Until its adapter has set it, a runtime has as many P as the machine has CPUs.
TEST(SLICE_4, ANumberOfPIsInForceFromTheStartOfTheScenarioOn) {
  TraceBuilder trace;
  trace.header.from_start = true;
  trace.Run(1, 20 * kUs).Signal(9).Signal(9);
  trace.Add(EventKind::kScenarioStart).Run(1, 20 * kUs).Signal(9);
  EXPECT_EQ(trace.Of(ClauseId::kSLICE_4), Verdict::kConforms);
  TraceBuilder changed = trace;
  changed.Begin(1, Op::kProcs).Run(1, 20 * kUs).Signal(9).Signal(9);
  EXPECT_EQ(changed.Of(ClauseId::kSLICE_4), Verdict::kConforms);
  EXPECT_EQ(trace.Signal(9).Of(ClauseId::kSLICE_4), Verdict::kViolates);
}

// As seen from outside, the first part took longer than the whole was to take.
TEST(TRC_1, TheRestOfAnInterruptedSleepBeginsNoCycle) {
  const auto traced = [](int64_t next_ns) {
    TraceBuilder trace;
    trace.header.in_force.sched_trace_ms = 20;
    trace.Add(EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}}).Wait(50 * kUs);
    trace.Add(EventKind::kShallowWake, {{Arg::kInterrupted, 1}}).Shallow(next_ns);
    trace.Add(EventKind::kTraceLine).Run(2, 20 * kUs);
    return trace.Of(ClauseId::kTRC_1);
  };
  EXPECT_EQ(traced(5'650), Verdict::kConforms);
  EXPECT_EQ(traced(20 * kUs), Verdict::kViolates) << "this one does not go on";
}

TEST(TRC_1, InTheFirstCycleThenAtTheInterval) {
  const auto traced = [] {
    TraceBuilder trace;
    trace.header.in_force.sched_trace_ms = 20;
    return trace;
  };
  TraceBuilder keeps = traced().Run(1, 20 * kUs).Add(EventKind::kTraceLine).Run(2, 10 * kMs);
  EXPECT_EQ(keeps.Of(ClauseId::kTRC_1), Verdict::kConforms);
  keeps.Add(EventKind::kTraceLine);
  EXPECT_EQ(keeps.Of(ClauseId::kTRC_1), Verdict::kConforms);

  TraceBuilder late_start = traced().Run(2, 20 * kUs).Add(EventKind::kTraceLine);
  EXPECT_EQ(late_start.Of(ClauseId::kTRC_1), Verdict::kViolates);
  TraceBuilder too_often = traced()
                               .Run(1, 20 * kUs)
                               .Add(EventKind::kTraceLine)
                               .Run(1, 10 * kMs)
                               .Add(EventKind::kTraceLine);
  EXPECT_EQ(too_often.Of(ClauseId::kTRC_1), Verdict::kViolates);
  TraceBuilder missed = traced().Run(1, 20 * kUs).Add(EventKind::kTraceLine).Run(4, 10 * kMs);
  EXPECT_EQ(missed.Of(ClauseId::kTRC_1), Verdict::kViolates);
  EXPECT_EQ(TraceBuilder().FreshStart().Of(ClauseId::kTRC_1), Verdict::kNotExercised);
}

TEST(VER_2, TheAffinityIsReadAtMostOnceASecond) {
  const auto make = [](int64_t cycles) {
    TraceBuilder trace;
    trace.header.profile = kGo1_25;
    trace.Run(1, 20 * kUs).Add(EventKind::kAffinityRead).Run(cycles, 10 * kMs);
    return trace.Add(EventKind::kAffinityRead).Of(ClauseId::kVER_2);
  };
  EXPECT_EQ(make(100), Verdict::kConforms);
  EXPECT_EQ(make(50), Verdict::kViolates);
}

TEST(VER_2, TheAffinityIsReadAgainAfterASecond) {
  const auto make = [](int64_t asked, int64_t in_force, int64_t cycles) {
    TraceBuilder trace;
    trace.header.profile = kGo1_25;
    trace.header.asked.procs = asked;
    trace.header.in_force.procs = in_force;
    trace.Run(3, 20 * kUs).Add(EventKind::kAffinityRead).Run(cycles, 10 * kMs);
    return trace.Of(ClauseId::kVER_2);
  };
  EXPECT_EQ(make(0, 2, 120), Verdict::kViolates);
  EXPECT_EQ(make(0, 2, 80), Verdict::kNotExercised);
  // A number that was asked for is fixed; of a process that is only watched nothing is known.
  EXPECT_EQ(make(2, 2, 120), Verdict::kNotExercised);
  EXPECT_EQ(make(0, 0, 120), Verdict::kNotExercised);
}

TEST(ID_1, NoMonitorWhileTasksRan) {
  const auto run = [](int64_t start_up_ns, int64_t tasks_ns, int64_t stalled_ns) {
    TraceBuilder trace = TraceBuilder().Add(EventKind::kProcessStart);
    trace.now_ns += start_up_ns;
    trace.Start(1).Begin(1, Op::kSpin);
    trace.now_ns += tasks_ns;
    if (stalled_ns > 0) trace.Add(EventKind::kStall, {{Arg::kDurationNs, stalled_ns}});
    return trace.End(1, Op::kSpin)
        .Add(EventKind::kProcessExit, {{Arg::kStatus, 0}})
        .Of(ClauseId::kID_1);
  };
  EXPECT_EQ(run(0, 500 * kMs, 0), Verdict::kViolates);
  EXPECT_EQ(run(2 * kSecond, 90 * kMs, 0), Verdict::kNotExercised);
  EXPECT_EQ(run(0, 2 * kSecond, 1900 * kMs), Verdict::kNotExercised);
}

TEST(ID_1, OneMonitorToTheEnd) {
  const auto make = [] { return TraceBuilder().Add(EventKind::kMonitorStart).FreshStart(); };
  TraceBuilder keeps =
      make().Add(EventKind::kMonitorExit).Add(EventKind::kProcessExit, {{Arg::kStatus, 0}});
  EXPECT_EQ(keeps.Of(ClauseId::kID_1), Verdict::kConforms);
  EXPECT_EQ(make().Add(EventKind::kSecondMonitor, {{Arg::kThread, 8}}).Of(ClauseId::kID_1),
            Verdict::kViolates);
  TraceBuilder dies = make().Add(EventKind::kMonitorExit).Start(1).Begin(1, Op::kSpin);
  EXPECT_EQ(dies.Of(ClauseId::kID_1), Verdict::kViolates);
  EXPECT_EQ(dies.Of(ClauseId::kID_4), Verdict::kViolates);
  EXPECT_EQ(make().Of(ClauseId::kID_1), Verdict::kNotExercised);
}

}  // namespace
}  // namespace proctor
