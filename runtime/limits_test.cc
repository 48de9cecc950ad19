// How much of everything there may be. Prints figures; asserts counts and memory, never time.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/arch/sanitizers.h"
#include "runtime/channel.h"
#include "runtime/descriptor.h"
#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/scheduler/scheduler.h"
#include "runtime/scheduler/timers.h"
#include "runtime/sync.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;

// The sanitizers' own books cost far more than tasks do; ThreadSanitizer has room for 8000.
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
constexpr int kTasks = 3'000;
constexpr int kTimers = 10'000;
constexpr int kDescriptors = 2'000;
constexpr int kMixed = 1'000;
constexpr bool kMeasuresMemory = false;
#else
constexpr int kTasks = 1'000'000;
constexpr int kTimers = 100'000;
constexpr int kDescriptors = 10'000;
constexpr int kMixed = 5'000;
constexpr bool kMeasuresMemory = true;
#endif

Options WithProcs(int32_t procs) {
  Options options;
  options.procs = procs;
  return options;
}

int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t all = 0;
  int64_t resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

int64_t AvailableBytes() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  int64_t kib = 0;
  std::string unit;
  while (file >> name >> kib && std::getline(file, unit)) {
    if (name == "MemAvailable:") return kib * 1024;
  }
  return INT64_MAX;
}

class Watch {
 public:
  double Seconds() const { return static_cast<double>(NowNs() - begin_ns_) / 1e9; }
  double NsPer(int count) const { return static_cast<double>(NowNs() - begin_ns_) / count; }

 private:
  int64_t begin_ns_ = NowNs();
};

TEST(LimitsTest, AMillionTasksAreCreatedParkedAndFinished) {
  constexpr int64_t kBytesMostPerTask = 8192;
  if (kMeasuresMemory && AvailableBytes() < kTasks * kBytesMostPerTask) {
    GTEST_SKIP() << "needs " << kTasks * kBytesMostPerTask << " bytes of memory";
  }
  std::vector<std::atomic<uint8_t>> runs(kTasks);
  Runtime runtime(WithProcs(2));
  const int64_t before = ResidentBytes();
  runtime.Run([&] {
    WaitGroup gate(1);
    WaitGroup parked(kTasks);
    WaitGroup done(kTasks);
    Watch watch;
    for (int i = 0; i < kTasks; ++i) {
      Go([&, i] {
        parked.Done();
        gate.Wait();
        ++runs[static_cast<size_t>(i)];
        done.Done();
      });
    }
    parked.Wait();
    const double spawn_ns = watch.NsPer(kTasks);
    EXPECT_EQ(runtime.GetStats().tasks, kTasks + 1);
    const int64_t bytes = (ResidentBytes() - before) / kTasks;
    watch = {};
    gate.Done();
    done.Wait();
    std::printf("%d tasks: %.0f ns to start and park, %.0f ns to wake and end, %ld bytes each\n",
                kTasks, spawn_ns, watch.NsPer(kTasks), static_cast<long>(bytes));
    while (runtime.GetStats().tasks > 1) Yield();
    if (kMeasuresMemory) {
      EXPECT_LE(bytes, kBytesMostPerTask);
      EXPECT_LT(ResidentBytes() - before, bytes * kTasks / 4) << "memory of ended tasks is kept";
    }
  });
  for (const auto& count : runs) ASSERT_EQ(count, 1);
}

bool IsFar(size_t timer) { return timer % 32 >= 24; }

// Set in random order. A quarter of them is taken back while they fire, by who is first; as
// many are so far off that nothing else can happen to them.
TEST(LimitsTest, ManyTimersFireOrAreTakenBack) {
  struct Entry {
    Timer timer;
    std::atomic<int> fired = 0;
    int64_t early_ns = 0;
    bool removed = false;
  };
  std::vector<Entry> entries(kTimers);
  Runtime runtime(WithProcs(4));
  runtime.Run([&] {
    SchedulerParts& scheduler = runtime.scheduler().parts();
    std::mt19937 random(1);
    WaitGroup done(8);
    const Watch watch;
    const int64_t begin_ns = NowNs();
    for (size_t i = 0; i < entries.size(); ++i) {
      Entry& entry = entries[i];
      entry.timer.when_ns = begin_ns + static_cast<int64_t>(random() % 300) * kMs;
      if (IsFar(i)) entry.timer.when_ns += 3'600'000 * kMs;
      entry.timer.argument = &entry;
      entry.timer.function = [](void* argument, uint64_t) {
        auto& own = *static_cast<Entry*>(argument);
        own.early_ns = own.timer.when_ns - NowNs();
        ++own.fired;
      };
    }
    // Eight tasks on four processors, so the timers are on many heaps.
    for (int t = 0; t < 8; ++t) {
      Go([&, t] {
        for (int i = t; i < kTimers; i += 8) {
          AddTimer(scheduler, entries[static_cast<size_t>(i)].timer);
          if (i % 64 == t) Yield();
        }
        for (int i = t; i < kTimers; i += 8) {
          Entry& entry = entries[static_cast<size_t>(i)];
          if (!IsFar(static_cast<size_t>(i)) && i % 32 >= 8) continue;
          entry.removed = RemoveTimer(scheduler, entry.timer);
          if (i % 64 == t) Yield();
        }
        done.Done();
      });
    }
    done.Wait();
    while (runtime.GetStats().timers > 0) SleepFor(kMs);
    std::printf("%d timers: set, taken back or fired within %.2f s\n", kTimers, watch.Seconds());
  });
  for (size_t i = 0; i < entries.size(); ++i) {
    ASSERT_EQ(entries[i].fired + entries[i].removed, 1);
    ASSERT_LE(entries[i].early_ns, 0);
    if (IsFar(i)) {
      ASSERT_TRUE(entries[i].removed);
    }
  }
}

