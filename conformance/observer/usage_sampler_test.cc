#include "conformance/observer/usage_sampler.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <string>

#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr int64_t kWakes = 1200;  // the monitor is looked for during half of them at most

TEST(UsageSampler, SeesWakeUpsOfTheProcessAndOfItsMonitorAlone) {
  std::string error;
  const auto process =
      Process::Spawn({.argv = {"conformance/command/napper", "nanosleep", "500"}}, error);
  ASSERT_TRUE(process) << error;
  std::vector<pid_t> threads;
  while (threads.size() < 2) threads = ThreadsOf(process->pid());
  const pid_t napper = threads[1];
  UsageSampler sampler(process->pid(), {.by = MonitorDeclaration::By::kAdapter});
  while (WakesOf(napper) < kWakes) sched_yield();
  sampler.Finish();
  const std::optional<ProcessUsage> usage = sampler.Between(0, INT64_MAX);
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->over_ns, 0);
  ASSERT_TRUE(usage->monitor_wakes);
  EXPECT_GE(*usage->monitor_wakes, kWakes / 10);
  EXPECT_LE(*usage->monitor_wakes, *usage->wakes);
  EXPECT_GT(*usage->monitor_cpu_ns, 0);
  EXPECT_GT(usage->cpu_ns, 0);
  EXPECT_GT(usage->memory_first_bytes, 0);
  EXPECT_FALSE(sampler.Between(0, 1)) << "there were no looks";
}

TEST(UsageSampler, SeesHowMuchMemoryThereWasAtMost) {
  constexpr size_t kBytes = 32 << 20;
  UsageSampler sampler(getpid(), {});
  const int64_t before = MemoryOf(getpid());
  {
    std::vector<char> much(kBytes, 'x');
    // Until a look has seen it: each is a sleep of the thread that looks.
    pid_t looker = 0;
    for (const pid_t thread : ThreadsOf(getpid())) looker = thread != getpid() ? thread : looker;
    ASSERT_NE(looker, 0);
    const int64_t wakes = WakesOf(looker);
    while (WakesOf(looker) < wakes + 3) sched_yield();
    EXPECT_EQ(much.back(), 'x');
  }
  sampler.Finish();
  const std::optional<ProcessUsage> usage = sampler.Between(0, INT64_MAX);
  ASSERT_TRUE(usage);
  EXPECT_GE(usage->memory_most_bytes, before + static_cast<int64_t>(kBytes) / 2);
  EXPECT_FALSE(usage->monitor_wakes) << "none is declared";
}

TEST(UsageSampler, OfAProcessThatIsGoneThereIsNothing) {
  std::string error;
  auto process = Process::Spawn({.argv = {"/bin/true"}}, error);
  ASSERT_TRUE(process) << error;
  const pid_t pid = process->pid();
  process.reset();
  UsageSampler sampler(pid, {.by = MonitorDeclaration::By::kAdapter});
  sampler.Finish();
  EXPECT_FALSE(sampler.Between(0, INT64_MAX));
}

}  // namespace
}  // namespace proctor
