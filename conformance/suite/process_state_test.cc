#include "conformance/suite/process_state.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

namespace proctor {
namespace {

// The one change that there is.
void ExpectChange(const ProcessState& before, const std::string& beginning) {
  const std::vector<std::string> changes = before.Changes();
  std::string all;
  for (const std::string& change : changes) all += change + "\n";
  ASSERT_EQ(changes.size(), 1u) << all;
  EXPECT_EQ(changes[0].find(beginning), 0u) << changes[0];
}

void ExpectNone(const ProcessState& before) {
  for (const std::string& change : before.Changes()) ADD_FAILURE() << change;
}

TEST(ProcessState, SaysNothingWhereNothingChanged) { ExpectNone(ProcessState()); }

TEST(ProcessState, PutsStandardFilesBack) {
  const ProcessState before;
  close(STDOUT_FILENO);
  ExpectChange(before, "the monitor closed standard output, or put another file in its place");
  close(STDERR_FILENO);
  ExpectChange(before, "the monitor closed standard error");
  ExpectNone(before);
}

TEST(ProcessState, GoesBackToTheWorkingDirectory) {
  const ProcessState before;
  ASSERT_EQ(chdir("/"), 0);
  ExpectChange(before, "the monitor changed the working directory");
  ExpectNone(before);
}

TEST(ProcessState, PutsTheEnvironmentBack) {
  setenv("PROCTOR_TEST", "1", 1);
  const ProcessState before;
  setenv("PROCTOR_TEST", "2", 1);
  ExpectChange(before, "the monitor changed the environment of its process: PROCTOR_TEST");
  EXPECT_STREQ(getenv("PROCTOR_TEST"), "1");
  setenv("PROCTOR_\x1b[31m", "1", 1);
  ExpectChange(before, "the monitor changed the environment of its process: PROCTOR_?[31m");
  clearenv();
  ExpectChange(before, "the monitor changed the environment of its process: ");
  ExpectNone(before);
}

TEST(ProcessState, PutsSignalsBack) {
  const ProcessState before;
  signal(SIGUSR1, SIG_IGN);
  ExpectChange(before, "the monitor changed what the signal 10 (");
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  ExpectChange(before, "the monitor changed whether the signal 12 (");
  ExpectNone(before);
}

TEST(ProcessState, NamesLimits) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const ProcessState before;
  const rlimit lower = {limit.rlim_cur - 1, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lower), 0);
  ExpectChange(before, "the monitor changed the limit RLIMIT_NOFILE: ");
  setrlimit(RLIMIT_NOFILE, &limit);
  alarm(1'000);
  ExpectChange(before, "the monitor changed the alarm clock: not set before, set now");
  alarm(0);
  const mode_t mask = umask(0077);
  ExpectChange(before, "the monitor changed the mask of new files' modes: ");
  umask(mask);
  ExpectNone(before);
}

TEST(ProcessState, NamesAThreadThatIsLeft) {
  std::atomic<bool> end = false;
  {
    const ProcessState before;
    std::thread left([&] { end.wait(false); });
    ExpectChange(before, "the monitor leaves threads behind: 1");
    end = true;
    end.notify_one();
    left.join();
  }
}

TEST(ProcessState, NamesAChildThatIsLeft) {
  const ProcessState before;
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  ExpectChange(before, "the monitor leaves a child process behind");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ExpectNone(before);
}

}  // namespace
}  // namespace proctor
