#include "conformance/suite/child_run.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

namespace proctor {
namespace {

constexpr int64_t kLongS = 600;

TEST(ChildRun, GivesBackWhatTheRunReturns) {
  const ChildEnd end = RunInChild(kLongS, [](ChildProgress&) { return 7; });
  EXPECT_TRUE(end.finished);
  EXPECT_EQ(end.status, 7);
  EXPECT_EQ(end.message, "");
}

// An exit status of 0 is no success: the run did not come back.
TEST(ChildRun, AnExitIsNoEnd) {
  const ChildEnd end = RunInChild(kLongS, [](ChildProgress& progress) -> int {
    progress.worlds = 3;
    std::exit(0);
  });
  EXPECT_FALSE(end.finished);
  EXPECT_EQ(end.message, "the monitor ended its process in world 3: exit status 0");
}

TEST(ChildRun, NamesTheSignal) {
  const ChildEnd end = RunInChild(kLongS, [](ChildProgress& progress) {
    progress.worlds = 2;
    raise(SIGKILL);
    return 0;
  });
  EXPECT_FALSE(end.finished);
  EXPECT_EQ(end.message, "the monitor ended its process in world 2: signal 9 (Killed)");
}

// No limit is too short for a run that never ends.
TEST(ChildRun, EndsWhatTakesTooLong) {
  const ChildEnd end = RunInChild(1, [](ChildProgress& progress) {
    progress.worlds = 1;
    for (;;) pause();
    return 0;
  });
  EXPECT_FALSE(end.finished);
  EXPECT_NE(end.message.find("after 1 s of real time the suite was in world 1"), std::string::npos)
      << end.message;
}

}  // namespace
}  // namespace proctor
