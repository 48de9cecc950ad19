#include "runtime/runtime.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/switching.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;

Options WithProcs(int32_t procs) {
  Options options;
  options.procs = procs;
  return options;
}

size_t Entries(const char* directory) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++count;
  return count;
}

class RuntimeTest : public testing::TestWithParam<int32_t> {
 protected:
  void Run(TaskFunction main) {
    Runtime runtime(WithProcs(GetParam()));
    runtime.Run(std::move(main));
  }
};

INSTANTIATE_TEST_SUITE_P(Procs, RuntimeTest, testing::Values(1, 2, 8));

TEST_P(RuntimeTest, TheMainTaskRunsAndRunReturns) {
  bool ran = false;
  Run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST_P(RuntimeTest, EveryTaskRunsOnce) {
  constexpr int kTasks = 10'000;
  std::vector<std::atomic<int>> runs(kTasks);
  Run([&] {
    std::atomic<int> left = kTasks;
    for (int i = 0; i < kTasks; ++i) {
      Go([&, i] {
        ++runs[static_cast<size_t>(i)];
        --left;
      });
    }
    while (left > 0) Yield();
  });
  for (const auto& count : runs) EXPECT_EQ(count, 1);
}

TEST_P(RuntimeTest, YieldLetsOthersRun) {
  Run([] {
    std::atomic<bool> done = false;
    Go([&] { done = true; });
    while (!done) Yield();
    EXPECT_TRUE(done);
  });
}

TEST_P(RuntimeTest, TasksHaveNumbersOfTheirOwn) {
  Run([] {
    std::set<TaskId> ids;
    std::atomic<int> left = 100;
    for (int i = 0; i < 100; ++i) ids.insert(Go([&] { --left; }));
    EXPECT_EQ(ids.size(), 100u);
    while (left > 0) Yield();
  });
}

TEST_P(RuntimeTest, SleepsAreNeverShort) {
  Run([] {
    for (const int64_t duration_ns : {1'000L, 50'000L, 1 * kMs, 20 * kMs}) {
      const int64_t begin_ns = NowNs();
      SleepFor(duration_ns);
      EXPECT_GE(NowNs() - begin_ns, duration_ns);
    }
  });
}

TEST_P(RuntimeTest, ManySleepersAllWake) {
  Run([] {
    std::atomic<int> left = 1000;
    for (int i = 0; i < 1000; ++i) {
      Go([&, i] {
        SleepFor((i % 17) * 100'000);
        --left;
      });
    }
    while (left > 0) SleepFor(kMs);
  });
}

TEST_P(RuntimeTest, ABlockedSystemCallDoesNotStopTheOthers) {
  Run([] {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    // The reader blocks its thread until somebody else has run.
    Go([&] {
      char byte = 1;
      ASSERT_EQ(write(pipe_ends[1], &byte, 1), 1);
    });
    char byte = 0;
    {
      SystemCall call;
      EXPECT_EQ(read(pipe_ends[0], &byte, 1), 1);
    }
    EXPECT_EQ(byte, 1);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
  });
}

TEST_P(RuntimeTest, ManyBlockedSystemCallsAtATime) {
  Run([] {
    std::atomic<int> left = 50;
    for (int i = 0; i < 50; ++i) {
      Go([&] {
        for (int n = 0; n < 5; ++n) {
          SystemCall call;
          SleepNs(2 * kMs);
        }
        --left;
      });
    }
    while (left > 0) SleepFor(kMs);
  });
}

TEST_P(RuntimeTest, ShortSystemCallsKeepEverybodyGoing) {
  Run([] {
    std::atomic<int> left = 8;
    for (int i = 0; i < 8; ++i) {
      Go([&] {
        for (int n = 0; n < 20'000; ++n) {
          SystemCall call;
          getppid();
        }
        --left;
      });
    }
    while (left > 0) SleepFor(kMs);
  });
}

TEST_P(RuntimeTest, ATaskThatPollsGivesWay) {
  Run([] {
    std::atomic<bool> stop = false;
    std::atomic<int> spinners = 16;
    for (int i = 0; i < 16; ++i) {
      Go([&] {
        while (!stop) Poll();
        --spinners;
      });
    }
    SleepFor(5 * kMs);
    stop = true;
    while (spinners > 0) Yield();
  });
}

TEST_P(RuntimeTest, TheWorldStandsStill) {
  Run([] {
    std::atomic<int64_t> steps = 0;
    std::atomic<bool> stop = false;
    std::atomic<int> left = 4;
    for (int i = 0; i < 4; ++i) {
      Go([&] {
        while (!stop) {
          ++steps;
          Poll();
        }
        --left;
      });
    }
    for (int i = 0; i < 50; ++i) {
      SleepFor(100'000);
      StoppedWorld stopped;
      const int64_t before = steps;
      SleepNs(20'000);
      EXPECT_EQ(steps, before);
    }
    stop = true;
    while (left > 0) Yield();
  });
}

TEST_P(RuntimeTest, ManyStoppersTakeTurns) {
  Run([] {
    std::atomic<int> inside = 0;
    std::atomic<int> left = 20;
    for (int i = 0; i < 20; ++i) {
      Go([&] {
        for (int n = 0; n < 20; ++n) {
          {
            StoppedWorld stopped;
            EXPECT_EQ(++inside, 1);
            --inside;
          }
          Yield();
        }
        --left;
      });
    }
    while (left > 0) SleepFor(kMs);
  });
}

TEST_P(RuntimeTest, ProcessorsComeAndGo) {
  Run([] {
    std::atomic<bool> stop = false;
    std::atomic<int> left = 32;
    for (int i = 0; i < 32; ++i) {
      Go([&, i] {
        while (!stop) {
          if (i % 3 == 0) {
            SystemCall call;
            SleepNs(10'000);
          } else if (i % 3 == 1) {
            SleepFor(50'000);
          } else {
            Yield();
          }
        }
        --left;
      });
    }
    for (const int32_t procs : {4, 1, 16, 3, 64, 2, 1, 8}) {
      SetProcs(procs);
      SleepFor(2 * kMs);
    }
    stop = true;
    while (left > 0) SleepFor(kMs);
  });
}

TEST_P(RuntimeTest, ForeignThreadsSpawn) {
  Options options = WithProcs(GetParam());
  options.library = true;  // the foreign thread is nobody that the runtime knows of
  Runtime runtime(options);
  runtime.Run([&] {
    std::atomic<int> left = 1000;
    std::thread foreign([&] {
      for (int i = 0; i < 1000; ++i) runtime.Spawn([&] { --left; });
    });
    while (left > 0) SleepFor(kMs);
    SystemCall call;
    foreign.join();
  });
}

TEST(RuntimeEndTest, NothingIsLeftBehind) {
  {
    Runtime warm_up;
    warm_up.Run([] { SleepFor(kMs); });
  }
  const size_t threads = Entries("/proc/self/task");
  const size_t descriptors = Entries("/proc/self/fd");
  for (int i = 0; i < 20; ++i) {
    Runtime runtime(WithProcs(4));
    runtime.Run([] {
      for (int n = 0; n < 100; ++n) {
        Go([] { SleepFor(3'600'000 * kMs); });
        Go([] {
          for (;;) Yield();
        });
        Go([] {
          SystemCall call;
          SleepNs(5 * kMs);
        });
      }
      SleepFor(3 * kMs);
    });
  }
  EXPECT_EQ(Entries("/proc/self/task"), threads);
  EXPECT_EQ(Entries("/proc/self/fd"), descriptors);
}

TEST(RuntimeEndTest, ByTaskLockWorksToo) {
  Options options = WithProcs(4);
  options.monitor.take_by_task_lock = true;
  Runtime runtime(options);
  runtime.Run([] {
    std::atomic<int> left = 64;
    for (int i = 0; i < 64; ++i) {
      Go([&, i] {
        for (int n = 0; n < 200; ++n) {
          SystemCall call;
          if (i % 8 == 0) SleepNs(200'000);
        }
        --left;
      });
    }
    while (left > 0) {
      StoppedWorld stopped;
      SleepNs(10'000);
    }
  });
}

TEST(RuntimeDeathTest, ADeadlockIsReported) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Runtime runtime(WithProcs(2));
        runtime.Run([&] {
          WaitFor(nullptr, nullptr);  // nobody will ever make it runnable
        });
      },
      testing::ExitedWithCode(2), "deadlock");
}

TEST(RuntimeDeathTest, AnExceptionThatLeavesATaskNamesIt) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        Runtime runtime(WithProcs(2));
        runtime.Run([] {
          Go([] { throw std::runtime_error("out of luck"); }, "gambler");
          SleepFor(10'000 * kMs);
        });
      },
      "gambler.*out of luck");
}

}  // namespace
}  // namespace proctor::runtime
