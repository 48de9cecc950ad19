// State maps on real programs: of Go as this machine's toolchains build them, and a small one in
// C++ of both kinds of executable.

#include "conformance/debug_information/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "conformance/debug_information/snapshot_reader.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

using ::testing::HasSubstr;

constexpr char kFolder[] = "conformance/debug_information/";

std::string Program(const std::string& name) { return kFolder + name; }

bool IsThere(const std::string& program) { return std::filesystem::file_size(program) > 0; }

bool Has(const std::vector<PlacedVariable>& variables, Variable variable) {
  return std::ranges::find(variables, variable, &PlacedVariable::variable) != variables.end();
}

class OfGo : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!IsThere(Program(GetParam()))) GTEST_SKIP() << "this machine lacks the toolchain";
    std::string error;
    layout = ResolveLayout(BuiltInStateMaps(), Program(GetParam()), error);
    ASSERT_TRUE(layout) << error;
  }
  std::optional<Layout> layout;
};

TEST_P(OfGo, TheBuiltInMapFindsEverything) {
  const StateMap& map = BuiltInStateMaps().front();
  EXPECT_EQ(layout->map, map.name);
  for (const auto& [variable, formula] : map.variables)
    EXPECT_TRUE(Has(layout->variables, variable)) << VariableNames()[static_cast<size_t>(variable)];
  for (const auto& [variable, formula] : map.of_processors)
    EXPECT_TRUE(Has(layout->of_processors, variable))
        << VariableNames()[static_cast<size_t>(variable)];
  EXPECT_EQ(layout->events.size(), map.events.size());
  EXPECT_LT(layout->monitor_low, layout->monitor_high);
}

INSTANTIATE_TEST_SUITE_P(Toolchains, OfGo,
                         ::testing::Values("program_go", "program_debian_go", "program_go_pie"));

TEST(Layout, SaysWhyAProgramCannotBeRead) {
  std::string error;
  EXPECT_FALSE(ResolveLayout(BuiltInStateMaps(), "/nonexistent", error));
  EXPECT_THAT(error, HasSubstr("/nonexistent: cannot be opened"));
  EXPECT_FALSE(ResolveLayout(BuiltInStateMaps(), Program("BUILD"), error));
  EXPECT_THAT(error, HasSubstr("no ELF program"));
  if (IsThere(Program("program_go_stripped"))) {
    EXPECT_FALSE(ResolveLayout(BuiltInStateMaps(), Program("program_go_stripped"), error));
    EXPECT_THAT(error, HasSubstr("no debug information"));
  }
  EXPECT_FALSE(ResolveLayout(BuiltInStateMaps(), Program("small_program"), error));
  EXPECT_THAT(error, HasSubstr("does not fit: no function runtime.sysmon"));
}

class OfCpp : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::ifstream file(Program("testdata/small.json"));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::string error;
    const std::optional<StateMap> map = ParseStateMap(text, "small.json", error);
    ASSERT_TRUE(map) << error;
    layout = ResolveLayout(*map, Program(GetParam()), error);
    ASSERT_TRUE(layout) << error;
  }
  std::optional<Layout> layout;
};

TEST_P(OfCpp, WhatTheProgramLacksIsLeftOut) {
  EXPECT_TRUE(Has(layout->variables, Variable::kMonitorWaits));
  EXPECT_TRUE(Has(layout->of_processors, Variable::kOwner)) << "through an atomic pointer";
  EXPECT_FALSE(Has(layout->variables, Variable::kStopPending)) << "no such member";
  EXPECT_FALSE(Has(layout->variables, Variable::kIdleThreads)) << "half a sum is another number";
  ASSERT_EQ(layout->events.size(), 1u);
  EXPECT_EQ(layout->events[0].event.kind, EventKind::kHandOff);
  EXPECT_NE(layout->events[0].address, 0u);
}

TEST_P(OfCpp, ReadsARunningProcess) {
  std::string error;
  const auto process =
      Process::Spawn({.argv = {Program(GetParam())}, .capture_output = true}, error);
  ASSERT_NE(process, nullptr) << error;
  // It says that it is ready.
  while (process->captured().empty() && !process->Wait(MonotonicNowNs() + 1'000'000)) {
  }
  const std::optional<uint64_t> bias = BiasOf(*layout, process->pid(), error);
  ASSERT_TRUE(bias) << error;
  SnapshotReader reader(*layout, process->pid(), *bias);
  Snapshot snapshot;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(reader.Read(snapshot));
    const auto value = [&](Variable variable) {
      const auto found = std::ranges::find(layout->variables, variable, &PlacedVariable::variable);
      return snapshot.values[static_cast<size_t>(found - layout->variables.begin())];
    };
    const auto of = [&](size_t p, Variable variable) {
      const auto found =
          std::ranges::find(layout->of_processors, variable, &PlacedVariable::variable);
      return snapshot.of_processors[p][static_cast<size_t>(found - layout->of_processors.begin())];
    };
    EXPECT_EQ(value(Variable::kMonitorWaits), 1);
    EXPECT_EQ(value(Variable::kLastPoll), -12);
    EXPECT_EQ(value(Variable::kEarliestTimer), 99) << "0 is none";
    ASSERT_EQ(snapshot.of_processors.size(), 3u);
    EXPECT_EQ(of(0, Variable::kStatus), 2);
    EXPECT_EQ(of(2, Variable::kStatus), 1);
    EXPECT_EQ(of(0, Variable::kScheduleTick), 4);
    EXPECT_EQ(of(0, Variable::kLocalWork), 3) << "32 bits wrap";
    EXPECT_EQ(of(1, Variable::kLocalWork), 4) << "one more, as the pointer is set";
    EXPECT_EQ(of(0, Variable::kOwner), 0) << "behind a null pointer";
    EXPECT_EQ(of(1, Variable::kOwner), 4242);
    EXPECT_EQ(of(1, Variable::kTaskMarked), 1);
    EXPECT_EQ(of(0, Variable::kTaskMarked), 0) << "one of them is another number";
    EXPECT_EQ(
        std::ranges::find(layout->of_processors, Variable::kSafePoint, &PlacedVariable::variable),
        layout->of_processors.end())
        << "the program lacks one of them";
    EXPECT_EQ(of(1, Variable::kMarked), -5) << "a member of a base class, with its sign";
  }
  process->SignalGroup(SIGKILL);
  process->Wait(MonotonicNowNs() + 5'000'000'000);
  EXPECT_FALSE(reader.Read(snapshot)) << "the process is gone";
}

INSTANTIATE_TEST_SUITE_P(Executables, OfCpp,
                         ::testing::Values("small_program", "small_program_fixed"));

}  // namespace
}  // namespace proctor
