#include "runtime/delayed_task.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kHourNs = 3'600'000 * kMs;

class DelayedTaskTest : public testing::TestWithParam<int32_t> {
 protected:
  void Run(TaskFunction main) {
    Options options;
    options.procs = GetParam();
    Runtime runtime(options);
    runtime.Run(std::move(main));
  }
};

INSTANTIATE_TEST_SUITE_P(Procs, DelayedTaskTest, testing::Values(1, 4));

TEST_P(DelayedTaskTest, StartsOnceAndNotBeforeItsTime) {
  int64_t asked_ns = 0, started_ns = 0;
  int starts = 0;
  bool stopped = true;
  Run([&] {
    WaitGroup done(1);
    asked_ns = NowNs();
    DelayedTask task(2 * kMs, [&] {
      started_ns = NowNs();
      ++starts;
      done.Done();
    });
    done.Wait();
    stopped = task.Stop();
    SleepFor(5 * kMs);
  });
  EXPECT_EQ(starts, 1);
  EXPECT_GE(started_ns - asked_ns, 2 * kMs);
  EXPECT_FALSE(stopped);
}

TEST_P(DelayedTaskTest, StartsAtOnceWhenItsTimeHasPassed) {
  bool started = false;
  Run([&] {
    WaitGroup done(1);
    DelayedTask task(-kMs, [&] {
      started = true;
      done.Done();
    });
    done.Wait();
  });
  EXPECT_TRUE(started);
}

TEST_P(DelayedTaskTest, StoppedItNeverStarts) {
  bool started = false, first = false, second = true;
  Runtime::Stats stats;
  Options options;
  options.procs = GetParam();
  Runtime runtime(options);
  runtime.Run([&] {
    DelayedTask task(2 * kMs, [&] { started = true; });
    first = task.Stop();
    second = task.Stop();
    SleepFor(5 * kMs);
    stats = runtime.GetStats();
  });
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  EXPECT_FALSE(started);
  EXPECT_EQ(stats.timers, 0);
}

TEST_P(DelayedTaskTest, ItsEndStopsIt) {
  bool started = false;
  Run([&] {
    {
      DelayedTask task(2 * kMs, [&] { started = true; });
    }
    SleepFor(5 * kMs);
  });
  EXPECT_FALSE(started);
}

// Of many that are stopped at about their time, each has either started or been stopped.
TEST_P(DelayedTaskTest, EitherStartsOrIsStopped) {
  constexpr int kTasks = 2'000;
  std::atomic<int> started = 0;
  int stopped = 0;
  Run([&] {
    for (int i = 0; i < kTasks; ++i) {
      WaitGroup done(1);
      DelayedTask task(i % 20 * 1'000, [&] {
        ++started;
        done.Done();
      });
      if (i % 3 == 0) Yield();
      if (task.Stop()) {
        ++stopped;
      } else {
        done.Wait();
      }
    }
  });
  EXPECT_EQ(started + stopped, kTasks);
}

TEST_P(DelayedTaskTest, IsResetToLaterToSoonerAndAfterItHasStarted) {
  constexpr int kRounds = 20;
  int starts = 0, of_first = 0;
  Run([&] {
    for (int round = 0; round < kRounds; ++round) {
      WaitGroup done(1);
      const auto first = [&] { ++of_first; };
      const auto second = [&] {
        ++starts;
        done.Done();
      };
      DelayedTask task(kHourNs, first);
      const int64_t asked_ns = NowNs();
      EXPECT_TRUE(task.Reset(kMs, second));
      done.Wait();
      EXPECT_GE(NowNs() - asked_ns, kMs);
      done.Add(1);
      EXPECT_FALSE(task.Reset(kMs, second)) << "it has started";
      done.Wait();
      EXPECT_FALSE(task.Reset(kHourNs, first));
      EXPECT_TRUE(task.Reset(kHourNs, first));
      EXPECT_TRUE(task.Stop());
      EXPECT_FALSE(task.Stop());
    }
  });
  EXPECT_EQ(starts, 2 * kRounds);
  EXPECT_EQ(of_first, 0);
}

// Others' timers stay in order, wherever in the heap the one is that goes.
TEST_P(DelayedTaskTest, ManyStoppedFromTheMiddle) {
  constexpr int kTasks = 1'000;
  std::atomic<int> started = 0;
  Run([&] {
    std::vector<std::unique_ptr<DelayedTask>> tasks;
    WaitGroup done(kTasks / 2);
    for (int i = 0; i < kTasks; ++i) {
      const int64_t delay_ns = i % 2 == 0 ? kHourNs - i : 20 * kMs + i * 7919 % 1'000 * 1'000;
      tasks.push_back(std::make_unique<DelayedTask>(delay_ns, [&] {
        ++started;
        done.Done();
      }));
    }
    for (int i = 0; i < kTasks; i += 2) EXPECT_TRUE(tasks[static_cast<size_t>(i)]->Stop());
    done.Wait();
  });
  EXPECT_EQ(started, kTasks / 2);
}

}  // namespace
}  // namespace proctor::runtime
