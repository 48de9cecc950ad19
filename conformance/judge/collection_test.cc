// Collections, by the stamps of tasks: forced too early, too late, or never.

#include <gtest/gtest.h>

#include "conformance/evidence/harness_end.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

TraceBuilder Collections(int64_t period_ns, std::initializer_list<int64_t> ages_ns,
                         int64_t gc_percent = 100) {
  TraceBuilder trace = Stamps();
  trace.header.in_force.gc_percent = gc_percent;
  trace.header.in_force.forcegc_period_ns = period_ns;
  trace.Begin(1, Op::kCollect).Add(EventKind::kCollection, {{Arg::kCount, 1}}).End(1, Op::kCollect);
  trace.Begin(1, Op::kSleep);
  for (const int64_t age_ns : ages_ns) {
    trace.Wait(age_ns - 2 * kUs).Add(EventKind::kCollection, {{Arg::kCount, 2}});
  }
  return trace;
}

TEST(GC_1, IsForcedAfterThePeriodAndNotBefore) {
  const auto make = [](std::initializer_list<int64_t> ages_ns) {
    return Collections(200 * kMs, ages_ns).Of(ClauseId::kGC_1);
  };
  EXPECT_EQ(make({210 * kMs, 290 * kMs}), Verdict::kConforms);
  EXPECT_EQ(make({210 * kMs, 190 * kMs}), Verdict::kViolates);
  EXPECT_EQ(make({}), Verdict::kNotExercised);
  TraceBuilder growing = Collections(200 * kMs, {});
  growing.Start(2).Begin(2, Op::kWork).Add(EventKind::kCollection, {{Arg::kCount, 2}});
  EXPECT_EQ(growing.Of(ClauseId::kGC_1), Verdict::kNotExercised) << "the heap grew";
}

// However long the time that a trace says, what did not come in it is not counted for ever.
TEST(GC_5, AFarFutureIsJudgedAtOnce) {
  const Ruling ruling = Collections(200 * kMs, {90'000'000 * kSecond}).Judge(ClauseId::kGC_5);
  EXPECT_EQ(ruling.verdict, Verdict::kViolates);
  EXPECT_NE(ruling.message.find("n=100"), std::string::npos) << ruling.message;
}

TEST(GC_5, IsNotForcedMuchLater) {
  EXPECT_EQ(Collections(200 * kMs, {290 * kMs}).Of(ClauseId::kGC_5), Verdict::kConforms);
  EXPECT_EQ(Collections(200 * kMs, {500 * kMs, 500 * kMs, 500 * kMs}).Of(ClauseId::kGC_5),
            Verdict::kViolates);
  EXPECT_EQ(Collections(200 * kMs, {500 * kMs}).Of(ClauseId::kGC_5), Verdict::kInconclusive)
      << "once may be noise that no canary saw";
  EXPECT_EQ(Collections(200 * kMs, {1500 * kMs}).Of(ClauseId::kGC_5), Verdict::kViolates)
      << "it was due again and again";
}

TEST(GC_5, WhatIsInTimeInSpiteOfNoiseIsInTime) {
  const auto make = [](std::initializer_list<int64_t> ages_ns) {
    TraceBuilder trace = Collections(200 * kMs, ages_ns);
    return trace.Add(EventKind::kStall, {{Arg::kDurationNs, 100 * kSecond}}).Of(ClauseId::kGC_5);
  };
  EXPECT_EQ(make({290 * kMs, 290 * kMs}), Verdict::kConforms);
  EXPECT_EQ(make({500 * kMs, 500 * kMs, 500 * kMs}), Verdict::kInconclusive);
  EXPECT_EQ(make({290 * kMs, 500 * kMs, 500 * kMs}), Verdict::kInconclusive)
      << "most of them exceed";
}

// It cannot stop the world meanwhile: the loop is to blame (SLICE-3, PRE-5), not the trigger.
TEST(GC_5, ALoopThatNothingStopsHoldsItUp) {
  const auto make = [](int64_t asynchronous, PreemptionKind kind, Op op) {
    TraceBuilder trace = Stamps();
    trace.header.in_force.gc_percent = 100;
    trace.header.in_force.forcegc_period_ns = 200 * kMs;
    trace.header.in_force.asynchronous_preemption = asynchronous;
    trace.header.promises.preemption = kind;
    trace.Begin(1, Op::kCollect).Add(EventKind::kCollection, {{Arg::kCount, 1}});
    trace.End(1, Op::kCollect).Begin(1, op).Wait(2 * kSecond).End(1, op).Wait(100 * kMs);
    return trace.Add(EventKind::kScenarioEnd).Of(ClauseId::kGC_5);
  };
  EXPECT_EQ(make(1, PreemptionKind::kSignal, Op::kSpin), Verdict::kViolates);
  EXPECT_EQ(make(0, PreemptionKind::kSignal, Op::kSpin), Verdict::kNotExercised);
  EXPECT_EQ(make(1, PreemptionKind::kNone, Op::kSpin), Verdict::kNotExercised);
  EXPECT_EQ(make(1, PreemptionKind::kSignal, Op::kBlockUntold), Verdict::kNotExercised);
  EXPECT_EQ(make(0, PreemptionKind::kSignal, Op::kSleep), Verdict::kViolates);
}

