#include "conformance/process/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "conformance/process/ending.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kWaitAtMostNs = 30'000'000'000;

int64_t Deadline() { return MonotonicNowNs() + kWaitAtMostNs; }

std::unique_ptr<Process> Shell(const std::string& script, Process::Options options = {}) {
  options.argv = {"/bin/sh", "-c", script};
  std::string error;
  auto process = Process::Spawn(options, error);
  EXPECT_TRUE(process) << error;
  return process;
}

TEST(Process, GivesTheExitStatus) {
  EXPECT_EQ(Shell("exit 7")->Wait(Deadline()), 7);
  EXPECT_EQ(Shell("kill -TERM $$")->Wait(Deadline()), 128 + SIGTERM);
}

TEST(Process, EndBySignalReachesAllThatTheChildStartedAndWaitsForThem) {
  const std::string folder = testing::TempDir() + "/end_by_signal." + std::to_string(getpid());
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  // Each says when it hears SIGTERM from, and takes its time to end by it.
  const auto service = [&](const std::string& name) {
    return "trap 'sleep 0.05; : > " + folder + "/" + name + ".ended; exit 5' TERM; : > " + folder +
           "/" + name + ".ready; while :; do sleep 1000 & wait; done";
  };
  auto process = Shell("setsid sh -c \"" + service("other") + "\" & " + service("mine"));
  for (const char* name : {"other", "mine"}) {
    while (!std::ifstream(folder + "/" + name + ".ready")) sched_yield();
  }
  EXPECT_TRUE(process->EndBySignal(SIGTERM, Deadline()));
  for (const char* name : {"other", "mine"}) {
    EXPECT_TRUE(std::ifstream(folder + "/" + name + ".ended")) << name;
  }
  EXPECT_EQ(process->Wait(Deadline()), 5);
}

TEST(Process, EndBySignalAsksTheProgramThatStartsAfterTheSignal) {
  const std::string path = testing::TempDir() + "/heard." + std::to_string(getpid());
  // The handler swallows the signal, as one does that is still there between fork and exec.
  auto process = Shell("trap ': > " + path + ".heard' TERM; : > " + path + ".ready; until [ -e " +
                       path + ".heard ]; do :; done; exec sleep 1000");
  while (!std::ifstream(path + ".ready")) sched_yield();
  EXPECT_TRUE(process->EndBySignal(SIGTERM, Deadline()));
}

TEST(Process, EndBySignalSaysWhoDoesNotHear) {
  const std::string ready = testing::TempDir() + "/deaf." + std::to_string(getpid());
  auto process = Shell("trap '' TERM; : > " + ready + "; while :; do sleep 1000; done");
  while (!std::ifstream(ready)) sched_yield();
  EXPECT_FALSE(process->EndBySignal(SIGTERM, MonotonicNowNs() + 20'000'000));
}

TEST(Process, NamesAProgramThatIsNotThere) {
  std::string error;
  EXPECT_FALSE(Process::Spawn({.argv = {"no-such-program"}}, error));
  EXPECT_EQ(error, "no-such-program: not found on PATH; install it or give its path");
  EXPECT_FALSE(Process::Spawn({.argv = {"/nowhere/prog"}}, error));
  EXPECT_EQ(error, "/nowhere/prog: cannot be started: No such file or directory");
  for (const std::vector<std::string>& nothing : {std::vector<std::string>{}, {""}}) {
    EXPECT_FALSE(Process::Spawn({.argv = nothing}, error));
    EXPECT_EQ(error, "no command was given");
  }
}

TEST(Process, AGatedProgramThatIsNotThereIsNamedAtOnce) {
  std::string error;
  EXPECT_FALSE(Process::Spawn({.argv = {"/nowhere/prog"}, .gated = true}, error));
  EXPECT_EQ(error, "/nowhere/prog: cannot be started: No such file or directory");
}

TEST(Process, AGatedFileThatIsNoProgramSaysSoOnItsStandardError) {
  const std::string path = testing::TempDir() + "/no_program";
  std::ofstream(path) << '\0';
  chmod(path.c_str(), 0700);
  std::string error;
  auto process = Process::Spawn({.argv = {path}, .gated = true, .capture_output = true}, error);
  ASSERT_TRUE(process) << error;
  process->Release();
  EXPECT_EQ(process->Wait(Deadline()), 127);
  const std::string expected = path + ": cannot be started: Exec format error\n";
  EXPECT_EQ(process->captured(), expected);
}

