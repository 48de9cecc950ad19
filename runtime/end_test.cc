// What is left of a runtime that has ended: nothing. Run with a libc that keeps neither stacks of
// threads nor arenas for them (see BUILD).

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "runtime/arch/sanitizers.h"
#include "runtime/channel.h"
#include "runtime/descriptor.h"
#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;

size_t Entries(const char* directory) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++count;
  return count;
}

// "from-to access", without libc's heap.
std::set<std::string> Mappings() {
  std::set<std::string> mappings;
  std::ifstream file("/proc/self/maps");
  for (std::string line; std::getline(file, line);) {
    if (line.find("[heap]") == std::string::npos)
      mappings.insert(line.substr(0, line.find(' ', 30)));
  }
  return mappings;
}

// Everything that a runtime can have, in the middle of it when it ends.
void RunAndEnd(int32_t procs, size_t trace_events) {
  Options options;
  options.procs = procs;
  options.trace_events_per_thread = trace_events;
  Runtime runtime(options);
  runtime.tracer().Start();
  std::atomic<int> started = 0;
  runtime.Run([&] {
    Channel<int> never;
    for (int i = 0; i < 50; ++i) {
      Go([&] {
        ++started;
        SleepFor(3'600'000 * kMs);
      });
      Go([&] {
        ++started;
        for (;;) Yield();
      });
      Go([&] {
        ++started;
        never.Receive();
      });
      Go([&] {
        ++started;
        SystemCall call;
        SleepNs(3 * kMs);
      });
      Go([&] {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
        Descriptor near(ends[0]);
        const Descriptor far(ends[1]);
        ++started;
        char byte;
        near.Read(&byte, 1);
      });
    }
    while (started < 250) Yield();
    SetProcs(procs + 3);
    CollectGarbage();
  });
}

TEST(EndTest, NoThreadDescriptorOrMappingIsLeft) {
  mallopt(M_ARENA_MAX, 1);
  // What the first one has loaded and allocated once stays.
  for (int i = 0; i < 3; ++i) RunAndEnd(4, 1024);
  const size_t threads = Entries("/proc/self/task");
  const size_t descriptors = Entries("/proc/self/fd");
  const std::set<std::string> before = Mappings();
  for (int i = 0; i < 10; ++i) RunAndEnd(1 + i % 4, i % 2 == 0 ? 0 : 1024);
  EXPECT_EQ(Entries("/proc/self/task"), threads);
  EXPECT_EQ(Entries("/proc/self/fd"), descriptors);
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  GTEST_SKIP() << "mappings not compared: the sanitizer has its own, and keeps them";
#endif
  EXPECT_EQ(Mappings(), before);
}

TEST(EndTest, OneThatNeverRanLeavesNothing) {
  const size_t descriptors = Entries("/proc/self/fd");
  for (int i = 0; i < 100; ++i) Runtime runtime;
  EXPECT_EQ(Entries("/proc/self/fd"), descriptors);
}

TEST(EndTest, TwoAtATimeDoNotMeet) {
  std::atomic<int> sums[2] = {};
  std::thread threads[2];
  for (int t = 0; t < 2; ++t) {
    threads[t] = std::thread([&, t] {
      for (int round = 0; round < 5; ++round) {
        Options options;
        options.procs = 2;
        Runtime runtime(options);
        runtime.Run([&, t] {
          WaitGroup done(100);
          for (int i = 0; i < 100; ++i) {
            Go([&, t] {
              SleepFor(100'000);
              ++sums[t];
              done.Done();
            });
          }
          done.Wait();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sums[0], 500);
  EXPECT_EQ(sums[1], 500);
}

}  // namespace
}  // namespace proctor::runtime
