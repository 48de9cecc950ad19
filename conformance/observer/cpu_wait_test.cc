// A thread that shares one CPU with others waits for it, and the kernel counts that.

#include "conformance/observer/cpu_wait.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "conformance/observer/shared_cpu_testing.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

TEST(CpuWait, AThreadThatSharesItsCpuStalls) {
  const cpu_set_t cpu = OneCpu();
  const Spinner spinner(cpu);
  std::optional<Event> stall;
  std::thread waiter([&] {
    sched_setaffinity(0, sizeof cpu, &cpu);
    CpuWait wait;
    // Until it has had to wait, however long that takes.
    while (!stall) {
      for (int64_t since_ns = MonotonicNowNs(); MonotonicNowNs() < since_ns + 20'000'000;) {
      }
      stall = wait.Look(gettid(), MonotonicNowNs());
    }
  });
  waiter.join();
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
