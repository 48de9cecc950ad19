#include "conformance/process/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace proctor {
namespace {

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

TEST(Process, NamesAProgramThatIsNotThere) {
  std::string error;
  EXPECT_FALSE(Process::Spawn({.argv = {"no-such-program"}}, error));
  EXPECT_EQ(error, "no-such-program: not found on PATH; install it or give its path");
  EXPECT_FALSE(Process::Spawn({.argv = {"/nowhere/prog"}}, error));
  EXPECT_EQ(error, "/nowhere/prog: cannot be started: No such file or directory");
  EXPECT_FALSE(Process::Spawn({}, error));
  EXPECT_EQ(error, "no command was given");
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

TEST(Process, CapturesTheEndOfTheOutput) {
  auto process = Shell("yes | head -c 100000; echo last >&2", {.capture_output = true});
  EXPECT_EQ(process->Wait(Deadline()), 0);
  const std::string text = process->captured();
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

TEST(Process, DoesNotWaitForAGrandchildThatLeftTheGroupAndHoldsTheOutput) {
  auto process = Shell("setsid sh -c 'echo $$; exec sleep 1000' &", {.capture_output = true});
  std::string text;
  while (!text.ends_with("\n")) text = process->captured();  // it has left
  EXPECT_EQ(process->Wait(Deadline()), 0);
  process.reset();
  EXPECT_EQ(kill(std::stoi(text), SIGKILL), 0) << "it is not ours to end";
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