TEST(GC_3, NothingIsForcedWithTheCollectorOff) {
  TraceBuilder off = Collections(200 * kMs, {}, -1).Wait(2 * kSecond).Add(EventKind::kScenarioEnd);
  EXPECT_EQ(off.Of(ClauseId::kGC_3), Verdict::kConforms);
  EXPECT_EQ(off.Of(ClauseId::kGC_1), Verdict::kNotExercised);
  EXPECT_EQ(Collections(200 * kMs, {250 * kMs}, -1).Of(ClauseId::kGC_3), Verdict::kViolates);
  EXPECT_EQ(Collections(200 * kMs, {250 * kMs}).Of(ClauseId::kGC_3), Verdict::kNotExercised);
}

TEST(STW_3, ACollectionStopsATaskThatComputes) {
  TraceBuilder keeps = Stamps();
  keeps.Start(2).Begin(2, Op::kWork);
  keeps.Begin(1, Op::kCollect).Wait(20 * kMs).End(1, Op::kCollect).Wait(kSecond).End(2, Op::kWork);
  EXPECT_EQ(keeps.Of(ClauseId::kSTW_3), Verdict::kConforms);
  TraceBuilder breaks = Stamps();
  for (int i = 0; i < 3; ++i) {
    breaks.Start(2).Begin(2, Op::kWork).Begin(1, Op::kCollect).Wait(kSecond);
    breaks.End(2, Op::kWork).End(1, Op::kCollect);
  }
  EXPECT_EQ(breaks.Of(ClauseId::kSTW_3), Verdict::kViolates);
  TraceBuilder alone = Stamps().Begin(1, Op::kCollect).Wait(kSecond).End(1, Op::kCollect);
  EXPECT_EQ(alone.Of(ClauseId::kSTW_3), Verdict::kNotExercised);
  const auto beside_a_stall_of = [](int64_t stalled_ns) {
    TraceBuilder trace = Stamps();
    for (int i = 0; i < 3; ++i) {
      trace.Start(2).Begin(2, Op::kWork).Begin(1, Op::kCollect).Wait(stalled_ns);
      trace.Add(EventKind::kStall, {{Arg::kDurationNs, stalled_ns}});
      trace.Wait(kSecond - stalled_ns).End(2, Op::kWork).End(1, Op::kCollect);
    }
    return trace.Of(ClauseId::kSTW_3);
  };
  EXPECT_EQ(beside_a_stall_of(20 * kMs), Verdict::kViolates) << "it explains no long wait";
  EXPECT_EQ(beside_a_stall_of(990 * kMs), Verdict::kInconclusive);
}

TEST(STW_3, ACollectionDoesNotWaitForATaskInACall) {
  for (const bool stops : {true, false}) {
    TraceBuilder trace = Stamps();
    for (int i = 0; i < 3; ++i) {
      trace.Start(2).Begin(2, Op::kBlock, 200 * kMs).Begin(1, Op::kCollect).Wait(kMs);
      if (stops) trace.End(1, Op::kCollect);
      trace.Wait(200 * kMs).End(2, Op::kBlock);
      if (!stops) trace.End(1, Op::kCollect);
    }
    EXPECT_EQ(trace.Of(ClauseId::kSTW_3), stops ? Verdict::kConforms : Verdict::kViolates);
  }
}

TEST(STW_3, ACollectionThatNeverEndsIsNotMissed) {
  const auto ended_after = [](int64_t duration_ns, int64_t status, Op beside) {
    TraceBuilder trace = Stamps().Start(2).Begin(2, beside).Begin(1, Op::kCollect);
    trace.Wait(duration_ns).Add(EventKind::kProcessExit, {{Arg::kStatus, status}});
    return trace.Of(ClauseId::kSTW_3);
  };
  EXPECT_EQ(ended_after(9 * kSecond, kEndedByHarness, Op::kSpin), Verdict::kViolates);
  EXPECT_NE(ended_after(2 * kSecond, kEndedByHarness, Op::kSpin), Verdict::kViolates);
  EXPECT_NE(ended_after(9 * kSecond, 2, Op::kSpin), Verdict::kViolates);
  EXPECT_NE(ended_after(9 * kSecond, kEndedByHarness, Op::kBlockUntold), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
