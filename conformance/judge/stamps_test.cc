// Hand-made evidence shows every judge of tier X both sides, and the third: not put to the test.

#include <gtest/gtest.h>

#include "conformance/evidence/harness_end.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

TraceBuilder& Spawn(TraceBuilder& trace, int64_t g, int64_t child) {
  return trace.Add(EventKind::kTaskSpawn, {{Arg::kTask, child}}, g);
}

// `times` times: task 1 yields, makes another task runnable and begins `op`, which ends after
// `op_ns`; the other one starts `wait_ns` after the beginning (or never, where that is later than
// the end).
TraceBuilder Behind(Op op, int64_t op_ns, int64_t wait_ns, int64_t times,
                    TraceBuilder trace = Stamps()) {
  for (int64_t child = 100; child < 100 + times; ++child) {
    trace.Begin(1, Op::kYield).End(1, Op::kYield);
    Spawn(trace, 1, child);
    trace.Begin(1, op, op_ns);
    if (wait_ns < op_ns) {
      trace.Wait(wait_ns).Start(child).Add(EventKind::kTaskEnd, {}, child).Wait(op_ns - wait_ns);
      trace.End(1, op);
    } else {
      trace.Wait(op_ns).End(1, op).Start(child).Add(EventKind::kTaskEnd, {}, child);
    }
    trace.Wait(kMs);
  }
  trace.Wait(kSecond).Begin(1, Op::kYield);
  return trace;
}

TEST(SYS_4, ATaskBehindABlockedCallStartsWithinTheBound) {
  EXPECT_EQ(Behind(Op::kBlock, 60 * kMs, 5 * kMs, 50).Of(ClauseId::kSYS_4), Verdict::kConforms);
  const Ruling broken = Behind(Op::kBlock, 60 * kMs, 45 * kMs, 10).Judge(ClauseId::kSYS_4);
  EXPECT_EQ(broken.verdict, Verdict::kViolates);
  EXPECT_EQ(broken.evidence.size(), 3u);
  EXPECT_EQ(Behind(Op::kBlock, 60 * kMs, 90 * kMs, 10).Of(ClauseId::kSYS_4), Verdict::kViolates);
  EXPECT_EQ(Behind(Op::kBlock, 60 * kMs, 5 * kMs, 3).Of(ClauseId::kSYS_4), Verdict::kInconclusive);
  EXPECT_EQ(Behind(Op::kBlock, 5 * kMs, 9 * kMs, 50).Of(ClauseId::kSYS_4), Verdict::kNotExercised)
      << "a call that ends before the bound proves nothing";
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 5 * kMs, 5).Of(ClauseId::kSYS_4), Verdict::kNotExercised);
}

TEST(SYS_4, SamplesThatOverlapStallsAreCountedApart) {
  TraceBuilder trace = Stamps();
  for (int64_t child = 100; child < 150; ++child) {
    Spawn(trace, 1, child).Begin(1, Op::kBlock).Wait(45 * kMs);
    trace.Add(EventKind::kStall, {{Arg::kDurationNs, 20 * kMs}}).Start(child);
    trace.Add(EventKind::kTaskEnd, {}, child).Wait(10 * kMs).End(1, Op::kBlock);
  }
  const Ruling ruling = trace.Judge(ClauseId::kSYS_4);
  EXPECT_EQ(ruling.verdict, Verdict::kInconclusive);
  EXPECT_NE(ruling.message.find("50 more left out for noise"), std::string::npos) << ruling.message;
}

TEST(SYS_4, WhereMostSamplesAreNoisyNothingIsDecided) {
  const auto make = [](int noisy) {
    TraceBuilder trace = Stamps();
    for (int64_t child = 100; child < 150; ++child) {
      Spawn(trace, 1, child).Begin(1, Op::kBlock).Wait(5 * kMs).Start(child);
      trace.Add(EventKind::kTaskEnd, {}, child).Wait(55 * kMs).End(1, Op::kBlock);
    }
    for (int64_t child = 200; child < 200 + noisy; ++child) {
      Spawn(trace, 1, child).Begin(1, Op::kBlock).Wait(45 * kMs);
      trace.Add(EventKind::kStall, {{Arg::kDurationNs, 20 * kMs}}).Start(child);
      trace.Add(EventKind::kTaskEnd, {}, child).Wait(10 * kMs).End(1, Op::kBlock);
    }
    return trace.Of(ClauseId::kSYS_4);
  };
  EXPECT_EQ(make(50), Verdict::kConforms);
  EXPECT_EQ(make(51), Verdict::kInconclusive);
}

