// Two tasks that hand the only P over to each other, and others that wait to run.

#include <gtest/gtest.h>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

// Each of `tasks` becomes runnable, and starts after `rounds` rounds of the other two.
TraceBuilder HandedOver(int64_t tasks, int64_t rounds, Op also = Op::kSpin) {
  TraceBuilder trace;
  trace.header.tiers = kX;
  trace.header.in_force.procs = 1;
  trace.Start(1).Start(2);
  for (int64_t task = 100; task < 100 + tasks; ++task) {
    trace.Add(EventKind::kTaskSpawn, {{Arg::kTask, task}}, 1);
    for (int64_t round = 0; round < rounds; ++round) {
      trace.Begin(1, Op::kSend).End(1, Op::kSend).Begin(1, also, 300 * kUs).Wait(300 * kUs);
      trace.End(1, also).Begin(2, Op::kReceive).End(2, Op::kReceive).Wait(300 * kUs);
    }
    trace.Start(task).Add(EventKind::kTaskEnd, {}, task);
  }
  return trace;
}

TEST(HandedOver, OthersRunWhenTheSliceOfBothIsOver) {
  EXPECT_EQ(HandedOver(4, 40).Of(ClauseId::kHAND_8), Verdict::kConforms);
  const Ruling broken = HandedOver(4, 400).Judge(ClauseId::kHAND_8);
  EXPECT_EQ(broken.verdict, Verdict::kViolates);
  EXPECT_EQ(broken.evidence.size(), 2u);
}

TEST(HandedOver, TwoThatWaitedMayBeNoise) {
  EXPECT_EQ(HandedOver(2, 400).Of(ClauseId::kHAND_8), Verdict::kConforms)
      << "that they ran at all is what others judge";
}

TEST(HandedOver, WhoEntersACallIsOtherClausesMatter) {
  EXPECT_EQ(HandedOver(4, 400, Op::kBlock).Of(ClauseId::kHAND_8), Verdict::kConforms);
}

// Each of `tasks` is in a call of 40 ms, while the other two go on for `rounds` rounds more.
TraceBuilder CallsBeside(int64_t tasks, int64_t rounds, int64_t call_ns = 40 * kMs) {
  TraceBuilder trace;
  trace.header.tiers = kX;
  trace.header.in_force.procs = 1;
  trace.Start(1).Start(2);
  for (int64_t task = 100; task < 100 + tasks; ++task) {
    trace.Start(task).Begin(task, Op::kBlock, call_ns).Wait(call_ns);
    for (int64_t round = 0; round < rounds; ++round) {
      trace.Begin(1, Op::kSend).End(1, Op::kSend).Begin(1, Op::kSpin, 300 * kUs).Wait(300 * kUs);
      trace.End(1, Op::kSpin).Begin(2, Op::kReceive).End(2, Op::kReceive).Wait(300 * kUs);
    }
    trace.End(task, Op::kBlock).Add(EventKind::kTaskEnd, {}, task);
  }
  return trace;
}

TEST(HandedOver, WhoComesBackFromACallHasItsTurn) {
  EXPECT_EQ(CallsBeside(4, 40).Of(ClauseId::kHAND_8), Verdict::kConforms);
  const Ruling broken = CallsBeside(4, 2500).Judge(ClauseId::kHAND_8);
  EXPECT_EQ(broken.verdict, Verdict::kViolates);
  EXPECT_EQ(broken.evidence.size(), 2u);
}

TEST(HandedOver, ASlowMachineAddsTimeAndNoMessages) {
  EXPECT_EQ(CallsBeside(4, 400).Of(ClauseId::kHAND_8), Verdict::kConforms);
  TraceBuilder stalled = CallsBeside(4, 2500);
  stalled.Add(EventKind::kStall, {{Arg::kDurationNs, stalled.now_ns - kSecond}});
  EXPECT_EQ(stalled.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

TEST(HandedOver, WhoMayHaveKeptThePIsNotBehindTheOthers) {
  EXPECT_NE(CallsBeside(4, 2500, 20 * kMs).Of(ClauseId::kHAND_8), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
