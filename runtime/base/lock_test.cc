#include "runtime/base/lock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/note.h"

namespace proctor::runtime {
namespace {

// For what the analysis would not let pass, or cannot follow.
void Take(Lock& lock) NO_THREAD_SAFETY_ANALYSIS { lock.Acquire(); }
void Drop(Lock& lock) NO_THREAD_SAFETY_ANALYSIS { lock.Release(); }

TEST(LockTest, OneThreadAtATime) {
  Lock lock(LockRank::kLeaf);
  int64_t count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        const LockGuard guard(lock);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 8 * 20'000);
}

TEST(LockTest, RisingRanksAreFine) {
  Lock monitor(LockRank::kMonitor);
  Lock sched(LockRank::kSched);
  Lock leaf(LockRank::kLeaf);
  const LockGuard first(monitor);
  const LockGuard second(sched);
  const LockGuard third(leaf);
  EXPECT_EQ(LocksHeld(), kCheckLockRanks ? 3 : 0);
}

TEST(LockTest, SeveralWaitListsInTheOrderOfTheirAddresses) {
  std::vector<std::unique_ptr<Lock>> locks;
  for (int i = 0; i < 10; ++i) locks.push_back(std::make_unique<Lock>(LockRank::kWaitList));
  std::sort(locks.begin(), locks.end());
  for (auto& lock : locks) Take(*lock);
  // Dropped in any order.
  for (auto& lock : locks) Drop(*lock);
  EXPECT_EQ(LocksHeld(), 0);
}

// Debug builds name both ranks; others do not look.
class LockDeathTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!kCheckLockRanks) GTEST_SKIP() << "lock ranks are checked in debug builds only";
    testing::FLAGS_gtest_death_test_style = "threadsafe";
  }

  static std::string Message(const char* what, LockRank rank, LockRank other) {
    return "lock of rank " + std::to_string(static_cast<int>(rank)) + " " + what + " one of rank " +
           std::to_string(static_cast<int>(other));
  }
};

TEST_F(LockDeathTest, ALowerRankIsNotTakenWithAHigherOne) {
  Lock sched(LockRank::kSched);
  Lock timers(LockRank::kTimers);
  EXPECT_DEATH(
      {
        Take(timers);
        Take(sched);
      },
      Message("is taken with", LockRank::kSched, LockRank::kTimers));
}

TEST_F(LockDeathTest, NeitherIsTheSameRank) {
  Lock one(LockRank::kSched);
  Lock other(LockRank::kSched);
  EXPECT_DEATH(
      {
        Take(one);
        Take(other);
      },
      Message("is taken with", LockRank::kSched, LockRank::kSched));
}

TEST_F(LockDeathTest, NorWaitListsAgainstTheirOrder) {
  Lock locks[2] = {Lock(LockRank::kWaitList), Lock(LockRank::kWaitList)};
  EXPECT_DEATH(
      {
        Take(locks[1]);
        Take(locks[0]);
      },
      Message("is taken with", LockRank::kWaitList, LockRank::kWaitList));
}

TEST_F(LockDeathTest, WhatIsNotHeldIsNotReleased) {
  Lock lock(LockRank::kLeaf);
  EXPECT_DEATH(Drop(lock), "is released and not held");
}

TEST(NoteTest, AWakeUpThatComesFirstIsKept) {
  Note note;
  note.Wake();
  note.Sleep();
  EXPECT_TRUE(note.SleepFor(0));
  note.Clear();
  EXPECT_FALSE(note.SleepFor(1000));
}

TEST(NoteTest, ASleeperIsWoken) {
  for (int i = 0; i < 1000; ++i) {
    Note note;
    Note back;
    std::thread sleeper([&] {
      note.Sleep();
      back.Wake();
    });
    note.Wake();
    back.Sleep();
    sleeper.join();
  }
}

}  // namespace
}  // namespace proctor::runtime
