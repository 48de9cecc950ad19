// Hand-made evidence for the judges that count the monitor's turns: stamps of tasks, merged with
// what the monitor does, show both sides of each.

#include <gtest/gtest.h>

#include "conformance/judge/one_task.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

TEST(CAD_3, AfterAProvedRetakeTheSleepIsTheShortest) {
  for (const int64_t sleep_ns : {20 * kUs, 10 * kMs}) {
    TraceBuilder trace = OneTask(1);
    for (int i = 0; i < kEnough; ++i) {
      Spawn(trace);
      trace.Begin(kTask, Op::kBlock, 60 * kMs).Run(2, 10 * kMs).Start(kBehind);
      trace.Add(EventKind::kTaskEnd, {}, kBehind);
      trace.Shallow(sleep_ns).End(kTask, Op::kBlock);
    }
    const Ruling ruling = trace.Judge(ClauseId::kCAD_3);
    EXPECT_EQ(ruling.verdict == Verdict::kViolates, sleep_ns != 20 * kUs) << ruling.message;
  }
}

// Runs after a wake-up, with a task that computes: `length` long.
TraceBuilder WokenRuns(int64_t length) {
  TraceBuilder trace = OneTask(1);
  trace.FreshStart();
  for (int i = 0; i < 12; ++i) {
    trace.Begin(kTask, Op::kWait).Shallow(10 * kMs);
    trace.Deep(60 * kSecond, WakeCause::kWoken, kMs);
    trace.End(kTask, Op::kWait).Begin(kTask, Op::kSpin);
    trace.Run(length, 20 * kUs).Climb(40 * kUs, 2).End(kTask, Op::kSpin);
  }
  return trace;
}

TEST(CAD_4, OneRunInTenIsExactly50) {
  EXPECT_EQ(WokenRuns(50).Of(ClauseId::kCAD_4), Verdict::kConforms);
  EXPECT_EQ(WokenRuns(50).Of(ClauseId::kCAD_2), Verdict::kConforms);
  EXPECT_EQ(WokenRuns(51).Of(ClauseId::kCAD_4), Verdict::kViolates);
  EXPECT_EQ(WokenRuns(51).Of(ClauseId::kCAD_2), Verdict::kViolates);
}

TEST(CAD_5, ATimeoutThatResetsTheDelayViolates) {
  TraceBuilder trace = OneTask(2);
  trace.FreshStart().Begin(kTask, Op::kSleep, 100 * kSecond);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(trace.Of(ClauseId::kCAD_5), Verdict::kViolates) << "a wake-up may have come late";
    trace.Run(2, 10 * kMs).Deep(kSecond, WakeCause::kTimeout).Run(51, 20 * kUs).Climb(40 * kUs, 1);
  }
  EXPECT_EQ(trace.Of(ClauseId::kCAD_5), Verdict::kViolates);
}

TEST(CAD_7, CyclesThatSleptDeepCount) {
  for (const int64_t length : {50, 90, 200}) {
    TraceBuilder trace = OneTask(1);
    trace.FreshStart().Begin(kTask, Op::kSleep, 10 * kSecond);
    trace.Deep(kSecond, WakeCause::kWoken, kMs);
    for (int64_t i = 0; i < length; ++i) trace.Shallow(20 * kUs).Deep(kMs, WakeCause::kTimeout);
    trace.Shallow(40 * kUs);
    const Verdict verdict = trace.Of(ClauseId::kCAD_7);
    EXPECT_EQ(verdict == Verdict::kConforms, length == 50);
    EXPECT_EQ(verdict == Verdict::kViolates, length == 200) << "a wake-up may have come late";
  }
}

// The monitor gets no CPU for a while after its deep sleep is over, and somebody may wake it then.
TEST(CAD_7, ALateEndOfADeepSleepMayHaveBeenAWakeUp) {
  for (const int64_t late_ns : {100 * kUs, 2 * kMs}) {
    TraceBuilder trace = OneTask(1);
    trace.FreshStart().Begin(kTask, Op::kSleep, 10 * kSecond);
    trace.Deep(kSecond, WakeCause::kWoken, kMs);
    for (int64_t i = 0; i < 400; ++i) {
      const int64_t overslept_ns = i % 40 == 20 ? late_ns : 50 * kUs;
      trace.Shallow(20 * kUs).Deep(kMs, WakeCause::kTimeout, kMs + overslept_ns);
    }
    const bool violates = trace.Of(ClauseId::kCAD_7) == Verdict::kViolates;
    EXPECT_EQ(violates, late_ns < kMs) << late_ns;
  }
}

