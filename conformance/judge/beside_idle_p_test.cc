// A task spawns others and computes on, while a P is idle.

#include <gtest/gtest.h>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

// Each of `tasks` starts so long after it was made runnable; after 30 ms the other one is done
// computing.
TraceBuilder Spawns(int64_t tasks, int64_t after_ns, int64_t procs = 2, Op then = Op::kSpin) {
  constexpr int64_t kComputes = 30 * kMs;
  TraceBuilder trace;
  trace.header.tiers = kX;
  trace.header.in_force.procs = procs;
  trace.header.in_force.gc_percent = -1;
  trace.Start(1);
  for (int64_t task = 100; task < 100 + tasks; ++task) {
    trace.Begin(1, Op::kSpawn).Add(EventKind::kTaskSpawn, {{Arg::kTask, task}}, 1);
    trace.End(1, Op::kSpawn).Begin(1, then, kComputes).Wait(std::min(after_ns, kComputes));
    if (after_ns < kComputes) trace.Start(task).Wait(kComputes - after_ns);
    trace.End(1, then);
    if (after_ns >= kComputes) trace.Wait(after_ns - kComputes).Start(task);
    trace.Add(EventKind::kTaskEnd, {}, task);
  }
  return trace;
}

TEST(BesideIdleP, WhatIsMadeRunnableStartsThere) {
  EXPECT_EQ(Spawns(40, kMs).Of(ClauseId::kHAND_8), Verdict::kConforms);
  const Ruling broken = Spawns(40, 12 * kMs).Judge(ClauseId::kHAND_8);
  EXPECT_EQ(broken.verdict, Verdict::kViolates);
  EXPECT_EQ(broken.evidence.size(), 2u);
}

TEST(BesideIdleP, WhatWaitsUntilTheOtherOneIsDoneWaitsTooLong) {
  EXPECT_EQ(Spawns(40, 31 * kMs).Of(ClauseId::kHAND_8), Verdict::kViolates);
}

TEST(BesideIdleP, OnTheOnlyPItWaitsForItsTurn) {
  EXPECT_EQ(Spawns(40, 12 * kMs, 1).Of(ClauseId::kHAND_8), Verdict::kConforms);
}

TEST(BesideIdleP, WhoEntersCallsTakesPForThem) {
  EXPECT_EQ(Spawns(40, 12 * kMs, 2, Op::kBlock).Of(ClauseId::kHAND_8), Verdict::kConforms);
}

TEST(BesideIdleP, AFewMayBeNoise) {
  EXPECT_EQ(Spawns(3, 12 * kMs).Of(ClauseId::kHAND_8), Verdict::kConforms);
}

// Where tasks yield by themselves only, what they make runnable may wait for that.
TEST(BesideIdleP, WithoutPreemptionBySignalsNothingIsPromised) {
  for (const PreemptionKind kind : {PreemptionKind::kSafepoint, PreemptionKind::kNone}) {
    TraceBuilder trace = Spawns(40, 12 * kMs);
    trace.header.promises.preemption = kind;
    EXPECT_EQ(trace.Of(ClauseId::kHAND_8), Verdict::kConforms);
  }
}

TEST(BesideIdleP, AStallExplainsAWait) {
  TraceBuilder trace = Spawns(40, 12 * kMs);
  trace.Add(EventKind::kStall, {{Arg::kDurationNs, trace.now_ns - kSecond}});
  EXPECT_NE(trace.Of(ClauseId::kHAND_8), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
