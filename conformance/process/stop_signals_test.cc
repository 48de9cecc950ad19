#include "conformance/process/stop_signals.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "conformance/process/process.h"
#include "conformance/process/scratch_folder.h"
#include "conformance/process/temporary_paths.h"

namespace proctor {
namespace {

constexpr int kEndedItself = 17;

int64_t Deadline() { return MonotonicNowNs() + 30'000'000'000; }

// What a program ends with that does `work`, in a process of its own.
int StatusOf(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(kEndedItself);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

void Await(const StopRequest& stop) {
  constexpr int kAtMostMs = 30'000;
  pollfd made{.fd = stop.fd(), .events = POLLIN, .revents = 0};
  poll(&made, 1, kAtMostMs);
}

class EverySignal : public testing::TestWithParam<int> {};

TEST_P(EverySignal, MakesTheRequestAndNothingMore) {
  const int status = StatusOf([] {
    StopRequest stop;
    stop.BeginHeeding();
    const StopSignals signals(stop);
    kill(getpid(), GetParam());
    Await(stop);
    if (!stop.made() || signals.first() != GetParam()) _exit(1);
  });
  EXPECT_EQ(status, kEndedItself);
}

TEST_P(EverySignal, ASecondOneEndsTheProgramAndLeavesNothing) {
  const std::string half_written = std::filesystem::path(testing::TempDir()) / "half_written";
  std::ofstream(half_written) << "half";
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const int status = StatusOf([&] {
    StopRequest stop;
    stop.BeginHeeding();
    const StopSignals signals(stop, 0);
    std::string error;
    const auto folder = ScratchFolder::Make(error, testing::TempDir());
    const auto process = Process::Spawn(
        {.argv = {"/bin/sh", "-c", "setsid sleep 1000 & wait"}, .descriptors = {{ends[1], 9}}},
        error);
    AddTemporaryPath(half_written);
    const std::string path = folder->path() + "\n";
    if (write(ends[1], path.data(), path.size()) < 0) _exit(1);
    kill(getpid(), SIGTERM);
    Await(stop);
    kill(getpid(), GetParam());
    pause();
  });
  EXPECT_EQ(status, 128 + GetParam());
  close(ends[1]);
  char block[4096];
  const ssize_t got = read(ends[0], block, sizeof block);
  ASSERT_GT(got, 1);
  EXPECT_FALSE(std::filesystem::exists(std::string(block, static_cast<size_t>(got) - 1)));
  EXPECT_FALSE(std::filesystem::exists(half_written));
  EXPECT_EQ(read(ends[0], block, sizeof block), 0) << "no process holds it any more";
  close(ends[0]);
}

// As timeout(1) does, and a wrapper that passes on what its group got as well.
TEST_P(EverySignal, TheSameOneAtOnceIsTheSameRequest) {
  constexpr int64_t kAlways = int64_t{3600} * 1'000'000'000;
  const int status = StatusOf([] {
    StopRequest stop;
    stop.BeginHeeding();
    const StopSignals signals(stop, kAlways);
    kill(getpid(), GetParam());
    Await(stop);
    kill(getpid(), GetParam());
    kill(getpid(), GetParam() == SIGHUP ? SIGTERM : SIGHUP);
    pause();
  });
  EXPECT_EQ(status, 128 + (GetParam() == SIGHUP ? SIGTERM : SIGHUP));
}

TEST_P(EverySignal, TheFirstOneDoesWhereNobodyHeedsTheRequest) {
  const int status = StatusOf([] {
    StopRequest stop;
    const StopSignals signals(stop);
    std::string error;
    const auto folder = ScratchFolder::Make(error, testing::TempDir());
    kill(getpid(), GetParam());
    pause();
  });
  EXPECT_EQ(status, 128 + GetParam());
}

TEST(StopSignals, WhatAsksForNoResultsEndsTheProgramAtOnce) {
  for (const int signal : {SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU}) {
    const int status = StatusOf([signal] {
      StopRequest stop;
      stop.BeginHeeding();
      const StopSignals signals(stop);
      kill(getpid(), signal);
      pause();
    });
    EXPECT_EQ(status, 128 + signal);
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, EverySignal, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGPIPE),
                         [](const auto& info) { return sigabbrev_np(info.param); });

TEST(StopSignals, APipeThatNobodyReadsIsAnErrorThere) {
  const int status = StatusOf([] {
    StopRequest stop;
    stop.BeginHeeding();
    const StopSignals signals(stop);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) _exit(1);
    close(ends[0]);
    if (write(ends[1], "x", 1) != -1 || errno != EPIPE) _exit(2);
    kill(getpid(), SIGHUP);  // what comes first of both would be seen first
    Await(stop);
    if (signals.first() != SIGHUP) _exit(3);
  });
  EXPECT_EQ(status, kEndedItself);
}

TEST(StopSignals, HangingUpStaysIgnoredUnderNohup) {
  const int status = StatusOf([] {
    std::signal(SIGHUP, SIG_IGN);
    StopRequest stop;
    stop.BeginHeeding();
    const StopSignals signals(stop);
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGTERM);
    Await(stop);
    if (signals.first() != SIGTERM) _exit(1);
  });
  EXPECT_EQ(status, kEndedItself);
}

TEST(StopSignals, AChildHearsThemAgain) {
  const int status = StatusOf([] {
    StopRequest stop;
    stop.BeginHeeding();
    const StopSignals signals(stop);
    std::string error;
    const auto process = Process::Spawn({.argv = {"/bin/sh", "-c", "kill -TERM $$"}}, error);
    if (process->Wait(Deadline()) != 128 + SIGTERM) _exit(1);
  });
  EXPECT_EQ(status, kEndedItself);
}

}  // namespace
}  // namespace proctor