// Ten bad samples behind one stall, which is known long after them, then fifty good ones.
TraceBuilder BehindALongStall(Op op, EventKind kind) {
  TraceBuilder trace = Stamps();
  const int64_t begin_ns = trace.now_ns;
  if (kind == EventKind::kStopped) trace.Add(EventKind::kStopped);
  trace = Behind(op, 500 * kMs, 400 * kMs, 10, trace);
  trace.Wait(7 * kSecond);
  if (kind == EventKind::kStopped) {
    trace.Add(EventKind::kContinued);
  } else {
    trace.Add(EventKind::kStall, {{Arg::kDurationNs, trace.now_ns - begin_ns}});
  }
  return Behind(op, 60 * kMs, op == Op::kSpin ? 20 * kMs : 5 * kMs, 50, trace.End(1, Op::kYield));
}

TEST(Stall, HoweverLongItExcusesWhatItOverlaps) {
  for (const EventKind kind : {EventKind::kStall, EventKind::kStopped}) {
    TraceBuilder calls = BehindALongStall(Op::kBlock, kind);
    EXPECT_EQ(calls.Judge(ClauseId::kSYS_4).verdict, Verdict::kConforms)
        << calls.Judge(ClauseId::kSYS_4).message;
    TraceBuilder spins = BehindALongStall(Op::kSpin, kind);
    EXPECT_EQ(spins.Of(ClauseId::kSLICE_3), Verdict::kConforms);
    EXPECT_EQ(spins.Of(ClauseId::kPRE_5), Verdict::kConforms);
    // Without it they are what they look like.
    std::erase_if(spins.events, [&](const Event& event) { return event.kind == kind; });
    std::erase_if(spins.events,
                  [](const Event& event) { return event.kind == EventKind::kContinued; });
    EXPECT_EQ(spins.Of(ClauseId::kPRE_5), Verdict::kViolates);
  }
}

TEST(SLICE_3, PreemptionComesWithinTheBoundAndNotBeforeTheSlice) {
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 20 * kMs, 50).Of(ClauseId::kSLICE_3), Verdict::kConforms);
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 90 * kMs, 10).Of(ClauseId::kSLICE_3), Verdict::kViolates);
  const Ruling early = Behind(Op::kSpin, 60 * kMs, 4 * kMs, 50).Judge(ClauseId::kSLICE_3);
  EXPECT_EQ(early.verdict, Verdict::kViolates);
  EXPECT_NE(early.message.find("before its slice"), std::string::npos) << early.message;
  TraceBuilder many = Stamps();
  many.header.in_force.procs = 2;
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 90 * kMs, 10, many).Of(ClauseId::kSLICE_3),
            Verdict::kNotExercised)
      << "with two P the task need not have waited for this one";
}

TEST(SLICE_3, WithPreemptionOffATaskYieldsInACall) {
  TraceBuilder off = Stamps();
  off.header.asked.asynchronous_preemption = 0;
  off.header.in_force.asynchronous_preemption = 0;
  EXPECT_EQ(Behind(Op::kWork, 60 * kMs, 20 * kMs, 5, off).Of(ClauseId::kSLICE_3),
            Verdict::kConforms);
  EXPECT_EQ(Behind(Op::kWork, 60 * kMs, 90 * kMs, 5, off).Of(ClauseId::kSLICE_3),
            Verdict::kViolates);
  EXPECT_EQ(Behind(Op::kWork, 60 * kMs, 90 * kMs, 5).Of(ClauseId::kSLICE_3),
            Verdict::kNotExercised);
}

TEST(PRE_5, ALoopThatWasOverProvesNothing) {
  EXPECT_EQ(Behind(Op::kSpin, 35 * kMs, 34 * kMs + 500'000, 50).Of(ClauseId::kPRE_5),
            Verdict::kNotExercised);
}

TEST(PRE_5, ALoopWithoutCallsYields) {
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 20 * kMs, 50).Of(ClauseId::kPRE_5), Verdict::kConforms);
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 90 * kMs, 10).Of(ClauseId::kPRE_5), Verdict::kViolates);
  TraceBuilder off = Stamps();
  off.header.in_force.asynchronous_preemption = 0;
  const Ruling ruling = Behind(Op::kSpin, 60 * kMs, 90 * kMs, 10, off).Judge(ClauseId::kPRE_5);
  EXPECT_EQ(ruling.verdict, Verdict::kViolates)
      << "it was asked for, the environment turned it off";
  EXPECT_NE(ruling.message.find("environment"), std::string::npos);
  off.header.asked.asynchronous_preemption = 0;
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 90 * kMs, 10, off).Of(ClauseId::kPRE_5),
            Verdict::kNotExercised);
}