TEST(CAD_7, WhatMayHaveBeenAWakeUpMayHaveBegunTheRunAnew) {
  TraceBuilder trace = OneTask(1);
  trace.FreshStart().Begin(kTask, Op::kSleep, 10 * kSecond);
  trace.Deep(kSecond, WakeCause::kWoken, kMs);
  for (int64_t i = 0; i < 400; ++i) {
    trace.Shallow(20 * kUs).Deep(kMs, i % 40 == 20 ? WakeCause::kEither : WakeCause::kTimeout);
  }
  EXPECT_NE(trace.Of(ClauseId::kCAD_7), Verdict::kViolates);
}

// A task computes; every turn takes `turn_ns`, and the request to yield comes after `after_ns`. The
// process gets `cpu_percent` of a CPU.
TraceBuilder Slices(int64_t turn_ns, int64_t after_ns, int64_t cpu_percent = 100) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    Yield(trace);
    trace.Begin(kTask, Op::kSpin, 100 * kMs);
    for (int64_t at_ns = 0; at_ns < after_ns; at_ns += turn_ns) {
      trace.Shallow(20 * kUs, turn_ns).Cpu((at_ns + turn_ns) / 100 * cpu_percent);
    }
    trace.Signal(9).Shallow(20 * kUs).End(kTask, Op::kSpin);
  }
  return trace;
}

TEST(SLICE_3, TheTurnThatFindsTheSliceOverAsks) {
  EXPECT_EQ(Slices(kMs, 11 * kMs).Of(ClauseId::kSLICE_3), Verdict::kConforms);
  EXPECT_EQ(Slices(30 * kMs, 60 * kMs).Of(ClauseId::kSLICE_3), Verdict::kConforms);
  EXPECT_EQ(Slices(kMs, 20 * kMs).Of(ClauseId::kSLICE_3), Verdict::kViolates);
  EXPECT_EQ(Slices(kMs, 5 * kMs).Of(ClauseId::kSLICE_3), Verdict::kViolates);
}

// Behind a yield no request is on its way, so the first turn's look counts, CPU or not.
TEST(SLICE_3, ASliceTwiceAsLongIsOverForASecondTurn) {
  EXPECT_EQ(Slices(10 * kMs, 20 * kMs).Of(ClauseId::kSLICE_3), Verdict::kConforms);
  EXPECT_EQ(Slices(10 * kMs, 30 * kMs).Of(ClauseId::kSLICE_3), Verdict::kViolates);
  EXPECT_EQ(Slices(10 * kMs, 60 * kMs, 1).Of(ClauseId::kSLICE_3), Verdict::kViolates);
}

TEST(SLICE_3, AThreadWithoutCpuHasNotTakenTheLastRequest) {
  const auto asked_once = [](int64_t cpu_percent) {
    TraceBuilder trace = Slices(10 * kMs, 20 * kMs);
    for (int i = 0; i < kEnough; ++i) {
      Yield(trace);
      trace.Begin(kTask, Op::kSpin, 100 * kMs).Shallow(20 * kUs, 10 * kMs).Signal(9);
      for (int64_t turn = 1; turn <= 6; ++turn) {
        trace.Shallow(20 * kUs, 10 * kMs).Cpu(turn * 10 * kMs / 100 * cpu_percent);
      }
      trace.End(kTask, Op::kSpin);
    }
    return trace.Of(ClauseId::kSLICE_3);
  };
  EXPECT_EQ(asked_once(100), Verdict::kViolates);
  EXPECT_NE(asked_once(1), Verdict::kViolates);
}

