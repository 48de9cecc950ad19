#include "stress/faults/faults.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <memory>
#include <set>
#include <string>

#include "conformance/process/process.h"

namespace proctor {
namespace {

TEST(Faults, AreNamedOnceAndTheFirstIsNone) {
  std::set<std::string_view> names;
  for (const Fault& fault : Faults()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_EQ(FindFault(fault.name), &fault);
    EXPECT_EQ(fault.change == nullptr && fault.disturb == nullptr, fault.name == "none");
  }
  EXPECT_EQ(Faults()[0].name, "none");
  EXPECT_EQ(FindFault("nothing"), nullptr);
}

TEST(Faults, WhatChangesAScenarioLeavesItValid) {
  for (const Fault& fault : Faults()) {
    Scenario scenario{.name = "x", .tasks = {{.ops = {{.op = Op::kYield}}}}};
    scenario.outside.push_back({.at_ns = 100'000'000, .kind = OutsideKind::kStop});
    if (fault.change == nullptr) continue;
    fault.change(scenario);
    EXPECT_EQ(Validate(scenario), "") << fault.name;
    EXPECT_GT(scenario.outside.size(), 1u);
  }
}

class OnAProcess : public testing::Test {
 protected:
  void SetUp() override {
    std::string error;
    process_ = Process::Spawn({.argv = {"sh", "-c", "read line"}, .null_input = false}, error);
    ASSERT_TRUE(process_) << error;
  }
  std::unique_ptr<Process> process_;
};

TEST_F(OnAProcess, TheLimitOfDescriptorsIsSet) {
  {
    const FaultThread thread(*FindFault("few_descriptors"), process_->pid());
  }
  rlimit limit{};
  ASSERT_EQ(prlimit(process_->pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 112u);
}

TEST_F(OnAProcess, ThePriorityIsLowered) {
  {
    const FaultThread thread(*FindFault("low_priority"), process_->pid());
  }
  EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(process_->pid())), 15);
}

// A process that is gone, too.
TEST_F(OnAProcess, EveryFaultEnds) {
  for (const Fault& fault : Faults()) {
    const FaultThread thread(fault, process_->pid());
    if (fault.name == "signals") process_->Signal(SIGKILL);
  }
}

}  // namespace
}  // namespace proctor