// Loops of 200 ms to their ends, each behind a stall as long as itself, and `turns` of the monitor
// that must have found the slice over, the first of them `from_ns` after the loop's begin.
TraceBuilder StalledLoops(int turns, int64_t from_ns) {
  TraceBuilder trace = Stamps();
  for (int64_t child = 100; child < 110; ++child) {
    Spawn(trace, 1, child).Begin(1, Op::kSpin, 200 * kMs);
    trace.Wait(from_ns - 11 * kMs).Add(EventKind::kShallowWake);
    trace.Wait(11 * kMs);
    for (int turn = 0; turn < turns; ++turn) trace.Add(EventKind::kShallowWake).Wait(10 * kMs);
    trace.Wait(240 * kMs - from_ns - turns * 10 * kMs);
    trace.Add(EventKind::kStall, {{Arg::kDurationNs, 240 * kMs}}).End(1, Op::kSpin).Start(child);
    trace.Add(EventKind::kTaskEnd, {}, child).Wait(kMs);
  }
  trace.Wait(kSecond).Begin(1, Op::kYield);
  return trace;
}

TEST(PRE_5, NoStallExcusesALoopThatComputesOnBesideAMonitorThatTurns) {
  EXPECT_EQ(StalledLoops(5, 40 * kMs).Of(ClauseId::kPRE_5), Verdict::kViolates);
  EXPECT_EQ(StalledLoops(4, 40 * kMs).Of(ClauseId::kPRE_5), Verdict::kInconclusive);
  EXPECT_EQ(StalledLoops(5, 80 * kMs).Of(ClauseId::kPRE_5), Verdict::kInconclusive)
      << "three of them come when the loop may be nearly over";
}

TEST(PRE_3, WithPreemptionOffALoopKeepsItsP) {
  TraceBuilder off = Stamps();
  off.header.in_force.asynchronous_preemption = 0;
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 90 * kMs, 5, off).Of(ClauseId::kPRE_3), Verdict::kConforms);
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 20 * kMs, 5, off).Of(ClauseId::kPRE_3), Verdict::kViolates);
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 20 * kMs, 5).Of(ClauseId::kPRE_3), Verdict::kNotExercised);
  EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 600 * kUs, 5, off).Of(ClauseId::kPRE_3),
            Verdict::kNotExercised)
      << "it may have yielded where it called the loop";
}

// Idle until the network makes task 1 ready, which then blocks with another task behind it.
TraceBuilder AfterDeepSleep(int64_t idle_ns, int64_t wait_ns) {
  TraceBuilder trace = Stamps();
  for (int64_t child = 100; child < 105; ++child) {
    trace.Begin(1, Op::kWait).Wait(idle_ns).End(1, Op::kWait);
    Spawn(trace, 1, child).Begin(1, Op::kBlock, 60 * kMs);
    if (wait_ns < 60 * kMs) trace.Wait(wait_ns).Start(child).Add(EventKind::kTaskEnd, {}, child);
    trace.Wait(60 * kMs).End(1, Op::kBlock);
    if (wait_ns >= 60 * kMs) trace.Start(child).Add(EventKind::kTaskEnd, {}, child);
  }
  return trace;
}

TEST(DEEP_9, NoWakeUpIsLost) {
  EXPECT_EQ(AfterDeepSleep(50 * kMs, kMs).Of(ClauseId::kDEEP_9), Verdict::kConforms);
  EXPECT_EQ(AfterDeepSleep(50 * kMs, 90 * kMs).Of(ClauseId::kDEEP_9), Verdict::kViolates);
  EXPECT_EQ(AfterDeepSleep(5 * kMs, 90 * kMs).Of(ClauseId::kDEEP_9), Verdict::kNotExercised)
      << "the monitor may still have been awake";
  TraceBuilder traced = AfterDeepSleep(50 * kMs, kMs);
  traced.header.in_force.sched_trace_ms = 10;
  EXPECT_EQ(traced.Of(ClauseId::kDEEP_9), Verdict::kNotExercised);
}