TEST(Process, HandsOverOnlyTheDescriptorsAskedFor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int leaked = dup(ends[1]);  // would keep the pipe open in the child
  auto process = Shell("exec >&9; for n in /proc/self/fd/*; do echo ${n##*/}; done",
                       {.descriptors = {{ends[1], 9}}});
  close(ends[1]);
  close(leaked);
  std::string text;
  char block[256];
  ssize_t got;
  while ((got = read(ends[0], block, sizeof block)) > 0) text.append(block, got);
  close(ends[0]);
  EXPECT_EQ(process->Wait(Deadline()), 0);
  EXPECT_EQ(text.find("0\n1\n2\n"), 0u) << text;
  EXPECT_EQ(text.find("\n" + std::to_string(leaked) + "\n"), std::string::npos) << text;
}

TEST(Process, AGatedChildWaitsForItsRelease) {
  auto process = Shell("exit 3", {.gated = true});
  EXPECT_EQ(process->Wait(MonotonicNowNs()), std::nullopt);
  process->Release();
  EXPECT_EQ(process->Wait(Deadline()), 3);
}

TEST(Process, ChangesTheEnvironment) {
  setenv("PROCTOR_TEST_GONE", "1", 1);
  auto process = Shell("test -z \"$PROCTOR_TEST_GONE\" && test \"$PROCTOR_TEST_NEW\" = 'a=b'",
                       {.set_env = {"PROCTOR_TEST_NEW=a=b"}, .unset_env = {"PROCTOR_TEST_GONE"}});
  EXPECT_EQ(process->Wait(Deadline()), 0);
}

TEST(Process, CapturesTheBeginningAndTheEndOfTheOutput) {
  auto process = Shell("echo first; yes | head -c 100000; echo last >&2", {.capture_output = true});
  EXPECT_EQ(process->Wait(Deadline()), 0);
  const std::string text = process->captured();
  EXPECT_TRUE(text.starts_with("first\ny\n")) << text.substr(0, 10);
  EXPECT_NE(text.find("\n[...]\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("last\n")) << text.substr(text.size() - 10);
  EXPECT_LE(text.size(), 64u * 1024);
}

TEST(Process, LeavesNothingBehind) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  // A grandchild holds the pipe open until the whole group is gone.
  auto process = Shell("sleep 1000 & wait", {.descriptors = {{ends[1], 9}}});
  close(ends[1]);
  process.reset();
  char byte;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);
  close(ends[0]);
}

// The number that a script printed, once it has; what it started goes on meanwhile.
pid_t PrintedBy(Process& process) {
  std::string text;
  while (!text.ends_with("\n")) text = process.captured();
  return std::stoi(text);
}

// Whether the process is gone, or is about to be: its descriptors are closed a little earlier, and
// its new parent has yet to take notice of its end.
bool IsGone(pid_t pid) { return !fs::exists("/proc/" + std::to_string(pid)) || IsEnding(pid); }

TEST(Process, EndsWhatLeftItsGroupItsSessionAndItsParent) {
  for (const char* script : {
           "setsid sh -c 'echo $$; exec sleep 1000' & wait",
           // Its parent has ended before it.
           "(setsid sh -c 'echo $$; exec sleep 1000' &); exit 0",
           // Nothing of the environment is left by which to know it.
           "(env -i /usr/bin/setsid /bin/sh -c 'echo $$; exec /bin/sleep 1000' &); exec sleep 1000",
           // It does not want to end.
           "(setsid sh -c 'trap \"\" INT TERM HUP; echo $$; while :; do sleep 1000; done' &); exit "
           "0",
       }) {
    auto process = Shell(script, {.capture_output = true});
    const pid_t stray = PrintedBy(*process);
    EXPECT_FALSE(IsGone(stray)) << script;
    process.reset();
    EXPECT_TRUE(IsGone(stray)) << script;
  }
}

TEST(Process, DoesNotWaitForAGrandchildThatHoldsTheOutput) {
  auto process = Shell("setsid sh -c 'echo $$; exec sleep 1000' &", {.capture_output = true});
  PrintedBy(*process);
  EXPECT_EQ(process->Wait(Deadline()), 0);
  process->captured();  // ends although somebody still has the pipe
}

