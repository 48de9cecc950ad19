// A command and what it starts: who there was, how each ended, and that nobody is held up.

#include "conformance/observer/family.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kWithinNs = 60'000'000'000;
constexpr const char* kFake = "conformance/observer/fake_monitor";

struct Watched {
  std::unique_ptr<Process> process;
  std::unique_ptr<Family> family;

  explicit Watched(const std::string& script) {
    std::string error;
    process = Process::Spawn({.argv = {"/bin/sh", "-c", script}, .gated = true}, error);
    EXPECT_TRUE(process) << error;
    family = Family::Start(process->pid(), error);
    EXPECT_TRUE(family) << error;
    process->Release();
  }

  std::optional<int> Wait() { return process->Wait(MonotonicNowNs() + kWithinNs); }
};

std::vector<std::string> EndsOf(const Family& family) {
  std::vector<std::string> ends;
  for (const FamilyMember& member : family.members()) {
    ends.push_back(member.program + " " +
                   (member.status ? std::to_string(*member.status) : "lives"));
    EXPECT_GE(member.ended_ns, member.status ? member.began_ns : 0);
    EXPECT_FALSE(member.image) << member.program << " holds no Go runtime";
  }
  std::ranges::sort(ends);
  return ends;
}

TEST(Family, EveryProgramHasARowWithItsOwnStatus) {
  // Each child is a process of its own, which first is a shell.
  Watched watched("/usr/bin/true; /usr/bin/false; (exec /usr/bin/env sh -c 'kill -9 $$'); exit 7");
  EXPECT_EQ(watched.Wait(), 7);
  watched.family->Stop();
  const std::vector<std::string> ends = EndsOf(*watched.family);
  const auto count = [&](const std::string& end) { return std::ranges::count(ends, end); };
  EXPECT_EQ(count("true 0"), 1) << testing::PrintToString(ends);
  EXPECT_EQ(count("false 1"), 1) << testing::PrintToString(ends);
  EXPECT_EQ(watched.family->left_out(), 0);
  EXPECT_TRUE(std::ranges::any_of(ends, [](const auto& end) { return end.ends_with(" 137"); }))
      << testing::PrintToString(ends);
  EXPECT_TRUE(std::ranges::any_of(ends, [](const auto& end) { return end.ends_with(" 7"); }))
      << testing::PrintToString(ends);
}

// Most are gone before anybody could ask which process they belong to.
TEST(Family, ThreadsThatComeAndGoAreLetGo) {
  Watched watched(std::string("exec ") + kFake + " threads 3");
  EXPECT_EQ(watched.Wait(), 3);
  watched.family->Stop();
  EXPECT_EQ(EndsOf(*watched.family), std::vector<std::string>{"fake_monitor 3"});
}

// The first thread ends before the exec does.
TEST(Family, AnExecByAnotherThreadGoesOnAsTheSameProcess) {
  Watched watched(std::string("exec ") + kFake + " exec_by_thread 3");
  EXPECT_EQ(watched.Wait(), 3);
  watched.family->Stop();
  EXPECT_EQ(EndsOf(*watched.family), std::vector<std::string>{"fake_monitor 3"});
}

char StateOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  const size_t at = text.rfind(") ");
  return at == std::string::npos ? '?' : text[at + 2];
}

TEST(Family, AStoppedProcessStaysStoppedUntilItIsContinued) {
  const std::string go_on = testing::TempDir() + "/go_on";
  std::remove(go_on.c_str());
  Watched watched("while [ ! -e " + go_on + " ]; do :; done; exit 5");
  watched.process->Signal(SIGSTOP);
  const int64_t end_ns = MonotonicNowNs() + kWithinNs;
  // A traced process shows its stop as one for its tracer.
  while (StateOf(watched.process->pid()) != 'T' && StateOf(watched.process->pid()) != 't') {
    ASSERT_LT(MonotonicNowNs(), end_ns);
    sched_yield();
  }
  std::ofstream(go_on) << "x";
  // It would end long before another process has come and gone.
  Watched other("sleep 0.1");
  EXPECT_EQ(other.Wait(), 0);
  EXPECT_FALSE(watched.process->Wait(0)) << "it went on without being continued";
  watched.process->Signal(SIGCONT);
  EXPECT_EQ(watched.Wait(), 5);
}

TEST(Family, StopLetsGoOfAllThatStillRun) {
  Watched watched("sleep 1000 & sleep 1000");
  const int64_t end_ns = MonotonicNowNs() + kWithinNs;
  while (StateOf(watched.process->pid()) != 'S') ASSERT_LT(MonotonicNowNs(), end_ns);
  watched.family->Stop();
  for (const FamilyMember& member : watched.family->members()) {
    std::ifstream file("/proc/" + std::to_string(member.process) + "/status");
    std::string line;
    while (std::getline(file, line) && !line.starts_with("TracerPid:")) {
    }
    EXPECT_EQ(line, "TracerPid:\t0") << member.program;
  }
  EXPECT_TRUE(watched.process->EndBySignal(SIGTERM, MonotonicNowNs() + kWithinNs));
}

TEST(Family, AProcessThatIsGoneIsNamed) {
  std::string error;
  EXPECT_FALSE(Family::Start(1'000'000'000, error));
  EXPECT_NE(error.find("1000000000"), std::string::npos) << error;
}

}  // namespace
}  // namespace proctor