TEST(SLICE_3, ARequestOfATurnThatBeganBeforeTheSpinMayBeForTheTaskBeforeIt) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    trace.Run(1, 20 * kUs);
    Yield(trace);
    trace.Begin(kTask, Op::kSpin, 100 * kMs).Wait(kMs).Signal(9).Run(1, 20 * kUs);
    trace.End(kTask, Op::kSpin);
  }
  EXPECT_NE(trace.Of(ClauseId::kSLICE_3), Verdict::kViolates) << trace.Violations();
}

TEST(POLL_1, EveryTurnAfterTheLastPollHasGrownOldPolls) {
  for (const int64_t every : {2, 5}) {
    TraceBuilder trace = OneTask(1);
    trace.Begin(kTask, Op::kSpin, kSecond);
    for (int64_t turn = 0; turn < 40; ++turn) {
      trace.Shallow(10 * kMs);
      if (turn % every == 0) trace.Poll();
    }
    // Every second turn is 20 ms after the last poll; the one between is older than 10 ms too.
    EXPECT_EQ(trace.Of(ClauseId::kPOLL_1), Verdict::kViolates);
  }
  TraceBuilder trace = OneTask(1);
  trace.Begin(kTask, Op::kSpin, kSecond);
  for (int64_t turn = 0; turn < 40; ++turn) trace.Shallow(10 * kMs).Poll();
  EXPECT_EQ(trace.Of(ClauseId::kPOLL_1), Verdict::kConforms);
}

TEST(POLL_1, PollsWhileEveryTaskWaitsViolate) {
  const auto with_polls = [](int64_t polls) {
    TraceBuilder trace = OneTask(2);
    trace.header.in_force.sched_trace_ms = 1000;
    trace.Begin(kTask, Op::kSleep, 10 * kSecond);
    for (int64_t turn = 0; turn < polls; ++turn) trace.Shallow(10 * kMs).Poll();
    return trace.Of(ClauseId::kPOLL_1);
  };
  EXPECT_EQ(with_polls(2), Verdict::kConforms);
  // A thread that blocks in the poller late may explain these.
  EXPECT_EQ(with_polls(5), Verdict::kInconclusive);
  EXPECT_EQ(with_polls(30), Verdict::kViolates);
}

TEST(CYC_1, ADeepSleepThatIsDueIsTaken) {
  for (const bool deep : {true, false}) {
    TraceBuilder trace = OneTask(2);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kSleep, kSecond).Run(2, 10 * kMs);
      if (deep) trace.Deep(900 * kMs, WakeCause::kTimeout);
      trace.Run(8, 10 * kMs).End(kTask, Op::kSleep);
    }
    EXPECT_EQ(trace.Of(ClauseId::kCYC_1), deep ? Verdict::kConforms : Verdict::kViolates);
  }
}

TEST(DEEP_4, ADeepSleepShorterThanTheNextTimerViolates) {
  for (const int64_t deep_ns : {98 * kMs, 50 * kMs}) {
    TraceBuilder trace = OneTask(2);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kSleep, 100 * kMs).Shallow(2 * kMs).Deep(deep_ns, WakeCause::kTimeout);
      trace.Wait(100 * kMs - deep_ns).End(kTask, Op::kSleep).Run(2, 20 * kUs);
    }
    EXPECT_EQ(trace.Of(ClauseId::kDEEP_4),
              deep_ns == 98 * kMs ? Verdict::kConforms : Verdict::kViolates);
  }
}

TEST(DEEP_7, AWakeUpWithEveryTaskWaitingViolates) {
  for (const WakeCause cause : {WakeCause::kTimeout, WakeCause::kWoken}) {
    TraceBuilder trace = OneTask(2);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kSleep, 100 * kMs).Shallow(10 * kMs).Deep(89 * kMs, cause);
      trace.Wait(kMs).End(kTask, Op::kSleep);
    }
    EXPECT_EQ(trace.Of(ClauseId::kDEEP_7),
              cause == WakeCause::kTimeout ? Verdict::kConforms : Verdict::kViolates);
  }
}

