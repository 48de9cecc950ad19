#include "conformance/adapter/rest_watch.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kBetweenNs = 50 * kMs;

// A process that does `work` until it is killed.
class Child {
 public:
  explicit Child(const std::function<void()>& work) : pid_(fork()) {
    if (pid_ != 0) return;
    while (true) work();
  }
  ~Child() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// Looks at times of its own, so that it does not matter how fast this machine is.
int64_t RestedNs(RestWatch& watch, int looks, pid_t monitor = 0) {
  for (int64_t i = 1; i <= looks; ++i) watch.Look(monitor, i * kBetweenNs);
  return watch.rested_ns();
}

void Nothing() { pause(); }
void Spin() {}

void AwaitSleep(pid_t process) {
  RestWatch watch(process);
  while (RestedNs(watch, 2) == 0) poll(nullptr, 0, 1);
}

TEST(RestWatch, WhoSleepsRests) {
  const Child child(Nothing);
  AwaitSleep(child.pid());
  RestWatch watch(child.pid());
  EXPECT_EQ(RestedNs(watch, 11), 10 * kBetweenNs);
  watch.Restart();
  EXPECT_EQ(watch.rested_ns(), 0);
}

// However little CPU it got meanwhile: a machine may have other things to do for seconds.
TEST(RestWatch, WhoComputesDoesNotRest) {
  const Child child(Spin);
  RestWatch watch(child.pid());
  EXPECT_EQ(RestedNs(watch, 100), 0);
}

TEST(RestWatch, WhoIsStoppedDoesNotRest) {
  const Child child(Nothing);
  AwaitSleep(child.pid());
  kill(child.pid(), SIGSTOP);
  int status = 0;
  waitpid(child.pid(), &status, WUNTRACED);
  RestWatch watch(child.pid());
  EXPECT_EQ(RestedNs(watch, 100), 0);
}

// A control group (version 2) of the test's own.
class ControlGroup {
 public:
  ControlGroup() {
    std::ifstream mounts("/proc/self/mounts");
    std::string device, place, type, rest;
    while (mounts >> device >> place >> type && std::getline(mounts, rest)) {
      if (type == "cgroup2") folder_ = fmt::format("{}/rest_watch_test_{}", place, getpid());
    }
    if (folder_.empty() || mkdir(folder_.c_str(), 0755) != 0) folder_.clear();
  }
  ~ControlGroup() {
    if (!folder_.empty()) rmdir(folder_.c_str());
  }

  // false: this machine does not let us.
  bool Freeze(pid_t process) {
    if (folder_.empty()) return false;
    for (const auto& [file, value] : {std::pair("cgroup.procs", process), {"cgroup.freeze", 1}}) {
      std::ofstream stream(fmt::format("{}/{}", folder_, file));
      if (!(stream << value << std::flush)) return false;
    }
    for (std::string line; line != "frozen 1";) {
      std::ifstream events(folder_ + "/cgroup.events");
      if (!events) return false;
      while (line != "frozen 1" && std::getline(events, line)) {
      }
    }
    return true;
  }

 private:
  std::string folder_;
};

TEST(RestWatch, WhoIsFrozenDoesNotRest) {
  ControlGroup group;
  const Child child(Nothing);
  AwaitSleep(child.pid());
  if (!group.Freeze(child.pid())) GTEST_SKIP() << "no control group can be made here";
  RestWatch watch(child.pid());
  EXPECT_EQ(RestedNs(watch, 100), 0);
}

TEST(RestWatch, TheMonitorMayRun) {
  const Child child(Spin);
  RestWatch watch(child.pid());
  EXPECT_EQ(RestedNs(watch, 11, child.pid()), 10 * kBetweenNs);
}

TEST(RestWatch, WhereTheMachineStoodStillLittleOfItCounts) {
  const Child child(Nothing);
  AwaitSleep(child.pid());
  RestWatch watch(child.pid());
  watch.Look(0, kMs);
  watch.Look(0, 3'600'000 * kMs);
  EXPECT_EQ(watch.rested_ns(), 200 * kMs);
}

TEST(LongestRest, IsBeyondWhateverATaskMayDoWithoutAStamp) {
  Scenario scenario;
  scenario.budget_ms = 60'000;
  scenario.tasks = {
      {.ops = {{.op = Op::kBlock, .duration_ns = kMs}, {.op = Op::kSleep, .duration_ns = 3 * kMs}},
       .repeat = 5000}};
  EXPECT_EQ(LongestRestNs(scenario), 8003 * kMs);
  scenario.ending = Ending::kDeadlock;
  EXPECT_EQ(LongestRestNs(scenario), 1503 * kMs);
  scenario.stamps = Stamps::kEnds;
  EXPECT_EQ(LongestRestNs(scenario), 21'500 * kMs);
  scenario.tasks[0].repeat = 1'000'000;
  EXPECT_EQ(LongestRestNs(scenario), 61'500 * kMs);
}

}  // namespace
}  // namespace proctor
