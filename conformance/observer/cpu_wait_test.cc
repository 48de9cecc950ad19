// A thread that shares one CPU with others waits for it, and the kernel counts that.

#include "conformance/observer/cpu_wait.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "conformance/process/process.h"

namespace proctor {
namespace {

TEST(CpuWait, AThreadThatSharesItsCpuStalls) {
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &all)) ++cpu;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    sched_setaffinity(0, sizeof one, &one);
    while (!stop) {
    }
  });
  std::optional<Event> stall;
  std::thread waiter([&] {
    sched_setaffinity(0, sizeof one, &one);
    CpuWait wait;
    // Until it has had to wait, however long that takes.
    while (!stall) {
      for (int64_t since_ns = MonotonicNowNs(); MonotonicNowNs() < since_ns + 20'000'000;) {
      }
      stall = wait.Look(gettid(), MonotonicNowNs());
    }
  });
  waiter.join();
  stop = true;
  other.join();
  EXPECT_EQ(stall->kind, EventKind::kStall);
  EXPECT_GE(stall->Get(Arg::kDurationNs), 2'000'000);
}

TEST(CpuWait, AThreadThatSleepsDoesNotStall) {
  CpuWait wait;
  EXPECT_FALSE(wait.Look(gettid(), 0));
  EXPECT_FALSE(wait.Look(gettid(), 1'000'000)) << "too soon to be looked at";
}

TEST(CpuWait, AnotherThreadIsLookedAtFromNowOn) {
  CpuWait wait;
  EXPECT_FALSE(wait.Look(getpid(), 0));
  EXPECT_FALSE(wait.Look(1, 1'000'000'000'000)) << "what it waited for before is not told";
}

TEST(CpuWait, AThreadThatIsGoneTellsNothing) {
  CpuWait wait;
  pid_t gone = 0;
  std::thread([&] { gone = gettid(); }).join();
  EXPECT_FALSE(wait.Look(gone, 0));
  EXPECT_FALSE(wait.Look(gone, 1'000'000'000'000));
}

}  // namespace
}  // namespace proctor
