// One thread has the turn to block in the poller.

#include "runtime/scheduler/poll_turn.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/scheduler/scheduler_trace.h"

namespace proctor::runtime {
namespace {

TEST(PollTurn, IsTakenOnceAndGivenBack) {
  PollTurn turn;
  turn.Start(10);
  EXPECT_EQ(turn.last_poll_ns(), 10);
  EXPECT_TRUE(turn.Take(kNoTrace));
  EXPECT_EQ(turn.last_poll_ns(), 0);
  EXPECT_FALSE(turn.Take(kNoTrace));
  turn.SetUntil(kNoTrace, 30);
  EXPECT_EQ(turn.until_ns(), 30);
  EXPECT_EQ(turn.ReadUntilNs(kNoTrace), 30);
  turn.Give(kNoTrace, 20);
  EXPECT_EQ(turn.last_poll_ns(), 20);
  EXPECT_TRUE(turn.Take(kNoTrace));
}

TEST(PollTurn, APollThatDoesNotBlockIsSwappedIn) {
  PollTurn turn;
  turn.Start(10);
  EXPECT_FALSE(turn.SwapLastPollNs(kNoTrace, 9, 20));
  EXPECT_TRUE(turn.SwapLastPollNs(kNoTrace, 10, 20));
  EXPECT_EQ(turn.last_poll_ns(), 20);
}

struct Waiters {
  std::vector<int64_t> adds, adjustments;
  void Add(TraceVariable, int64_t delta) { adds.push_back(delta); }
  void Emit(TraceKind kind, int32_t, int64_t, int32_t delta) {
    EXPECT_EQ(kind, TraceKind::kAdjustWaiters);
    adjustments.push_back(delta);
  }
};

TEST(PollTurn, WaitersAreCountedAndOnlyLossesAreAdjustments) {
  PollTurn turn;
  Waiters traced;
  turn.AddWaiters(traced, 2);
  turn.AddWaiters(traced, -1);
  EXPECT_EQ(turn.waiters(), 1);
  EXPECT_EQ(traced.adds, (std::vector<int64_t>{2, -1}));
  EXPECT_EQ(traced.adjustments, (std::vector<int64_t>{-1}));
}

TEST(PollTurn, NeverTwoThreadsHaveIt) {
  constexpr int kThreads = 3, kTurns = 20'000;
  PollTurn turn;
  turn.Start(1);
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int turns = 0; turns < kTurns;) {
        if (!turn.Take(kNoTrace)) {
          std::this_thread::yield();
          continue;
        }
        if (inside.fetch_add(1) != 0) most = 2;
        inside.fetch_sub(1);
        turn.Give(kNoTrace, ++turns);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most.load(), 0);
}

}  // namespace
}  // namespace proctor::runtime
