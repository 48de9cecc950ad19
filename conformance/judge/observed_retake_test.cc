// Takes from system calls, counted in turns of hand-made monitors.

#include <gtest/gtest.h>

#include "conformance/judge/one_task.h"
#include "conformance/judge/trace_builder.h"

namespace proctor {
namespace {

// A call with a task behind it; the monitor acts after `turns` whole turns, then that task runs.
TraceBuilder HandOffs(int64_t turns, bool woken = true) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    Yield(trace);
    Spawn(trace);
    trace.Begin(kTask, Op::kBlock, 20 * kMs).Run(turns + 1, 20 * kUs);
    if (woken) trace.Add(EventKind::kThreadWake);
    trace.Start(kBehind).Add(EventKind::kTaskEnd, {}, kBehind);
    trace.Run(50, 20 * kUs).End(kTask, Op::kBlock);
  }
  return trace;
}

TEST(SYS_4, AHandOffInTheSecondTurnConforms) {
  const TraceBuilder trace = HandOffs(1);
  EXPECT_EQ(trace.Of(ClauseId::kSYS_4), Verdict::kConforms);
  EXPECT_EQ(trace.Of(ClauseId::kSYS_1), Verdict::kConforms);
  EXPECT_EQ(trace.Violations(), "");
}

TEST(SYS_4, AHandOffAfterManyTurnsViolates) {
  const Ruling ruling = HandOffs(20).Judge(ClauseId::kSYS_4);
  EXPECT_EQ(ruling.verdict, Verdict::kViolates);
  EXPECT_EQ(ruling.evidence.size(), 3u);
}

TEST(SYS_4, LongTurnsAreNotLate) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    Spawn(trace);
    trace.Begin(kTask, Op::kBlock, 20 * kMs)
        .Shallow(20 * kUs, 80 * kMs)
        .Shallow(20 * kUs, 90 * kMs);
    trace.Add(EventKind::kThreadWake).Start(kBehind).Run(40, 20 * kUs).End(kTask, Op::kBlock);
  }
  EXPECT_EQ(trace.Of(ClauseId::kSYS_4), Verdict::kConforms);
}

// Between its stamp and its call the thread lost its CPU for all of these turns: the call ended as
// much later.
TEST(SYS_4, TurnsBeforeTheThreadWasInsideTheCallDoNotCount) {
  constexpr int64_t kTurnNs = 91 * kUs;
  for (const int64_t late_turns : {0, 20}) {
    TraceBuilder trace = OneTask(1);
    for (int i = 0; i < kEnough; ++i) {
      Spawn(trace);
      trace.Begin(kTask, Op::kBlock, 20 * kMs);
      const int64_t end_ns = trace.now_ns - kUs + 20 * kMs + late_turns * kTurnNs;
      trace.Run(20, 20 * kUs).Add(EventKind::kThreadWake).Start(kBehind);
      trace.Add(EventKind::kTaskEnd, {}, kBehind);
      trace.Wait(end_ns - trace.now_ns).End(kTask, Op::kBlock);
    }
    EXPECT_EQ(trace.Of(ClauseId::kSYS_4), late_turns > 0 ? Verdict::kConforms : Verdict::kViolates);
  }
}

// The same for a call that is left alone until the cap: the monitor saw it late.
TEST(SYS_3, TheCapCountsFromWhereTheThreadWasInsideTheCall) {
  for (const int64_t late_ns : {int64_t{0}, 5 * kMs}) {
    TraceBuilder trace = OneTask(2);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kBlock, 30 * kMs);
      const int64_t end_ns = trace.now_ns - kUs + 30 * kMs + late_ns;
      trace.Run(3, 20 * kUs).Shallow(10 * kMs, 11 * kMs).Shallow(10 * kMs, 10 * kMs);
      trace.Shallow(20 * kUs);
      trace.Wait(end_ns - trace.now_ns).End(kTask, Op::kBlock).Run(2, 20 * kUs);
    }
    EXPECT_EQ(trace.Of(ClauseId::kSYS_3), late_ns > 0 ? Verdict::kConforms : Verdict::kViolates);
  }
}

TEST(SYS_1, ATaskThatRunsAfterOneLookViolates) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    Yield(trace);
    Spawn(trace);
    trace.Shallow(20 * kUs).Add(EventKind::kShallowSleep, {{Arg::kDurationNs, 20 * kUs}});
    trace.Begin(kTask, Op::kBlock, 20 * kMs).Add(EventKind::kShallowWake, {{Arg::kInterrupted, 0}});
    trace.Add(EventKind::kThreadWake)
        .Start(kBehind)
        .Add(EventKind::kTaskEnd, {}, kBehind)
        .Run(50, 20 * kUs)
        .End(kTask, Op::kBlock);
  }
  EXPECT_EQ(trace.Of(ClauseId::kSYS_1), Verdict::kViolates);
}