TEST(DEEP_9, AReturnFromACallWakesTheMonitor) {
  for (const int64_t late_ns : {50 * kUs, 40 * kMs}) {
    TraceBuilder trace = OneTask(1);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kBlock, 50 * kMs).Run(3, 20 * kUs);
      trace.Add(EventKind::kDeepSleep, {{Arg::kDurationNs, 60 * kSecond}}).Wait(40 * kMs);
      trace.End(kTask, Op::kBlock).Begin(kTask, Op::kSpin, 50 * kMs).Wait(late_ns);
      trace.Add(EventKind::kDeepWake, {{Arg::kCause, static_cast<int64_t>(WakeCause::kWoken)}});
      trace.Run(3, 20 * kUs).End(kTask, Op::kSpin);
    }
    EXPECT_EQ(trace.Of(ClauseId::kDEEP_9), late_ns < kMs ? Verdict::kConforms : Verdict::kViolates);
  }
}

// Once its time is over the monitor no longer sleeps, although it may get no CPU for long.
TEST(DEEP_9, ASleepThatIsOverNeedsNoWaker) {
  for (const int64_t duration_ns : {4 * kMs, 30 * kMs, 60 * kSecond}) {
    TraceBuilder trace = OneTask(1);
    for (int i = 0; i < kEnough; ++i) {
      trace.Run(3, 20 * kUs)
          .Add(EventKind::kDeepSleep, {{Arg::kDurationNs, duration_ns}})
          .Wait(kMs);
      trace.Begin(kTask, Op::kBlock, 25 * kMs).Wait(35 * kMs).End(kTask, Op::kBlock);
      trace.Begin(kTask, Op::kSpin, kMs).Wait(35 * kMs).End(kTask, Op::kSpin);
      trace.Add(EventKind::kDeepWake, {{Arg::kCause, static_cast<int64_t>(WakeCause::kTimeout)}});
    }
    EXPECT_EQ(trace.Of(ClauseId::kDEEP_9) == Verdict::kViolates, duration_ns > 10 * kMs);
  }
}

TEST(STW_1, TheEndOfStopTheWorldWakesTheMonitor) {
  for (const bool woken : {true, false}) {
    TraceBuilder trace = OneTask(2);
    trace.Start(kBehind).Begin(kBehind, Op::kSpin, kSecond);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kCollect).Run(2, 20 * kUs);
      trace.Add(EventKind::kDeepSleep, {{Arg::kDurationNs, 60 * kSecond}}).End(kTask, Op::kCollect);
      trace.Wait(woken ? 20 * kUs : 30 * kMs);
      trace.Add(EventKind::kDeepWake, {{Arg::kCause, static_cast<int64_t>(WakeCause::kWoken)}});
      trace.Run(3, 20 * kUs);
    }
    EXPECT_EQ(trace.Of(ClauseId::kSTW_1), woken ? Verdict::kConforms : Verdict::kViolates);
  }
}

TEST(ID_4, AMonitorThatIsNotHeardOfViolates) {
  TraceBuilder trace = OneTask(1);
  trace.Begin(kTask, Op::kSpin, kSecond).Run(60, 20 * kUs).Wait(800 * kMs).End(kTask, Op::kSpin);
  EXPECT_EQ(trace.Of(ClauseId::kID_4), Verdict::kViolates);
}

TEST(ID_4, AMonitorThatIsNotHeardOfWhileATaskComputesViolatesOnABusyMachine) {
  TraceBuilder trace = OneTask(1);
  trace.Begin(kTask, Op::kSpin, 2 * kSecond).Run(60, 20 * kUs);
  for (int i = 0; i < 40; ++i)
    trace.Wait(50 * kMs).Add(EventKind::kStall, {{Arg::kDurationNs, 49 * kMs}});
  EXPECT_EQ(trace.End(kTask, Op::kSpin).Of(ClauseId::kID_4), Verdict::kViolates);
}

// The process runs on, and its monitor waits for a tracer that is stopped.
TEST(ID_4, AStoppedHarnessHearsNobodyWhileATaskComputes) {
  TraceBuilder trace = OneTask(1);
  trace.Begin(kTask, Op::kSpin, 3 * kSecond).Run(60, 20 * kUs).Wait(kSecond);
  trace.End(kTask, Op::kSpin).Wait(kSecond);
  trace.Add(EventKind::kStall, {{Arg::kDurationNs, 1990 * kMs}}).Run(60, 20 * kUs);
  EXPECT_NE(trace.Of(ClauseId::kID_4), Verdict::kViolates);
}

