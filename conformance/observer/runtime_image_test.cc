#include "conformance/observer/runtime_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "conformance/observer/elf_file.h"
#include "conformance/observer/function_table.h"
#include "conformance/observer/monitor_search.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kWaitAtMostNs = 30'000'000'000;

std::string PathOf(const std::string& name) { return "conformance/observer/" + name; }

bool IsHere(const std::string& name) {
  return std::ifstream(PathOf(name), std::ios::binary).peek() != EOF;
}

std::unique_ptr<Process> Start(std::vector<std::string> argv) {
  std::string error;
  auto process = Process::Spawn({.argv = std::move(argv), .capture_output = true}, error);
  EXPECT_TRUE(process) << error;
  return process;
}

// A program's libraries are loaded after its start.
std::vector<RuntimeImage> AwaitImages(pid_t pid) {
  std::vector<RuntimeImage> images;
  const int64_t end_ns = MonotonicNowNs() + kWaitAtMostNs;
  while (images.empty() && MonotonicNowNs() < end_ns) images = FindRuntimeImages(pid);
  return images;
}

// Threads come one after the other.
std::vector<FoundMonitor> AwaitMonitors(pid_t pid, const std::vector<RuntimeImage>& images,
                                        size_t count) {
  std::vector<FoundMonitor> monitors;
  const int64_t end_ns = MonotonicNowNs() + kWaitAtMostNs;
  while (monitors.size() < count && MonotonicNowNs() < end_ns) {
    monitors = FindAllMonitors(pid, images);
  }
  return monitors;
}

class ProgramOfEachKind : public testing::TestWithParam<const char*> {};

TEST_P(ProgramOfEachKind, HasOneRuntimeAndOneMonitor) {
  if (!IsHere(GetParam())) GTEST_SKIP() << "this machine has no compiler for " << GetParam();
  const auto process = Start({PathOf(GetParam()), "0", "600000", "mix"});
  const std::vector<RuntimeImage> images = AwaitImages(process->pid());
  ASSERT_EQ(images.size(), 1u);
  const char* version = std::string(GetParam()) == "workload_gccgo" ? "gccgo 1" : "go1.";
  EXPECT_TRUE(images[0].version.starts_with(version)) << images[0].version;
  EXPECT_EQ(AwaitMonitors(process->pid(), images, 1).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, ProgramOfEachKind,
                         testing::Values("workload_go", "workload_go_stripped", "workload_go_pie",
                                         "workload_gccgo"),
                         [](const auto& info) { return info.param; });

TEST(RuntimeImage, EveryLibraryHasItsOwn) {
  if (!IsHere("library_go.so")) GTEST_SKIP() << "this machine has no Go compiler";
  const fs::path folder = testing::TempDir();
  std::vector<std::string> argv = {PathOf("loader")};
  for (const char* name : {"one.so", "two.so"}) {
    fs::copy_file(PathOf("library_go.so"), folder / name, fs::copy_options::overwrite_existing);
    argv.push_back(folder / name);
  }
  const auto process = Start(argv);
  std::string said;
  for (const int64_t end_ns = MonotonicNowNs() + kWaitAtMostNs;
       said.empty() && MonotonicNowNs() < end_ns;) {
    said = process->captured();
  }
  ASSERT_EQ(said, "loaded\n");
  const std::vector<RuntimeImage> images = FindRuntimeImages(process->pid());
  ASSERT_EQ(images.size(), 2u);
  std::set<size_t> of;
  for (const FoundMonitor& monitor : AwaitMonitors(process->pid(), images, 2)) {
    of.insert(monitor.image);
  }
  EXPECT_EQ(of, (std::set<size_t>{0, 1}));
}

TEST(RuntimeImage, OtherProgramsHaveNone) {
  const auto process = Start({"/bin/sleep", "1000"});
  EXPECT_TRUE(FindRuntimeImages(process->pid()).empty());
  EXPECT_TRUE(FindRuntimeImages(-1).empty());
}

// What stands in a file is somebody else's.
TEST(ElfFile, DamagedFilesAreReadToTheirEnd) {
  const std::string name = IsHere("workload_go_stripped") ? "workload_go_stripped" : "loader";
  std::ifstream file(PathOf(name), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  const std::string path = testing::TempDir() + "/damaged";
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::string bytes = whole.substr(0, random() % 2 == 0 ? whole.size() : random() % whole.size());
    for (int i = 0; i < 20 && !bytes.empty(); ++i) {
      // Mostly in its headers.
      bytes[random() % (i < 15 ? std::min<size_t>(bytes.size(), 512) : bytes.size())] =
          static_cast<char>(random());
    }
    std::ofstream(path, std::ios::binary) << bytes;
    const std::optional<ElfFile> elf = ElfFile::Open(path);
    if (!elf) continue;
    elf->FindSymbol("runtime.sysmon");
    for (const ElfFile::Section& section : elf->sections()) {
      if (const auto at = FindFunctionTable(section.bytes)) {
        FindInFunctionTable(section.bytes.substr(*at), "runtime.sysmon");
      }
    }
  }
  EXPECT_FALSE(ElfFile::Open("/dev/zero"));
  EXPECT_FALSE(ElfFile::Open("/"));
  EXPECT_FALSE(ElfFile::Open(testing::TempDir() + "/nothing"));
}

TEST(FunctionTable, DamagedTablesAreReadToTheirEnd) {
  if (!IsHere("workload_go_stripped")) GTEST_SKIP() << "this machine has no Go compiler";
  const std::optional<ElfFile> elf = ElfFile::Open(PathOf("workload_go_stripped"));
  ASSERT_TRUE(elf);
  const ElfFile::Section* section = elf->FindSection(".gopclntab");
  ASSERT_NE(section, nullptr);
  ASSERT_EQ(FindFunctionTable(section->bytes), 0u);
  EXPECT_TRUE(FindInFunctionTable(section->bytes, "runtime.sysmon"));
  EXPECT_FALSE(FindInFunctionTable(section->bytes, "runtime.sysmo"));
  EXPECT_FALSE(FindInFunctionTable(section->bytes, "no.such"));
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    std::string bytes(section->bytes.substr(0, 1 + random() % section->bytes.size()));
    for (int i = 0; i < 8; ++i)
      bytes[4 + random() % 68 % bytes.size()] = static_cast<char>(random());
    FindInFunctionTable(bytes, "no.such");
  }
}

}  // namespace
}  // namespace proctor
