// What a traced variable holds and what its trace says, in which order.

#include "runtime/scheduler/traced.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/scheduler/scheduler_trace.h"

namespace proctor::runtime {
namespace {

// Writes down every call, with the value that the variable has at that time.
class Log {
 public:
  explicit Log(std::function<int64_t()> now) : now_(std::move(now)) {}

  template <typename T>
  void Read(TraceVariable variable, T value, int32_t p = -1, int64_t g = -1) {
    Note("read", variable, static_cast<int64_t>(value), p, g);
  }
  template <typename T>
  void Write(TraceVariable variable, T value, int32_t p = -1, int64_t g = -1) {
    Note("write", variable, static_cast<int64_t>(value), p, g);
  }
  void Add(TraceVariable variable, int64_t delta) { Note("add", variable, delta, -1, -1); }
  template <typename T>
  void Swap(TraceVariable variable, T expected, T value, bool won, int32_t p = -1) {
    Note(won ? "swap" : "lost_swap", variable,
         static_cast<int64_t>(expected) * 100 + static_cast<int64_t>(value), p, -1);
  }

  std::vector<std::string> Take() { return std::exchange(lines_, {}); }

 private:
  void Note(std::string_view what, TraceVariable variable, int64_t value, int32_t p, int64_t g) {
    lines_.push_back(std::string(what) + " " + std::string(TraceVariableName(variable)) + " " +
                     std::to_string(value) + " p" + std::to_string(p) + " g" + std::to_string(g) +
                     " while " + std::to_string(now_()));
  }

  std::function<int64_t()> now_;
  std::vector<std::string> lines_;
};

using Lines = std::vector<std::string>;

TEST(Traced, AStoreIsTracedBeforeOrAfter) {
  Traced<int64_t, TraceVariable::kLastPoll> variable(1);
  Log log([&] { return variable.Load(); });
  variable.TraceThenStore(log, 2);
  EXPECT_EQ(log.Take(), Lines{"write last_poll 2 p-1 g-1 while 1"});
  variable.StoreThenTrace(log, 3, std::memory_order_relaxed, 4, 5);
  EXPECT_EQ(log.Take(), Lines{"write last_poll 3 p4 g5 while 3"});
  variable.Store(6);
  EXPECT_EQ(log.Take(), Lines{});
  EXPECT_EQ(variable.Read(log, std::memory_order_relaxed, 7), 6);
  EXPECT_EQ(log.Take(), Lines{"read last_poll 6 p7 g-1 while 6"});
  variable.WriteNow(log, 8);
  EXPECT_EQ(log.Take(), Lines{"write last_poll 6 p8 g-1 while 6"});
}

TEST(Traced, ASwapIsTracedWithItsOutcome) {
  Traced<int32_t, TraceVariable::kStatus> variable(1);
  Log log([&] { return variable.Load(); });
  EXPECT_TRUE(variable.TracedSwap(log, 1, 2, 3));
  EXPECT_EQ(log.Take(), Lines{"swap status 102 p3 g-1 while 2"});
  EXPECT_FALSE(variable.TracedSwap(log, 1, 9, 3));
  EXPECT_EQ(log.Take(), Lines{"lost_swap status 109 p3 g-1 while 2"});
  EXPECT_FALSE(variable.Swap(1, 9));
  EXPECT_TRUE(variable.Swap(2, 9));
  EXPECT_EQ(log.Take(), Lines{});
  EXPECT_EQ(variable.Load(), 9);
}

TEST(Traced, ATickWraps) {
  Traced<uint32_t, TraceVariable::kSyscallTick> tick(UINT32_MAX);
  Log log([&] { return tick.Load(); });
  tick.Bump(log, 2);
  EXPECT_EQ(log.Take(), Lines{"write syscall_tick 0 p2 g-1 while 0"});
  tick.Bump(kNoTrace, 2);
  EXPECT_EQ(tick.Load(), 1u);
}

TEST(Traced, ASumIsTracedAsChanges) {
  TracedSum<TraceVariable::kSpinningThreads> sum;
  Log log([&] { return sum.Load(); });
  EXPECT_EQ(sum.Add(log, 2), 2);
  EXPECT_EQ(sum.Add(log, -1), 1);
  EXPECT_EQ(log.Take(), (Lines{"add spinning_threads 2 p-1 g-1 while 2",
                               "add spinning_threads -1 p-1 g-1 while 1"}));
  EXPECT_FALSE(sum.SwapZeroToOne());
  EXPECT_EQ(sum.AddUntraced(-1), 0);
  EXPECT_TRUE(sum.SwapZeroToOne());
  EXPECT_EQ(sum.Load(), 1);
  EXPECT_EQ(log.Take(), Lines{});
}

TEST(Traced, ACountIsTracedAsValues) {
  TracedCount<TraceVariable::kStopWait> count;
  Log log([&] { return count.value(); });
  count.Set(log, 3);
  count.Add(log, -1);
  EXPECT_EQ(log.Take(),
            (Lines{"write stop_wait 3 p-1 g-1 while 3", "write stop_wait 2 p-1 g-1 while 2"}));
  count.Reset();
  EXPECT_EQ(count.value(), 0);
  EXPECT_EQ(log.Take(), Lines{});
}

TEST(SchedulerTrace, EventsSayWhoseTheyAre) {
  SchedulerTrace trace(nullptr, 64);
  trace.Emit(TraceKind::kHandOff, 1);  // off: nothing
  trace.tracer().Start();
  trace.Emit(TraceKind::kAssign, 2, 3, 4, true, false);
  trace.Swap(TraceVariable::kStatus, 5, 6, false, 7);
  trace.WriteFirst(TraceVariable::kProcs, 8, 9);
  std::vector<TraceEvent> events;
  TraceReader(trace.tracer()).Drain([&](const TraceEvent& event) { events.push_back(event); });
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].kind, TraceKind::kAssign);
  EXPECT_EQ(events[0].p, 2);
  EXPECT_EQ(events[0].g, 3);
  EXPECT_EQ(std::vector(events[0].args, events[0].args + 3), (std::vector<int64_t>{4, 1, 0}));
  EXPECT_EQ(events[0].m, kForeignThread);
  EXPECT_EQ(events[1].kind, TraceKind::kLostSwap);
  EXPECT_EQ(events[1].p, 7);
  EXPECT_EQ(events[1].args[1] * 10 + events[1].args[2], 56);
  EXPECT_EQ(events[2].kind, TraceKind::kWrite);
  EXPECT_EQ(events[2].m, -1);
  EXPECT_EQ(events[2].args[1], 8);
}

}  // namespace
}  // namespace proctor::runtime
