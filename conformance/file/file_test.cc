#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "conformance/file/input_file.h"
#include "conformance/file/output_file.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

std::string Path(const std::string& name) { return fs::path(testing::TempDir()) / name; }

std::string ErrorOf(const std::string& path, size_t bytes_most = kWholeFileBytesMost) {
  std::string error;
  EXPECT_FALSE(ReadWholeFile(path, error, bytes_most)) << path;
  return error;
}

size_t FilesIn(const std::string& folder) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
  return count;
}

TEST(InputFile, AWholeFileComesBackWithItsNulBytes) {
  const std::string path = Path("whole");
  const std::string contents = std::string("a\0b\n", 4) + std::string(200'000, 'x');
  std::string error;
  ASSERT_TRUE(WriteWholeFile(path, contents, error)) << error;
  EXPECT_EQ(ReadWholeFile(path, error), contents);
}

TEST(InputFile, WhatIsNoRegularFileIsNamedWithTheReason) {
  EXPECT_EQ(ErrorOf("/nowhere/x"), "/nowhere/x: cannot be opened: No such file or directory");
  EXPECT_EQ(ErrorOf("/tmp"), "/tmp: is a folder; give a regular file");
  EXPECT_EQ(ErrorOf("/dev/null"), "/dev/null: is a device; give a regular file");
  EXPECT_EQ(ErrorOf("/dev/zero"), "/dev/zero: is a device; give a regular file");
  EXPECT_EQ(ErrorOf(std::string("a\0b", 3)), "a file's name must not hold NUL bytes");
}

TEST(InputFile, ALargeFileIsRefusedBeforeItFillsTheMemory) {
  const std::string path = Path("large");
  std::ofstream(path) << std::string(200'000, 'x');
  EXPECT_EQ(ErrorOf(path, 100'000),
            path + ": is larger than 100000 bytes, the most that such a file may have");
}

TEST(InputFile, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "hello", 5), 5);
  close(ends[1]);
  std::string error;
  EXPECT_EQ(ReadWholeFile(fmt::format("/dev/fd/{}", ends[0]), error), "hello") << error;
  close(ends[0]);
}

TEST(InputFile, APipeThatNobodyWritesToIsGivenUp) {
  const std::string path = Path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(ErrorOf(path), path + ": nothing came out of this pipe for 5000 ms");
}

TEST(InputStream, ReadsLinesAndTellsAnErrorFromTheEnd) {
  const std::string path = Path("lines");
  std::ofstream(path) << "one\ntwo\n";
  std::string error;
  const auto file = InputFile::Open(path, error);
  ASSERT_TRUE(file) << error;
  InputStream stream(*file);
  std::string line;
  ASSERT_TRUE(std::getline(stream, line) && std::getline(stream, line));
  EXPECT_EQ(line, "two");
  EXPECT_FALSE(std::getline(stream, line));
  EXPECT_EQ(file->error(), "");
}

TEST(OutputFile, WhatIsNotCommittedLeavesTheOldFileAndNothingBeside) {
  const std::string folder = Path("aside");
  fs::create_directory(folder);
  std::string error;
  ASSERT_TRUE(WriteWholeFile(folder + "/x", "old", error)) << error;
  {
    OutputFile file(folder + "/x");
    file.stream() << "half";
  }
  EXPECT_EQ(ReadWholeFile(folder + "/x", error), "old");
  EXPECT_EQ(FilesIn(folder), 1u);
}

TEST(OutputFile, ALimitOfFileSizesLeavesTheOldFileAndNothingBeside) {
  const std::string folder = Path("limit");
  fs::create_directory(folder);
  std::string error;
  ASSERT_TRUE(WriteWholeFile(folder + "/x", "old", error)) << error;
  std::signal(SIGXFSZ, [](int) {});
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 1'000, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const bool written = WriteWholeFile(folder + "/x", std::string(100'000, 'x'), error);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(written);
  EXPECT_TRUE(error.starts_with(folder + "/x: cannot be written: ")) << error;
  EXPECT_EQ(ReadWholeFile(folder + "/x", error), "old");
  EXPECT_EQ(FilesIn(folder), 1u);
}

TEST(OutputFile, AFolderThatIsNotThereIsNamed) {
  std::string error;
  EXPECT_FALSE(WriteWholeFile("/nowhere/x", "", error));
  EXPECT_EQ(error, "/nowhere/x: cannot be written: No such file or directory");
}

}  // namespace
}  // namespace proctor