TEST(ID_4, AStalledMachineOrADeepSleepExplainsSilence) {
  TraceBuilder stalled = OneTask(1);
  stalled.Begin(kTask, Op::kSpin, 100 * kMs).Run(60, 20 * kUs).Wait(800 * kMs);
  stalled.Add(EventKind::kStall, {{Arg::kDurationNs, 790 * kMs}}).End(kTask, Op::kSpin);
  EXPECT_EQ(stalled.Of(ClauseId::kID_4), Verdict::kConforms);
  TraceBuilder deep = OneTask(1);
  deep.Begin(kTask, Op::kSleep, kSecond).Shallow(20 * kUs);
  deep.Add(EventKind::kDeepSleep, {{Arg::kDurationNs, kSecond}}).Wait(900 * kMs);
  EXPECT_EQ(deep.End(kTask, Op::kSleep).Of(ClauseId::kID_4), Verdict::kConforms);
}

// Tier X: what never comes.

TEST(GC_5, ACollectionThatNeverComesViolates) {
  TraceBuilder trace = OneTask(1);
  trace.header.tiers = kX;
  trace.header.in_force.gc_percent = 100;
  trace.header.in_force.forcegc_period_ns = 200 * kMs;
  trace.Begin(kTask, Op::kCollect).Add(EventKind::kCollection, {{Arg::kCount, 1}});
  trace.End(kTask, Op::kCollect).Begin(kTask, Op::kSleep, 3 * kSecond).Wait(3 * kSecond);
  trace.End(kTask, Op::kSleep).Add(EventKind::kScenarioEnd);
  EXPECT_EQ(trace.Of(ClauseId::kGC_5), Verdict::kViolates);
}

TEST(POLL_7, ADescriptorThatNobodySeesUntilTheSpinEndsViolates) {
  TraceBuilder trace = OneTask(1);
  trace.header.tiers = kX;
  trace.Begin(kTask, Op::kSpin, 5 * kSecond).Start(kBehind).Begin(kBehind, Op::kWait);
  trace.Add(EventKind::kDescriptorReady, {{Arg::kDescriptor, 0}}).Wait(4 * kSecond);
  trace.End(kTask, Op::kSpin);
  EXPECT_EQ(trace.Of(ClauseId::kPOLL_7), Verdict::kViolates);
}

// The monitor waits for a tracer that is stopped, and the task computes to its end.
TEST(POLL_7, AStoppedHarnessExplainsADescriptorThatNobodySees) {
  TraceBuilder trace = OneTask(1);
  trace.header.tiers = kX;
  trace.Begin(kTask, Op::kSpin, 5 * kSecond).Start(kBehind).Begin(kBehind, Op::kWait);
  trace.Add(EventKind::kDescriptorReady, {{Arg::kDescriptor, 0}}).Wait(2 * kSecond);
  trace.End(kTask, Op::kSpin).Wait(kSecond);
  trace.Add(EventKind::kStall, {{Arg::kDurationNs, 2'997 * kMs}});
  EXPECT_NE(trace.Of(ClauseId::kPOLL_7), Verdict::kViolates);
}

TEST(DEAD_3, AProcessAtRestThatReportsNothingViolates) {
  TraceBuilder trace = OneTask(1);
  trace.header.tiers = kX;
  trace.Begin(kTask, Op::kReceive).Wait(2 * kSecond);
  trace.Add(EventKind::kAtRest, {{Arg::kDurationNs, 1'500 * kMs}});
  EXPECT_EQ(trace.Of(ClauseId::kDEAD_3), Verdict::kViolates);
  EXPECT_EQ(trace.Of(ClauseId::kID_3), Verdict::kViolates);
}

TEST(HAND_8, AProcessAtRestInTheMiddleOfACallViolates) {
  TraceBuilder trace = OneTask(1);
  trace.header.tiers = kX;
  trace.Begin(kTask, Op::kBlock, 20 * kMs).Wait(2 * kSecond);
  trace.Add(EventKind::kAtRest, {{Arg::kDurationNs, 1'600 * kMs}});
  EXPECT_EQ(trace.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
