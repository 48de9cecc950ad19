// Sleeps of tasks, by their stamps: early, late and lost.

#include <gtest/gtest.h>

#include "conformance/evidence/harness_end.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

// `times` sleeps of `duration_ns` that end `late_ns` after their time, beside a task that computes
// or alone.
TraceBuilder Sleeps(bool beside_spinner, int64_t duration_ns, int64_t late_ns, int64_t times) {
  TraceBuilder trace = Stamps();
  trace.Start(2);
  for (int64_t i = 0; i < times; ++i) {
    if (beside_spinner) {
      trace.Begin(2, Op::kSleep, duration_ns).Begin(1, Op::kSpin);
      trace.Wait(duration_ns + late_ns - 2 * kUs).End(2, Op::kSleep).End(1, Op::kSpin);
    } else {
      trace.Begin(1, Op::kWait).Begin(2, Op::kSleep, duration_ns);
      trace.Wait(duration_ns + late_ns - kUs).End(2, Op::kSleep).End(1, Op::kWait);
    }
  }
  return trace;
}

TEST(TIME_1, NoSleepEndsEarly) {
  EXPECT_EQ(Sleeps(false, 5 * kMs, 0, 1).Of(ClauseId::kTIME_1), Verdict::kConforms);
  const Ruling early = Sleeps(false, 5 * kMs, -1, 1).Judge(ClauseId::kTIME_1);
  EXPECT_EQ(early.verdict, Verdict::kViolates);
  EXPECT_EQ(early.evidence.size(), 2u);
}

TEST(TIME_2, ATimerBesideASpinnerWaitsForItsSliceOnly) {
  EXPECT_EQ(Sleeps(true, 5 * kMs, 20 * kMs, 50).Of(ClauseId::kTIME_2), Verdict::kConforms);
  EXPECT_EQ(Sleeps(true, 5 * kMs, 60 * kMs, 10).Of(ClauseId::kTIME_2), Verdict::kViolates);
  EXPECT_EQ(Sleeps(false, 5 * kMs, 60 * kMs, 10).Of(ClauseId::kTIME_2), Verdict::kNotExercised);
  TraceBuilder off = Sleeps(true, 5 * kMs, 60 * kMs, 10);
  off.header.in_force.asynchronous_preemption = 0;
  EXPECT_EQ(off.Of(ClauseId::kTIME_2), Verdict::kNotExercised);
}

TEST(TIME_2, AWaitThatOnlyTheSpinnersEndEndsCounts) {
  TraceBuilder trace = Stamps();
  trace.Start(2).Begin(2, Op::kSleep, kMs).Begin(1, Op::kSpin).Wait(2 * kSecond);
  trace.End(1, Op::kSpin).Begin(1, Op::kSleep, kSecond).End(2, Op::kSleep);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_2), Verdict::kViolates);
}

TEST(TIME_2, AStoppedHarnessExplainsAWaitThatTheSpinnersEndEnds) {
  TraceBuilder trace = Stamps();
  trace.Start(2).Begin(2, Op::kSleep, kMs).Begin(1, Op::kSpin).Wait(10 * kMs + 1400 * kMs);
  trace.Add(EventKind::kStall, {{Arg::kDurationNs, 1400 * kMs}}).Wait(10 * kMs);
  trace.End(1, Op::kSpin).Begin(1, Op::kSleep, kSecond).End(2, Op::kSleep);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_2), Verdict::kInconclusive);
}

TEST(TIME_2, WhereTasksStandInLineNothingIsSaid) {
  TraceBuilder trace = Stamps();
  trace.Start(2).Start(3).Begin(3, Op::kSpin);
  for (int i = 0; i < 10; ++i) {
    trace.Begin(2, Op::kSleep, kMs).Begin(1, Op::kSpin).Wait(90 * kMs);
    trace.End(2, Op::kSleep).End(1, Op::kSpin);
  }
  EXPECT_EQ(trace.Of(ClauseId::kTIME_2), Verdict::kNotExercised);
}

TEST(TIME_3, ATimerBesideAnIdleProcessorIsOnTime) {
  EXPECT_EQ(Sleeps(false, 5 * kMs, kMs, 50).Of(ClauseId::kTIME_3), Verdict::kConforms);
  EXPECT_EQ(Sleeps(false, 5 * kMs, 19 * kMs, 10).Of(ClauseId::kTIME_3), Verdict::kViolates);
  EXPECT_EQ(Sleeps(false, 5 * kMs, kMs, 3).Of(ClauseId::kTIME_3), Verdict::kInconclusive);
  EXPECT_EQ(Sleeps(true, 5 * kMs, 19 * kMs, 10).Of(ClauseId::kTIME_3), Verdict::kNotExercised);
}

