// One P, and the stamps of more than one task: when they ran at once.

#include <gtest/gtest.h>

#include "conformance/judge/one_task.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

TEST(SYS_8, WithOnePNobodyElseRunsUnasked) {
  for (const auto& [op, asked] : std::vector<std::pair<Op, bool>>{{Op::kSpin, true},
                                                                  {Op::kSpin, false},
                                                                  {Op::kBlockUntold, true},
                                                                  {Op::kBlockUntold, false}}) {
    TraceBuilder trace = OneTask(1);
    trace.header.tiers = kX;
    for (int i = 0; i < kEnough; ++i) {
      trace.Wait(3 * kMs).Begin(kTask, op, 50 * kMs);
      if (asked) trace.Signal(9);
      trace.Start(kBehind).Add(EventKind::kTaskEnd, {}, kBehind).Run(1, 20 * kUs).End(kTask, op);
      trace.Wait(3 * kMs).Begin(kTask, op, kMs).End(kTask, op);
    }
    EXPECT_EQ(trace.Of(ClauseId::kSYS_8), asked ? Verdict::kConforms : Verdict::kViolates);
  }
  // In a call that the runtime is told of its P may be taken at any time.
  TraceBuilder told = OneTask(1);
  told.header.tiers = kX;
  for (int i = 0; i < kEnough; ++i) {
    told.Wait(3 * kMs).Begin(kTask, Op::kBlock, 50 * kMs).Start(kBehind);
    told.Add(EventKind::kTaskEnd, {}, kBehind).End(kTask, Op::kBlock);
  }
  EXPECT_EQ(told.Of(ClauseId::kSYS_8), Verdict::kNotExercised);
}

// A monitor that sleeps by calls that nobody knows asks all the same.
TEST(SYS_8, WhereNoMonitorIsSeenNoRequestIs) {
  TraceBuilder trace = OneTask(1);
  trace.header.tiers = kX;
  for (int i = 0; i < kEnough; ++i) {
    trace.Wait(3 * kMs).Begin(kTask, Op::kSpin, 50 * kMs);
    trace.Start(kBehind).Add(EventKind::kTaskEnd, {}, kBehind).End(kTask, Op::kSpin);
  }
  EXPECT_EQ(trace.Of(ClauseId::kSYS_8), Verdict::kNotExercised);
}

// Go marks the task, which yields where it calls the loop, and sends the signal later in its turn.
TEST(SYS_8, AMarkBeforeTheSignalIsARequestToo) {
  const auto overlap = [](bool signals) {
    TraceBuilder trace = OneTask(1);
    trace.header.tiers = kX;
    for (int i = 0; i < kEnough; ++i) {
      trace.Wait(3 * kMs).Add(EventKind::kShallowWake);
      trace.Begin(kTask, Op::kSpin, 50 * kMs).Start(kBehind);
      trace.Add(EventKind::kTaskEnd, {}, kBehind).Wait(kMs);
      if (signals) trace.Signal(9);
      trace.Add(EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}}).Wait(50 * kMs);
      trace.End(kTask, Op::kSpin);
    }
    return trace.Of(ClauseId::kSYS_8);
  };
  EXPECT_EQ(overlap(true), Verdict::kNotExercised);
  EXPECT_EQ(overlap(false), Verdict::kViolates);
}

// As with Tokio's block_in_place: a task comes back from a call and goes on without a P.
TEST(SYS_8, WithoutPreemptionATaskThatComputesKeepsItsP) {
  const auto overlap = [](PreemptionKind kind) {
    TraceBuilder trace = OneTask(1);
    trace.header.tiers = kX;
    trace.header.in_force.asynchronous_preemption = 0;
    trace.header.promises.preemption = kind;
    // Without a monitor nobody looks for its signals.
    trace.header.emits.reset(static_cast<size_t>(EventKind::kPreemptSignal));
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kBlock, 40 * kMs).Wait(40 * kMs).End(kTask, Op::kBlock);
      trace.Add(EventKind::kTaskSpawn, {{Arg::kTask, kBehind}}, kTask);
      trace.Begin(kTask, Op::kSpin, 45 * kMs).Start(kBehind).Run(1, 20 * kUs);
      trace.Add(EventKind::kTaskEnd, {}, kBehind).Wait(45 * kMs).End(kTask, Op::kSpin);
    }
    return trace;
  };
  TraceBuilder none = overlap(PreemptionKind::kNone);
  EXPECT_EQ(none.Of(ClauseId::kSYS_8), Verdict::kViolates);
  EXPECT_EQ(none.Of(ClauseId::kPRE_3), Verdict::kUnsupported);
  EXPECT_EQ(overlap(PreemptionKind::kSignal).Of(ClauseId::kSYS_8), Verdict::kNotExercised);
}

}  // namespace
}  // namespace proctor
