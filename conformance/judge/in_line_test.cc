// Tasks that compute on the only P, one after the other.

#include <gtest/gtest.h>

#include <vector>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

constexpr int64_t kTasks = 8;

TraceBuilder Computing() {
  TraceBuilder trace;
  trace.header.tiers = kX;
  trace.header.in_force.procs = 1;
  trace.header.in_force.gc_percent = -1;
  for (int64_t task = 1; task <= kTasks; ++task) trace.Start(task).Begin(task, Op::kSpin, 4 * kMs);
  return trace;
}

// The task has a slice.
void Turn(TraceBuilder& trace, int64_t task, Op op = Op::kSpin) {
  for (int64_t i = 0; i < 5; ++i) {
    trace.End(task, op).Begin(task, op, 4 * kMs).Wait(4 * kMs);
  }
}

TEST(InLine, TurnsAreTakenInLine) {
  TraceBuilder trace = Computing();
  for (int64_t round = 0; round < 6; ++round) {
    for (int64_t task = 1; task <= kTasks; ++task) Turn(trace, task);
  }
  EXPECT_EQ(trace.Of(ClauseId::kHAND_8), Verdict::kConforms);
}

// As where who loses the P is put at the head of the queue.
TraceBuilder ToAndFro(Op op = Op::kSpin) {
  TraceBuilder trace = Computing();
  for (int64_t round = 0; round < 3; ++round) {
    for (int64_t task = 1; task <= kTasks; ++task) Turn(trace, task, op);
    for (int64_t task = kTasks; task >= 1; --task) Turn(trace, task, op);
  }
  return trace;
}

TEST(InLine, WhoLosesThePIsBehindAllThatWait) {
  const Ruling broken = ToAndFro().Judge(ClauseId::kHAND_8);
  EXPECT_EQ(broken.verdict, Verdict::kViolates);
  EXPECT_EQ(broken.evidence.size(), 2u);
}

TEST(InLine, WhoWaitsForSomethingElseHasNoTurn) {
  EXPECT_NE(ToAndFro(Op::kSleep).Of(ClauseId::kHAND_8), Verdict::kViolates);
}

TEST(InLine, CollectionsTakeTurnsOfTheirOwn) {
  TraceBuilder trace = ToAndFro();
  trace.header.in_force.gc_percent = 100;
  EXPECT_NE(trace.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

TEST(InLine, AStallOfTheMachineIsNobodysFault) {
  TraceBuilder trace = ToAndFro();
  const int64_t all_ns = trace.now_ns - kSecond;
  trace.Add(EventKind::kStall, {{Arg::kDurationNs, all_ns}});
  EXPECT_NE(trace.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

TEST(InLine, WithTwoPNobodyIsInLine) {
  TraceBuilder trace = ToAndFro();
  trace.header.in_force.procs = 2;
  EXPECT_NE(trace.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
