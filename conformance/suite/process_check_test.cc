#include "conformance/suite/process_check.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace proctor {
namespace {

TEST(ProcessCheck, SaysNothingWhereNothingChanged) {
  const ProcessCheck check;
  EXPECT_TRUE(check.Changes(1'000).empty());
}

TEST(ProcessCheck, NamesWhatElseChanged) {
  const ProcessCheck check;
  setenv("PROCTOR_TEST", "1", 1);
  const std::vector<std::string> changes = check.Changes(1'000);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0], "the monitor changed the environment of its process: PROCTOR_TEST");
}

// As much memory in all is no leak where there are many cycles.
TEST(ProcessCheck, NamesMemoryThatGrowsWithTheCycles) {
  const ProcessCheck check;
  std::vector<void*> kept;
  for (int i = 0; i < 4'096; ++i) kept.push_back(malloc(1'024));
  const std::vector<std::string> changes = check.Changes(4'096);
  EXPECT_TRUE(check.Changes(1'000'000).empty());
  for (void* each : kept) free(each);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].find("the monitor keeps more memory with each cycle: "), 0u) << changes[0];
}

TEST(ProcessCheck, NamesMappingsThatGrowWithTheCycles) {
  constexpr size_t kBytes = 4'096;
  const ProcessCheck check;
  std::vector<void*> kept;
  for (int i = 0; i < 4'096; ++i) {
    kept.push_back(
        mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }
  const std::vector<std::string> changes = check.Changes(4'096);
  EXPECT_FALSE(check.MemoryIsTooLarge());
  for (void* each : kept) munmap(each, kBytes);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].find("the monitor keeps more mappings with each cycle: "), 0u) << changes[0];
  EXPECT_TRUE(check.Changes(4'096).empty());
}

TEST(ProcessCheck, NamesFilesThatAreLeftOpen) {
  const ProcessCheck check;
  std::vector<int> files;
  for (int i = 0; i < 100; ++i) files.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::vector<std::string> changes = check.Changes(1'000);
  for (const int file : files) close(file);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].find("the monitor leaves files open: 100 more in "), 0u) << changes[0];
  EXPECT_TRUE(check.Changes(1'000).empty());
}

}  // namespace
}  // namespace proctor
