#include "runtime/sync.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/runtime.h"

namespace proctor::runtime {
namespace {

class SyncTest : public testing::TestWithParam<int32_t> {
 protected:
  void Run(TaskFunction main) {
    Options options;
    options.procs = GetParam();
    Runtime runtime(options);
    runtime.Run(std::move(main));
  }
};

INSTANTIATE_TEST_SUITE_P(Procs, SyncTest, testing::Values(1, 2, 8));

TEST_P(SyncTest, OneTaskAtATimeHoldsAMutex) {
  constexpr int kTasks = 50;
  constexpr int kEach = 400;
  int count = 0;
  int inside = 0;
  Run([&] {
    Mutex mutex;
    WaitGroup done(kTasks);
    for (int t = 0; t < kTasks; ++t) {
      Go([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::lock_guard guard(mutex);
          ASSERT_EQ(++inside, 1);
          ++count;
          // Others find it held.
          if ((i + t) % 16 == 0) Yield();
          --inside;
        }
        done.Done();
      });
    }
    done.Wait();
  });
  EXPECT_EQ(count, kTasks * kEach);
}

// On one processor each waits before the next one comes.
TEST(SyncOrderTest, AMutexGoesToTheOneThatHasWaitedLongest) {
  constexpr int kTasks = 20;
  std::vector<int> order;
  Options one_processor;
  one_processor.procs = 1;
  Runtime(one_processor).Run([&] {
    Mutex mutex;
    WaitGroup done(kTasks);
    mutex.lock();
    for (int i = 0; i < kTasks; ++i) {
      Go([&, i] {
        mutex.lock();
        order.push_back(i);
        mutex.unlock();
        done.Done();
      });
      for (int n = 0; n < 20; ++n) Yield();
    }
    EXPECT_FALSE(mutex.try_lock());
    mutex.unlock();
    // Handed over: nobody who comes now is before them.
    mutex.lock();
    order.push_back(kTasks);
    mutex.unlock();
    done.Wait();
  });
  ASSERT_EQ(order.size(), static_cast<size_t>(kTasks) + 1);
  for (int i = 0; i <= kTasks; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST_P(SyncTest, TryLockNeverWaits) {
  Run([] {
    Mutex mutex;
    EXPECT_TRUE(mutex.try_lock());
    EXPECT_FALSE(mutex.try_lock());
    mutex.unlock();
    EXPECT_TRUE(mutex.try_lock());
    mutex.unlock();
  });
}

TEST_P(SyncTest, AWaitGroupWaitsForAllAndWakesAll) {
  std::atomic<int> done = 0;
  std::atomic<int> woken = 0;
  Run([&] {
    WaitGroup work;
    WaitGroup waiters(10);
    work.Add(100);
    for (int i = 0; i < 10; ++i) {
      Go([&] {
        work.Wait();
        EXPECT_EQ(done, 100);
        ++woken;
        waiters.Done();
      });
    }
    for (int i = 0; i < 100; ++i) {
      Go([&, i] {
        if (i % 7 == 0) SleepFor(100'000);
        ++done;
        work.Done();
      });
    }
    waiters.Wait();
    work.Wait();  // 0: not at all
    // It may be used again.
    work.Add(1);
    Go([&] { work.Done(); });
    work.Wait();
  });
  EXPECT_EQ(woken, 10);
}

TEST_P(SyncTest, WhoHasWaitedMayDestroyTheGroup) {
  Run([] {
    for (int i = 0; i < 3000; ++i) {
      auto group = std::make_unique<WaitGroup>(2);
      for (int n = 0; n < 2; ++n) Go([&group = *group] { group.Done(); });
      group->Wait();
    }
  });
}

using SyncDeathTest = SyncTest;
INSTANTIATE_TEST_SUITE_P(Procs, SyncDeathTest, testing::Values(2));

TEST_P(SyncDeathTest, ANegativeCountEndsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(Run([] { WaitGroup(0).Done(); }), "wait group counts -1");
}

TEST_P(SyncDeathTest, LockingTwiceIsADeadlock) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(Run([] {
                Mutex mutex;
                mutex.lock();
                mutex.lock();
              }),
              testing::ExitedWithCode(2), "deadlock");
}

}  // namespace
}  // namespace proctor::runtime