TraceBuilder NetworkWaits(int64_t wait_ns, int64_t times, TraceBuilder trace = Stamps()) {
  trace.Start(2).Begin(1, Op::kSpin);
  for (int64_t i = 0; i < times; ++i) {
    trace.Begin(2, Op::kWait).Wait(kMs).Add(EventKind::kDescriptorReady, {{Arg::kDescriptor, 0}});
    trace.Wait(wait_ns).End(2, Op::kWait);
  }
  return trace;
}

TEST(POLL_7, AReadyTaskRunsThoughEveryPIsBusy) {
  EXPECT_EQ(NetworkWaits(30 * kMs, 50).Of(ClauseId::kPOLL_7), Verdict::kConforms);
  EXPECT_EQ(NetworkWaits(90 * kMs, 10).Of(ClauseId::kPOLL_7), Verdict::kViolates);
  EXPECT_EQ(Stamps().Of(ClauseId::kPOLL_7), Verdict::kNotExercised);
}

// Who waits for the only P, while a third task keeps it in a call that the runtime is not told of,
// has no right to it.
TEST(CallsUntold, ExcuseThoseWhoWaitForTheP) {
  const auto beside = [](bool untold) {
    TraceBuilder trace = Stamps();
    trace.Start(9);
    if (untold) trace.Begin(9, Op::kBlockUntold, 3600 * kSecond);
    return trace;
  };
  for (const bool untold : {true, false}) {
    const Verdict verdict = untold ? Verdict::kNotExercised : Verdict::kViolates;
    EXPECT_EQ(Behind(Op::kSpin, 60 * kMs, 90 * kMs, 10, beside(untold)).Of(ClauseId::kPRE_5),
              verdict);
    EXPECT_EQ(Behind(Op::kBlock, 60 * kMs, 45 * kMs, 10, beside(untold)).Of(ClauseId::kSYS_4),
              verdict);
    EXPECT_EQ(NetworkWaits(90 * kMs, 10, beside(untold)).Of(ClauseId::kPOLL_7), verdict);
  }
}

TraceBuilder AllWait() { return Stamps().Start(2).Begin(1, Op::kReceive).Begin(2, Op::kReceive); }

TEST(DEAD_3, ADeadlockIsReported) {
  TraceBuilder keeps = AllWait().Add(EventKind::kDeadlockReport);
  keeps.Add(EventKind::kProcessExit, {{Arg::kStatus, 2}});
  EXPECT_EQ(keeps.Of(ClauseId::kDEAD_3), Verdict::kConforms);
  EXPECT_EQ(keeps.Of(ClauseId::kID_3), Verdict::kConforms);
  const TraceBuilder silent = AllWait().Add(EventKind::kProcessExit, {{Arg::kStatus, 0}});
  EXPECT_EQ(silent.Of(ClauseId::kDEAD_3), Verdict::kViolates);
  EXPECT_EQ(silent.Of(ClauseId::kID_3), Verdict::kViolates);
  TraceBuilder killed = AllWait().Add(EventKind::kProcessExit, {{Arg::kStatus, 137}});
  EXPECT_EQ(killed.Of(ClauseId::kDEAD_3), Verdict::kInconclusive) << "it had no time";
  TraceBuilder stuck = AllWait().Wait(20 * kMs);
  stuck.Add(EventKind::kDeepSleep, {{Arg::kDurationNs, 60 * kSecond}}).Wait(9 * kSecond);
  stuck.Add(EventKind::kProcessExit, {{Arg::kStatus, 137}});
  EXPECT_EQ(stuck.Of(ClauseId::kDEAD_3), Verdict::kViolates);
  TraceBuilder clean = Stamps().Add(EventKind::kTaskEnd, {}, 1);
  clean.Add(EventKind::kProcessExit, {{Arg::kStatus, 0}});
  EXPECT_EQ(clean.Of(ClauseId::kDEAD_3), Verdict::kNotExercised);
}

TEST(DEAD_3, WhereTheHarnessHadToEndTheProcessThatIsSaid) {
  const auto ended_after = [](int64_t silent_ns) {
    return AllWait().Wait(silent_ns).Add(EventKind::kProcessExit, {{Arg::kStatus, -1}});
  };
  const Ruling silent = ended_after(4 * kSecond).Judge(ClauseId::kDEAD_3);
  EXPECT_EQ(silent.verdict, Verdict::kViolates);
  EXPECT_NE(silent.message.find("no report within 4000 ms; the harness ended the process"),
            std::string::npos)
      << silent.message;
  EXPECT_EQ(ended_after(4 * kSecond).Of(ClauseId::kID_3), Verdict::kInconclusive);
  EXPECT_EQ(ended_after(kSecond).Of(ClauseId::kDEAD_3), Verdict::kInconclusive);
  TraceBuilder stalled = AllWait().Wait(4 * kSecond);
  stalled.Add(EventKind::kStall, {{Arg::kDurationNs, 3 * kSecond}});
  stalled.Add(EventKind::kProcessExit, {{Arg::kStatus, -1}});
  EXPECT_EQ(stalled.Of(ClauseId::kDEAD_3), Verdict::kInconclusive);
}