TEST(LimitsTest, AsManySleepersAsTimers) {
  constexpr int kSleepers = kMeasuresMemory ? kTimers : kTasks;
  std::atomic<int> slept = 0;
  std::atomic<int> early = 0;
  Runtime runtime(WithProcs(2));
  runtime.Run([&] {
    WaitGroup done(kSleepers);
    int64_t most = 0;
    for (int i = 0; i < kSleepers; ++i) {
      Go([&, i] {
        const int64_t duration_ns = (1000 + i % 97) * kMs;
        const int64_t begin_ns = NowNs();
        SleepFor(duration_ns);
        early += NowNs() - begin_ns < duration_ns;
        ++slept;
        done.Done();
      });
      if (i % 1024 == 0) most = std::max(most, runtime.GetStats().timers);
    }
    for (int i = 0; i < 20; ++i) {
      Yield();
      most = std::max(most, runtime.GetStats().timers);
    }
    done.Wait();
    std::printf("%d sleepers, at most %ld of them at a time\n", kSleepers, static_cast<long>(most));
  });
  EXPECT_EQ(slept, kSleepers);
  EXPECT_EQ(early, 0);
}

TEST(LimitsTest, ManyDescriptorsAreWaitedForAtATime) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  constexpr rlim_t kNeeded = kDescriptors + 100;
  if (limit.rlim_cur < kNeeded) {
    if (limit.rlim_max < kNeeded) GTEST_SKIP() << "needs a limit of open files of " << kNeeded;
    limit.rlim_cur = kNeeded;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  std::atomic<int> right = 0;
  Runtime runtime(WithProcs(2));
  runtime.Run([&] {
    struct Pair {
      std::unique_ptr<Descriptor> near, far;
    };
    std::vector<Pair> pairs(kDescriptors / 2);
    for (Pair& pair : pairs) {
      int ends[2];
      ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
      pair = {std::make_unique<Descriptor>(ends[0]), std::make_unique<Descriptor>(ends[1])};
    }
    // Everybody waits, then one word goes to each, in random order, and comes back.
    WaitGroup done(2 * static_cast<int64_t>(pairs.size()));
    for (size_t i = 0; i < pairs.size(); ++i) {
      Go([&, i] {
        int64_t word = 0;
        if (pairs[i].far->Read(&word, sizeof word) == sizeof word) {
          word *= 2;
          pairs[i].far->Write(&word, sizeof word);
        }
        done.Done();
      });
      Go([&, i] {
        int64_t word = 0;
        right += pairs[i].near->Read(&word, sizeof word) == sizeof word &&
                 word == 2 * static_cast<int64_t>(i);
        done.Done();
      });
    }
    for (int i = 0; i < 20; ++i) Yield();
    std::vector<int64_t> order(pairs.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    const Watch watch;
    for (const int64_t i : order) {
      ASSERT_EQ(pairs[static_cast<size_t>(i)].near->Write(&i, sizeof i), sizeof i);
    }
    done.Wait();
    std::printf("%d descriptors: %.0f ns a round trip\n", kDescriptors,
                watch.NsPer(kDescriptors / 2));
  });
  EXPECT_EQ(right, kDescriptors / 2);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(LimitsTest, Processors256OnFewCpus) {
  std::atomic<int64_t> sum = 0;
  Runtime runtime(WithProcs(256));
  runtime.Run([&] {
    EXPECT_EQ(runtime.GetStats().procs, 256);
    const Watch watch;
    Channel<int> numbers(16);
    WaitGroup done(kMixed);
    for (int t = 0; t < kMixed; ++t) {
      Go([&, t] {
        for (int i = 0; i < 5; ++i) {
          switch ((t + i) % 4) {
            case 0:
              Yield();
              break;
            case 1:
              SleepFor(10'000);
              break;
            case 2: {
              SystemCall call;
              SleepNs(1'000);
              break;
            }
            case 3:
              for (int n = 0; n < 1000; ++n) Poll();
              break;
          }
        }
        numbers.Send(t);
        done.Done();
      });
    }
    for (int t = 0; t < kMixed; ++t) sum += *numbers.Receive();
    done.Wait();
    const Runtime::Stats stats = runtime.GetStats();
    EXPECT_LE(stats.threads, 1024);
    std::printf("256 processors: %d tasks of five steps in %.2f s on %d threads\n", kMixed,
                watch.Seconds(), stats.threads);
    // From there to one, and on.
    SetProcs(1);
    EXPECT_EQ(runtime.GetStats().procs, 1);
    WaitGroup more(100);
    for (int i = 0; i < 100; ++i) Go([&] { more.Done(); });
    more.Wait();
  });
  EXPECT_EQ(sum, int64_t{kMixed} * (kMixed - 1) / 2);
}

}  // namespace
}  // namespace proctor::runtime
