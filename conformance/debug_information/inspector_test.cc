#include "conformance/debug_information/inspector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "conformance/debug_information/layout.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr char kFolder[] = "conformance/debug_information/";

std::shared_ptr<const Layout> LayoutOf(const std::string& program) {
  std::ifstream file(std::string(kFolder) + "testdata/small.json");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::string error;
  const std::optional<StateMap> map = ParseStateMap(text, "small.json", error);
  const auto layout = map ? ResolveLayout(*map, program, error) : std::nullopt;
  EXPECT_TRUE(layout) << error;
  return layout ? std::make_shared<const Layout>(*layout) : nullptr;
}

// A thread of a process that is killed makes a few more stops when the variables have gone already;
// a judge would take the old values for those of now.
TEST(Inspector, WhatCannotBeReadAnyMoreIsAGap) {
  const std::string program = std::string(kFolder) + "small_program";
  const std::shared_ptr<const Layout> layout = LayoutOf(program);
  ASSERT_NE(layout, nullptr);
  std::string error;
  const auto process = Process::Spawn({.argv = {program}, .capture_output = true}, error);
  ASSERT_NE(process, nullptr) << error;
  // It says that it is ready.
  while (process->captured().empty() && !process->Wait(MonotonicNowNs() + 1'000'000)) {
  }
  std::vector<EventKind> kinds;
  const auto inspector = Inspector::Attach(
      layout, process->pid(), process->pid(), /*breakpoints=*/false,
      [&](const Event& event) { kinds.push_back(event.kind); }, error);
  ASSERT_NE(inspector, nullptr) << error;
  inspector->OnEntry(1);
  ASSERT_FALSE(kinds.empty());
  EXPECT_EQ(kinds.back(), EventKind::kSnapshot);
  process->SignalGroup(SIGKILL);
  process->Wait(MonotonicNowNs() + 5'000'000'000);
  kinds.clear();
  inspector->OnEntry(2);
  EXPECT_EQ(kinds, std::vector{EventKind::kGap});
  EXPECT_TRUE(Inspector::Emits()[static_cast<size_t>(EventKind::kGap)]);
}

}  // namespace
}  // namespace proctor