TEST(Process, NothingStaysWhenTheHarnessIsKilled) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t harness = fork();
  if (harness == 0) {
    std::string error;
    const auto process = Process::Spawn(
        {.argv = {"/bin/sh", "-c", "(setsid sh -c 'echo $$ >&9; exec sleep 1000' &); sleep 1000"},
         .descriptors = {{ends[1], 9}}},
        error);
    pause();
    _exit(0);
  }
  close(ends[1]);
  char block[32] = {};
  ASSERT_GT(read(ends[0], block, sizeof block - 1), 0);
  const pid_t stray = std::atoi(block);
  EXPECT_FALSE(IsGone(stray));
  kill(harness, SIGKILL);
  waitpid(harness, nullptr, 0);
  // All of them hold the pipe.
  EXPECT_EQ(read(ends[0], block, sizeof block), 0);
  EXPECT_TRUE(IsGone(stray));
  close(ends[0]);
}

TEST(Process, ItsOrphansDoNotStayZombies) {
  auto process = Shell("(true &); (true &); sleep 0.2; (echo $PPID &); exec sleep 1000",
                       {.capture_output = true});
  const pid_t keeper = PrintedBy(*process);
  const std::string path = "/proc/" + std::to_string(keeper) + "/task/" + std::to_string(keeper);
  std::string children;
  // The child itself, and nobody else.
  for (int64_t end = Deadline(); MonotonicNowNs() < end;) {
    std::getline(std::ifstream(path + "/children"), children);
    if (std::ranges::count(children, ' ') == 1) break;
  }
  EXPECT_EQ(children, std::to_string(process->pid()) + " ");
}

TEST(Process, AWaitEndsWhenAStopIsRequested) {
  StopRequest stop;
  auto process = Shell("exec sleep 1000");
  std::thread other([&stop] { stop.Make(); });
  EXPECT_EQ(process->Wait(Deadline(), &stop), std::nullopt);
  EXPECT_LT(MonotonicNowNs(), Deadline());
  other.join();
}

// A thread whose tracer does not take notice of its end holds the process up, as the kernel may.
TEST(Process, ThatIsOnItsWayOutHasTimeForIt) {
  std::string error;
  const std::string ready = testing::TempDir() + "/threads." + std::to_string(getpid());
  auto process = Process::Spawn(
      {.argv = {"/usr/bin/python3", "-c",
                "import os, sys, threading, time\n"
                "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n"
                "open(sys.argv[1], 'w').close()\n"
                "while os.path.exists(sys.argv[1]): time.sleep(0.001)\n"
                "os._exit(4)",
                ready}},
      error);
  ASSERT_TRUE(process) << error;
  while (!std::ifstream(ready)) sched_yield();
  EXPECT_FALSE(IsEnding(process->pid()));
  EXPECT_EQ(process->WaitForEnd(MonotonicNowNs()), std::nullopt);

  pid_t other = 0;
  for (const auto& thread :
       fs::directory_iterator("/proc/" + std::to_string(process->pid()) + "/task")) {
    const pid_t number = std::stoi(thread.path().filename());
    if (number != process->pid()) other = number;
  }
  if (ptrace(PTRACE_SEIZE, other, nullptr, nullptr) != 0) GTEST_SKIP() << "ptrace is not permitted";
  fs::remove(ready);
  while (!IsEnding(process->pid())) sched_yield();
  EXPECT_EQ(process->Wait(MonotonicNowNs()), std::nullopt);
  // Only this thread may take notice.
  std::optional<int> status;
  std::thread waits([&] { status = process->WaitForEnd(MonotonicNowNs()); });
  while (waitpid(other, nullptr, __WALL) != other) {
  }
  waits.join();
  EXPECT_EQ(status, 4);
}

TEST(Process, EndAllNeedsNoOwner) {
  auto process = Shell("(setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000",
                       {.capture_output = true});
  const pid_t stray = PrintedBy(*process);
  Process::EndAll();
  EXPECT_TRUE(IsGone(stray));
  EXPECT_TRUE(IsGone(process->pid()));
  EXPECT_EQ(process->Wait(Deadline()), 128 + SIGKILL);
}

TEST(Process, KeepsItsNumberUntilTheObjectIsGone) {
  auto process = Shell("exit 0");
  EXPECT_EQ(process->Wait(Deadline()), 0);
  const pid_t pid = process->pid();
  EXPECT_EQ(kill(pid, 0), 0);
  process.reset();
  EXPECT_EQ(kill(pid, 0), -1);
}

}  // namespace
}  // namespace proctor