// Of `sleeps` beside an idle processor every `nth` is 20 ms late.
TraceBuilder LateNow(int64_t sleeps, int64_t nth) {
  TraceBuilder trace = Stamps();
  trace.Start(2).Begin(1, Op::kWait);
  for (int64_t i = 1; i <= sleeps; ++i) {
    trace.Begin(2, Op::kSleep, 5 * kMs).Wait(5 * kMs + (i % nth == 0 ? 20 * kMs : 0));
    trace.End(2, Op::kSleep);
  }
  return trace;
}

TEST(TIME_3, AFewThatAreLateAccuseNobodyAndAShareDoes) {
  EXPECT_NE(LateNow(185, 15).Of(ClauseId::kTIME_3), Verdict::kViolates);
  EXPECT_EQ(LateNow(120, 6).Of(ClauseId::kTIME_3), Verdict::kViolates);
}

// `sleepers` are due at once, and run one after the other within 20 ms.
Verdict DueAtOnce(int64_t sleepers) {
  TraceBuilder trace = Stamps();
  trace.header.in_force.procs = 4;
  for (int64_t i = 0; i < sleepers; ++i) trace.Start(2 + i);
  for (int64_t i = 0; i < sleepers; ++i) trace.Begin(2 + i, Op::kSleep, 5 * kMs);
  trace.Begin(1, Op::kWait).Wait(5 * kMs);
  for (int64_t i = 0; i < sleepers; ++i) {
    trace.Wait(20 * kMs / sleepers).End(2 + i, Op::kSleep).Add(EventKind::kTaskEnd, {}, 2 + i);
  }
  return trace.Of(ClauseId::kTIME_3);
}

TEST(TIME_3, VeryManyThatAreDueAtOnceStandInLine) {
  EXPECT_EQ(DueAtOnce(100), Verdict::kViolates);
  EXPECT_NE(DueAtOnce(2000), Verdict::kViolates);
}

TEST(TIME_4, ShortSleepsAreNotAllAMillisecondLate) {
  EXPECT_EQ(Sleeps(false, kMs / 5, kMs / 10, 1).Of(ClauseId::kTIME_4), Verdict::kConforms);
  EXPECT_EQ(Sleeps(false, kMs / 5, kMs, 20).Of(ClauseId::kTIME_4), Verdict::kViolates);
  EXPECT_EQ(Sleeps(false, kMs / 5, kMs, 19).Of(ClauseId::kTIME_4), Verdict::kInconclusive);
  EXPECT_EQ(Sleeps(false, 5 * kMs, kMs, 20).Of(ClauseId::kTIME_4), Verdict::kNotExercised);
}

TEST(TIME_5, ASleepThatNeverEndsIsLost) {
  TraceBuilder trace = Stamps();
  trace.Begin(1, Op::kSleep, 5 * kMs).Wait(3 * kSecond);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_5), Verdict::kNotExercised) << "it may still come";
  trace.Add(EventKind::kAtRest, {{Arg::kDurationNs, 2 * kSecond}});
  EXPECT_EQ(trace.Of(ClauseId::kTIME_5), Verdict::kViolates);
  TraceBuilder longer = Stamps();
  longer.Begin(1, Op::kSleep, 5 * kSecond).Wait(3 * kSecond);
  longer.Add(EventKind::kAtRest, {{Arg::kDurationNs, 2 * kSecond}});
  EXPECT_EQ(longer.Of(ClauseId::kTIME_5), Verdict::kNotExercised);
}

TEST(TIME_5, ASleepThatTheHarnessHadToEndWasLost) {
  const auto make = [](int64_t waited_ns, int64_t stalled_ns) {
    TraceBuilder trace = Stamps();
    trace.header.in_force.procs = 2;
    trace.Begin(1, Op::kSleep, 10 * kMs).Wait(waited_ns);
    if (stalled_ns > 0) trace.Add(EventKind::kStall, {{Arg::kDurationNs, stalled_ns}});
    return trace.Add(EventKind::kProcessExit, {{Arg::kStatus, kEndedByHarness}})
        .Of(ClauseId::kTIME_5);
  };
  EXPECT_EQ(make(20 * kSecond, 0), Verdict::kViolates);
  EXPECT_EQ(make(5 * kSecond, 0), Verdict::kNotExercised);
  EXPECT_EQ(make(20 * kSecond, 12 * kSecond), Verdict::kNotExercised) << "the machine stood still";
}

}  // namespace
}  // namespace proctor
