// Text from a process, with a stop or a deadline that comes before the harness has read it.

#include "conformance/adapter/link.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "conformance/process/process.h"

namespace proctor {
namespace {

using Reading = AdapterLink::Reading;

constexpr int64_t kLongNs = 60'000'000'000;
constexpr int64_t kExitMs = 60'000;

// A process that runs `script`, which is over with what matters once it has made the file `done`.
class LinkTest : public testing::Test {
 protected:
  void Start(const std::string& script) {
    const std::string done = testing::TempDir() + "/done";
    std::remove(done.c_str());
    std::string error;
    ASSERT_TRUE(
        link_.Start({"/bin/sh", "-c", script + " : >" + done + "; sleep 1000"}, {}, 0, error))
        << error;
    link_.process()->Release();
    const int64_t end_ns = MonotonicNowNs() + kLongNs;
    while (!std::ifstream(done)) ASSERT_LT(MonotonicNowNs(), end_ns);
  }

  Reading Read(int64_t deadline_ns) {
    return link_.ReadLine(deadline_ns, kExitMs, nullptr, line_, {});
  }

  StopRequest stop_;
  AdapterLink link_{&stop_};
  std::string line_;
};

TEST_F(LinkTest, WhatWasWrittenBeforeAStopIsReadFirst) {
  Start("echo one >&4; echo two >&4;");
  stop_.Make();
  EXPECT_EQ(Read(MonotonicNowNs() + kLongNs), Reading::kLine);
  EXPECT_EQ(line_, "one");
  EXPECT_EQ(Read(MonotonicNowNs() + kLongNs), Reading::kLine);
  EXPECT_EQ(line_, "two");
  EXPECT_EQ(Read(MonotonicNowNs() + kLongNs), Reading::kStopped);
}

TEST_F(LinkTest, WhatWasWrittenBeforeTheDeadlineIsReadFirst) {
  Start("echo one >&4;");
  EXPECT_EQ(Read(MonotonicNowNs()), Reading::kLine);
  EXPECT_EQ(line_, "one");
  EXPECT_EQ(Read(MonotonicNowNs()), Reading::kDeadline);
}

TEST_F(LinkTest, WhoWritesWithoutEndHoldsUpNoStopAndNoDeadline) {
  Start("yes >&4 &");
  int64_t lines = 0;
  while (Read(MonotonicNowNs()) == Reading::kLine) ASSERT_LT(++lines, 1 << 20);
  stop_.Make();
  while (Read(MonotonicNowNs() + kLongNs) == Reading::kLine) ASSERT_LT(++lines, 1 << 20);
}

}  // namespace
}  // namespace proctor
