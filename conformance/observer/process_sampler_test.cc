#include "conformance/observer/process_sampler.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <memory>
#include <string>
#include <vector>

#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kWakes = 60;

// The thread that naps, of a program with one, once it has woken some tens of times.
ThreadUse UseOfNapper(const std::string& how, const std::string& us, bool leave_it_out = false) {
  std::string error;
  const auto process = Process::Spawn({.argv = {"conformance/command/napper", how, us}}, error);
  EXPECT_TRUE(process) << error;
  std::vector<pid_t> threads;
  while (threads.size() < 2) threads = ThreadsOf(process->pid());
  const pid_t napper = threads[1];
  ProcessSampler sampler(process->pid(), leave_it_out ? napper : 0);
  while (WakesOf(napper) < kWakes) sched_yield();
  for (const ThreadUse& use : sampler.Finish()) {
    if (use.thread == napper) return use;
  }
  return {};
}

TEST(ProcessSampler, SeesWhatAThreadWaitsForAndHowOftenItWakes) {
  struct Case {
    const char* how;
    const char* us;
    const char* call;
    int64_t longest_ns;
  };
  for (const Case& one :
       {Case{"timerfd", "5000", "read", 5 * kMs}, Case{"epoll", "7000", "epoll_wait", 7 * kMs},
        Case{"nanosleep", "6000", "clock_nanosleep", 6 * kMs},
        Case{"futex", "4000", "futex", 4 * kMs}, Case{"poll", "9000", "ppoll", 9 * kMs}}) {
    const ThreadUse use = UseOfNapper(one.how, one.us);
    EXPECT_EQ(use.name, "napper");
    EXPECT_EQ(use.call, one.call);
    EXPECT_EQ(use.longest_ns, one.longest_ns) << one.how;
    EXPECT_GE(use.sleeps, kWakes / 2);
  }
}

TEST(ProcessSampler, LeavesTheMonitorOut) {
  EXPECT_EQ(UseOfNapper("nanosleep", "3000", /*leave_it_out=*/true).thread, 0);
}

TEST(ProcessSampler, OfAProcessThatIsGoneThereIsNothing) {
  std::string error;
  auto process = Process::Spawn({.argv = {"/bin/true"}}, error);
  ASSERT_TRUE(process) << error;
  const pid_t pid = process->pid();
  process.reset();
  EXPECT_TRUE(ProcessSampler(pid, 0).Finish().empty());
}

}  // namespace
}  // namespace proctor
