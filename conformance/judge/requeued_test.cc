#include "conformance/judge/requeued.h"

#include <gtest/gtest.h>

#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

// Tasks 1 and 2 compute in pieces of 3 ms on one P. Each turn of a task ends by a request to yield,
// and the monitor's sleep.
class TwoTasks {
 public:
  TwoTasks() {
    trace_.header.in_force.gc_percent = -1;
    trace_.Start(1).Begin(1, Op::kSpin).Start(2).Begin(2, Op::kSpin).Shallow(kMs);
  }

  // It has ended `pieces` before it is asked, and some more before the request is sent.
  TwoTasks& Turn(int64_t g, int64_t pieces = 3, int64_t more = 0) {
    Pieces(g, pieces);
    trace_.Signal(9);
    Pieces(g, more);
    trace_.Shallow(kUs);
    return *this;
  }
  TwoTasks& Turns(int64_t g, int64_t times) {
    for (int64_t i = 0; i < times; ++i) Turn(g);
    return *this;
  }

  TraceBuilder& trace() { return trace_; }
  Verdict Of() const { return trace_.Of(ClauseId::kPRE_4); }

 private:
  void Pieces(int64_t g, int64_t times) {
    for (int64_t i = 0; i < times; ++i) trace_.Wait(3 * kMs).End(g, Op::kSpin).Begin(g, Op::kSpin);
  }

  TraceBuilder trace_;
};

TEST(PRE_4, WhoIsAskedGoesBehindWhoWaits) {
  TwoTasks tasks;
  for (int i = 0; i < 20; ++i) tasks.Turn(1).Turn(2);
  EXPECT_EQ(tasks.Of(), Verdict::kConforms);
}

// Who is put before the others goes on; a P that takes several tasks from the queue at once gives
// them a turn each.
TEST(PRE_4, WhoGoesOnIsNotQueuedBehind) {
  EXPECT_EQ(TwoTasks().Turns(1, 20).Of(), Verdict::kViolates);
  TwoTasks tasks;
  for (int i = 0; i < 10; ++i) tasks.Turns(1, 2).Turns(2, 2);
  EXPECT_EQ(tasks.Of(), Verdict::kViolates);
}

TEST(PRE_4, WhoHasNotStartedWaitsToo) {
  TwoTasks tasks;
  tasks.trace().End(2, Op::kSpin).Add(EventKind::kTaskSpawn, {{Arg::kTask, 3}});
  EXPECT_EQ(tasks.Turns(1, 20).Of(), Verdict::kViolates);
}

// A request may have no effect, as within the runtime itself.
TEST(PRE_4, ARequestWithoutEffectSaysNothing) {
  TwoTasks tasks;
  for (int i = 0; i < 20; ++i) tasks.Turn(1).Turn(2);
  tasks.Turns(2, 1);
  for (int i = 0; i < 20; ++i) tasks.Turn(1).Turn(2);
  EXPECT_EQ(tasks.Of(), Verdict::kConforms);
}

// A slow machine keeps the monitor in its call, and the task goes on until the request is sent; or
// the other one gets no CPU in its turn.
TEST(PRE_4, WhatNoRequestHasReachedSaysNothing) {
  TwoTasks slow;
  for (int i = 0; i < 20; ++i) slow.Turn(1, 3, 3).Turn(2, 3, 3);
  EXPECT_EQ(slow.Of(), Verdict::kConforms);
  TwoTasks starved;
  for (int i = 0; i < 20; ++i) starved.Turn(1).Turn(2, 0);
  EXPECT_EQ(starved.Of(), Verdict::kNotExercised);
}

TEST(PRE_4, WhoIsAloneGoesOn) {
  TwoTasks tasks;
  tasks.trace().End(2, Op::kSpin);
  EXPECT_EQ(tasks.Turns(1, 20).Of(), Verdict::kNotExercised);
}

TEST(PRE_4, SeveralPAndAGapSayNothing) {
  TwoTasks several;
  several.trace().header.in_force.procs = 2;
  EXPECT_EQ(several.Turns(1, 20).Of(), Verdict::kNotExercised);
  TwoTasks gap;
  gap.trace().Gap();
  EXPECT_EQ(gap.Turns(1, 20).Of(), Verdict::kNotExercised);
}

}  // namespace
}  // namespace proctor
