// Hand-made evidence of timers that tasks set for their own.

#include <gtest/gtest.h>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

// The operation of a task on its timer 0, and what the runtime answers.
TraceBuilder& OnTimer(TraceBuilder& trace, Op op, int64_t duration_ns, bool active) {
  trace.Begin(1, op, duration_ns);
  trace.Add(EventKind::kTimerAnswer, {{Arg::kTimer, 0}, {Arg::kActive, active ? 1 : 0}}, 1);
  return trace.End(1, op);
}

TraceBuilder& Expired(TraceBuilder& trace) {
  return trace.Add(EventKind::kTimerExpired, {{Arg::kTimer, 0}}, 1);
}

TraceBuilder SetTimer(int64_t duration_ns) {
  TraceBuilder trace = Stamps();
  return OnTimer(trace, Op::kSetTimer, duration_ns, false);
}

TEST(TIME_1, NoTimerFiresEarlyAlsoAfterAReset) {
  TraceBuilder right = SetTimer(5 * kMs).Wait(5 * kMs);
  EXPECT_EQ(Expired(right).Violations(), "");
  EXPECT_EQ(right.Of(ClauseId::kTIME_1), Verdict::kConforms);
  TraceBuilder early = SetTimer(5 * kMs).Wait(4 * kMs);
  EXPECT_EQ(Expired(early).Of(ClauseId::kTIME_1), Verdict::kViolates);
  TraceBuilder reset = SetTimer(5 * kMs).Wait(kMs);
  OnTimer(reset, Op::kResetTimer, 9 * kMs, true).Wait(5 * kMs);
  EXPECT_EQ(Expired(reset).Of(ClauseId::kTIME_1), Verdict::kViolates);
}

TEST(TIME_3, ATimerThatIsResetToSoonerIsOnTime) {
  TraceBuilder trace = Stamps();
  trace.header.in_force.procs = 2;
  for (int i = 0; i < 10; ++i) {
    OnTimer(trace, Op::kSetTimer, 80 * kMs, false).Wait(kMs);
    OnTimer(trace, Op::kResetTimer, 3 * kMs, true).Wait(80 * kMs);
    Expired(trace);
  }
  EXPECT_EQ(trace.Of(ClauseId::kTIME_3), Verdict::kViolates);
  // With no processor to spare nothing is said.
  trace.header.in_force.procs = 1;
  EXPECT_NE(trace.Of(ClauseId::kTIME_3), Verdict::kViolates);
  trace.header.in_force.procs = 0;
  EXPECT_EQ(trace.Of(ClauseId::kTIME_3), Verdict::kNotExercised);
}

TEST(TIME_3, ATimerThatIsStoppedLongAfterItsTimeWasLate) {
  TraceBuilder trace = Stamps();
  trace.header.in_force.procs = 2;
  for (int i = 0; i < 10; ++i) {
    OnTimer(trace, Op::kSetTimer, 3 * kMs, false).Wait(60 * kMs);
    OnTimer(trace, Op::kStopTimer, 0, true);
  }
  EXPECT_EQ(trace.Of(ClauseId::kTIME_3), Verdict::kViolates);
}

TEST(TIME_5, ATimerThatNeverFiresIsLost) {
  TraceBuilder trace = SetTimer(5 * kMs).Wait(3 * kSecond);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_5), Verdict::kNotExercised) << "it may still come";
  TraceBuilder at_rest = trace;
  at_rest.Add(EventKind::kAtRest, {{Arg::kDurationNs, 2 * kSecond}});
  EXPECT_EQ(at_rest.Of(ClauseId::kTIME_5), Verdict::kViolates);
  TraceBuilder ended = trace;
  EXPECT_EQ(ended.Add(EventKind::kScenarioEnd).Of(ClauseId::kTIME_5), Verdict::kViolates);
  TraceBuilder reported = trace;
  EXPECT_EQ(reported.Add(EventKind::kDeadlockReport).Of(ClauseId::kTIME_5), Verdict::kViolates);
  TraceBuilder stopped = SetTimer(5 * kMs).Wait(kMs);
  OnTimer(stopped, Op::kStopTimer, 0, true).Wait(3 * kSecond);
  stopped.Add(EventKind::kAtRest, {{Arg::kDurationNs, 2 * kSecond}});
  EXPECT_EQ(stopped.Of(ClauseId::kTIME_5), Verdict::kNotExercised);
}

TEST(DEAD_4, ATimerThatIsSetIsNoDeadlock) {
  TraceBuilder trace = SetTimer(5 * kSecond).Wait(kSecond);
  trace.Add(EventKind::kDeadlockReport);
  EXPECT_EQ(trace.Of(ClauseId::kDEAD_4), Verdict::kViolates);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_5), Verdict::kNotExercised);
}

TEST(TIME_6, WhatWasStoppedDoesNotFire) {
  TraceBuilder trace = SetTimer(5 * kMs).Wait(kMs);
  OnTimer(trace, Op::kStopTimer, 0, true).Wait(9 * kMs);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_6), Verdict::kConforms);
  EXPECT_EQ(Expired(trace).Of(ClauseId::kTIME_6), Verdict::kViolates);
}

TEST(TIME_6, TheAnswerToAStopIsTrue) {
  TraceBuilder fired = SetTimer(5 * kMs).Wait(6 * kMs);
  Expired(fired).Wait(kMs);
  TraceBuilder truly = fired;
  EXPECT_EQ(OnTimer(truly, Op::kStopTimer, 0, false).Of(ClauseId::kTIME_6), Verdict::kConforms);
  EXPECT_EQ(OnTimer(fired, Op::kStopTimer, 0, true).Of(ClauseId::kTIME_6), Verdict::kViolates);
  TraceBuilder pending = SetTimer(5 * kMs).Wait(kMs);
  EXPECT_EQ(OnTimer(pending, Op::kStopTimer, 0, false).Of(ClauseId::kTIME_6), Verdict::kViolates);
}

// A timer fires while it is being stopped: what it may do only the answer says.
TEST(TIME_6, WhatFiresBesideTheStopIsJudgedByItsAnswer) {
  for (const bool active : {false, true}) {
    TraceBuilder trace = SetTimer(5 * kMs).Wait(5 * kMs).Begin(1, Op::kStopTimer);
    Expired(trace).Add(EventKind::kTimerAnswer, {{Arg::kTimer, 0}, {Arg::kActive, active}}, 1);
    trace.End(1, Op::kStopTimer);
    EXPECT_EQ(trace.Of(ClauseId::kTIME_6), active ? Verdict::kViolates : Verdict::kConforms);
  }
  // Its stamp may come late.
  TraceBuilder late = SetTimer(5 * kMs).Wait(5 * kMs);
  OnTimer(late, Op::kResetTimer, 2 * kMs, false);
  Expired(late).Wait(2 * kMs);
  EXPECT_EQ(Expired(late).Violations(), "");
}

TEST(TIME_7, ATimerFiresOnceForEachTimeThatItIsSet) {
  TraceBuilder trace = SetTimer(5 * kMs).Wait(6 * kMs);
  Expired(trace);
  EXPECT_EQ(trace.Of(ClauseId::kTIME_7), Verdict::kConforms);
  TraceBuilder twice = trace;
  EXPECT_EQ(Expired(twice).Of(ClauseId::kTIME_7), Verdict::kViolates);
  OnTimer(trace, Op::kResetTimer, 5 * kMs, false).Wait(6 * kMs);
  EXPECT_EQ(Expired(trace).Violations(), "");
  EXPECT_EQ(Expired(trace).Of(ClauseId::kTIME_7), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
