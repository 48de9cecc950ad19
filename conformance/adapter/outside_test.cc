#include "conformance/adapter/outside.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

// A scenario may end between a stop and the moment at which the process was to be continued.
TEST(OutsideSchedule, WhatItHasStoppedGoesOnWhenItEnds) {
  std::string error;
  const auto process = Process::Spawn({.argv = {"/bin/sleep", "1000"}}, error);
  ASSERT_TRUE(process) << error;
  std::vector<EventKind> kinds;
  std::optional<OutsideSchedule> schedule(
      std::in_place,
      std::vector<Outside>{{.at_ns = 0, .kind = OutsideKind::kStop},
                           {.at_ns = INT64_C(1'000'000'000'000), .kind = OutsideKind::kContinue}},
      std::vector<int>(), *process, [&](const Event& event) { kinds.push_back(event.kind); }, 0);
  schedule->FireDue(1);
  while (!IsSuspended(process->pid())) std::this_thread::yield();
  schedule.reset();
  while (IsSuspended(process->pid())) std::this_thread::yield();
  EXPECT_EQ(kinds, (std::vector{EventKind::kStopped, EventKind::kContinued}));
  process->Signal(SIGKILL);
}

}  // namespace
}  // namespace proctor