// The turn that takes the P began before the task yielded: it found the slice before that one, and
// a slice that is over is taken at the first look.
TEST(SYS_1, ALookThatBeganBeforeTheSliceMayTakeAtOnce) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    trace.Deep(kSecond, WakeCause::kWoken, 14 * kMs);
    Yield(trace);
    Spawn(trace);
    trace.Begin(kTask, Op::kBlock, 20 * kMs).Signal(9).Add(EventKind::kThreadWake);
    trace.Start(kBehind).Add(EventKind::kTaskEnd, {}, kBehind).Run(50, 20 * kUs);
    trace.End(kTask, Op::kBlock);
  }
  EXPECT_EQ(trace.Of(ClauseId::kSYS_1), Verdict::kNotExercised);
}

// A call that keeps the only P: the monitor acts after `turns` whole turns.
TraceBuilder CallsAlone(int64_t turns) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    trace.Begin(kTask, Op::kBlock, 20 * kMs).Run(turns + 1, 20 * kUs).Add(EventKind::kThreadWake);
    trace.Run(3, 20 * kUs).End(kTask, Op::kBlock);
  }
  return trace;
}

TEST(SYS_2, WithNoIdlePItIsTakenAtOnce) {
  EXPECT_EQ(CallsAlone(1).Of(ClauseId::kSYS_2), Verdict::kConforms);
  EXPECT_EQ(CallsAlone(30).Of(ClauseId::kSYS_2), Verdict::kViolates);
}

// With two P a call that nobody waits behind; every P is idle `after_ns` after its begin.
TraceBuilder LeftAlone(int64_t after_ns) {
  TraceBuilder trace = OneTask(2);
  for (int i = 0; i < kEnough; ++i) {
    Yield(trace);
    trace.Begin(kTask, Op::kBlock, 60 * kMs).Run(3, 20 * kUs);
    const int64_t left_ns = after_ns - 3 * 91 * kUs;
    if (left_ns > 0) trace.Shallow(std::min(left_ns, 10 * kMs), left_ns);
    trace.Shallow(20 * kUs).Deep(60 * kSecond, WakeCause::kWoken, 40 * kMs).End(kTask, Op::kBlock);
    trace.Run(2, 20 * kUs);
  }
  return trace;
}

TEST(SYS_2, WithAnIdlePItIsLeftAloneUntilTheCap) {
  EXPECT_EQ(LeftAlone(0).Of(ClauseId::kSYS_2), Verdict::kViolates);
  EXPECT_EQ(LeftAlone(12 * kMs).Of(ClauseId::kSYS_2), Verdict::kConforms);
}

// The monitor was awake when the task yielded: it had found the slice before that one over.
TEST(SYS_2, ALookThatBeganBeforeTheSliceMayTakeItAtOnce) {
  TraceBuilder trace = OneTask(2);
  trace.Begin(kTask, Op::kBlock, 60 * kMs).Run(3, 20 * kUs);
  for (int i = 0; i < kEnough; ++i) {
    trace.Deep(60 * kSecond, WakeCause::kWoken, 40 * kMs).End(kTask, Op::kBlock);
    Yield(trace);
    trace.Begin(kTask, Op::kBlock, 60 * kMs).Add(EventKind::kThreadWake).Shallow(20 * kUs);
  }
  EXPECT_NE(trace.Of(ClauseId::kSYS_2), Verdict::kViolates);
}

TEST(SYS_3, TheFirstTurnAfterTheCapTakesIt) {
  for (const bool taken : {true, false}) {
    TraceBuilder trace = OneTask(2);
    for (int i = 0; i < kEnough; ++i) {
      trace.Begin(kTask, Op::kBlock, 200 * kMs).Run(3, 20 * kUs).Shallow(10 * kMs, 15 * kMs);
      trace.Shallow((taken ? 20 : 10'000) * kUs).End(kTask, Op::kBlock).Run(2, 20 * kUs);
    }
    EXPECT_EQ(trace.Of(ClauseId::kSYS_3), taken ? Verdict::kConforms : Verdict::kViolates);
  }
}

// Short calls with a task behind them, which starts `due` turns after the slice is over.
TraceBuilder ShortCalls(int64_t due) {
  TraceBuilder trace = OneTask(1);
  for (int i = 0; i < kEnough; ++i) {
    Yield(trace);
    Spawn(trace);
    for (int64_t turn = 0; turn <= due; ++turn) {
      trace.Begin(kTask, Op::kBlock, kUs).Shallow(20 * kUs, 11 * kMs).End(kTask, Op::kBlock);
    }
    trace.Start(kBehind).Add(EventKind::kTaskEnd, {}, kBehind).Run(2, 20 * kUs);
  }
  return trace;
}

TEST(SYS_5, ASliceOfShortCallsEnds) {
  EXPECT_EQ(ShortCalls(2).Of(ClauseId::kSYS_5), Verdict::kConforms);
  EXPECT_EQ(ShortCalls(8).Of(ClauseId::kSYS_5), Verdict::kViolates);
}

}  // namespace
}  // namespace proctor