TEST(DEAD_4, ATimerIsNoDeadlock) {
  const auto make = [] { return Stamps().Start(2).Begin(1, Op::kReceive).Begin(2, Op::kSleep); };
  EXPECT_EQ(make().Wait(kSecond).End(2, Op::kSleep).Of(ClauseId::kDEAD_4), Verdict::kConforms);
  EXPECT_EQ(make().Add(EventKind::kDeadlockReport).Of(ClauseId::kDEAD_4), Verdict::kViolates);
  EXPECT_EQ(AllWait().Add(EventKind::kDeadlockReport).Of(ClauseId::kDEAD_4),
            Verdict::kNotExercised);
}

TEST(DEAD_5, AWaitOnTheNetworkIsNoDeadlock) {
  const auto make = [] { return Stamps().Start(2).Begin(1, Op::kReceive).Begin(2, Op::kWait); };
  EXPECT_EQ(make().Wait(kSecond).End(2, Op::kWait).Of(ClauseId::kDEAD_5), Verdict::kConforms);
  EXPECT_EQ(make().Add(EventKind::kDeadlockReport).Of(ClauseId::kDEAD_5), Verdict::kViolates);
}

TEST(HAND_8, NoRunnableTaskIsStranded) {
  TraceBuilder keeps = Stamps();
  Spawn(keeps, 1, 5).Start(5).Add(EventKind::kScenarioEnd);
  EXPECT_EQ(keeps.Of(ClauseId::kHAND_8), Verdict::kConforms);
  TraceBuilder breaks = Stamps();
  Spawn(breaks, 1, 5).Add(EventKind::kScenarioEnd);
  EXPECT_EQ(breaks.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

TEST(HAND_8, AnEndWithRunnableTasksProvesNothingByItself) {
  const auto make = [](bool rests, Op op) {
    TraceBuilder trace = Stamps();
    Spawn(trace, 1, 5).Begin(1, op).Wait(20 * kMs);
    if (rests) trace.Add(EventKind::kDeepSleep, {{Arg::kDurationNs, 60 * kSecond}});
    trace.Wait(9 * kSecond).Add(EventKind::kProcessExit, {{Arg::kStatus, 137}});
    return trace.Of(ClauseId::kHAND_8);
  };
  EXPECT_EQ(make(true, Op::kReceive), Verdict::kViolates);
  EXPECT_EQ(make(false, Op::kReceive), Verdict::kInconclusive) << "it may have hung altogether";
  EXPECT_EQ(make(true, Op::kSpin), Verdict::kInconclusive) << "the P is in use";
}

TEST(SYS_8, NoMoreTasksRunAtOnceThanThereAreP) {
  const auto make = [](int64_t cpu_ns) {
    TraceBuilder trace = Stamps().Add(EventKind::kCpuTime, {{Arg::kCpuNs, kMs}}, 1).Wait(kSecond);
    return trace.Add(EventKind::kCpuTime, {{Arg::kCpuNs, kMs + cpu_ns}}, 1).Of(ClauseId::kSYS_8);
  };
  EXPECT_EQ(make(kSecond), Verdict::kConforms);
  EXPECT_EQ(make(19 * kSecond / 10), Verdict::kViolates);
  EXPECT_EQ(Stamps().Of(ClauseId::kSYS_8), Verdict::kNotExercised);
}

TEST(CAD_9, ATaskNeverSleepsShorterThanItAskedFor) {
  const auto make = [](int64_t slept_ns) {
    return Stamps()
        .Begin(1, Op::kSleep, 5 * kMs)
        .Wait(slept_ns)
        .End(1, Op::kSleep)
        .Of(ClauseId::kCAD_9);
  };
  EXPECT_EQ(make(5 * kMs), Verdict::kConforms);
  EXPECT_EQ(make(4 * kMs), Verdict::kViolates);
  EXPECT_EQ(Stamps().Of(ClauseId::kCAD_9), Verdict::kNotExercised);
}

}  // namespace
}  // namespace proctor
