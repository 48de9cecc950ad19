#include "conformance/implementations/go_adapter_build.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "conformance/file/output_file.h"
#include "conformance/process/process.h"
#include "conformance/process/program.h"
#include "conformance/process/scratch_folder.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

// Whether files can be made in the folder, or in what there is of the path to it.
bool IsWritable(fs::path folder) {
  std::error_code code;
  while (!folder.empty() && !fs::exists(folder, code) && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  return fs::is_directory(folder, code) && access(folder.c_str(), W_OK) == 0;
}

// A build uses the user's cache where it can, so that the second check builds nothing.
bool HasGoCache() {
  if (const char* cache = std::getenv("GOCACHE")) return IsWritable(cache);
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return IsWritable(cache);
  const char* home = std::getenv("HOME");
  return home != nullptr && IsWritable(fs::path(home) / ".cache");
}

// The file is built as it is, whatever the user has set for projects of their own; what a toolchain
// would leave in the system's folder for temporary files when it is killed stays in `temporary`.
std::vector<std::string> GoEnvironment(const std::string& temporary) {
  std::vector<std::string> env = {
      "GO111MODULE=off",   "GOENV=off",           "GOFLAGS=",
      "GOTOOLCHAIN=local", "TMPDIR=" + temporary, "GOTMPDIR=" + temporary};
  if (!HasGoCache()) env.push_back("GOCACHE=" + temporary + "/gocache");
  return env;
}

// What a compiler said, in one line. `log` has all of it, for as long as its folder is kept.
std::string InOneLine(std::string output, const std::string& log) {
  constexpr size_t kMost = 300;
  std::ofstream(log, std::ios::binary) << output;
  while (output.ends_with('\n')) output.pop_back();
  std::ranges::replace(output, '\n', ' ');
  if (output.size() <= kMost) return output;
  return fmt::format("{}... (with --out DIR all of it is in DIR/build.log)",
                     output.substr(0, kMost));
}

}  // namespace

GoAdapterBuild::GoAdapterBuild(std::string tool, bool is_gccgo, std::string scratch_dir,
                               const BuildLimits& limits)
    : tool_(std::move(tool)),
      is_gccgo_(is_gccgo),
      scratch_dir_(std::move(scratch_dir)),
      limits_(limits),
      deadline_ns_(MonotonicNowNs() + limits.within_ns),
      program_(scratch_dir_ + "/adapter"),
      source_(scratch_dir_ + "/adapter.go") {}

std::string GoAdapterBuild::Run(std::string_view source, BuildFailure& failure,
                                std::string& error) {
  failure = BuildFailure::kBroken;
  if (!WriteWholeFile(source_, source, error)) return "";
  if (RunTools(error)) return program_;
  if (OutOfTime()) failure = BuildFailure::kNotInTime;
  return "";
}

bool GoAdapterBuild::OutOfTime() const {
  return (limits_.stop != nullptr && limits_.stop->made()) || MonotonicNowNs() >= deadline_ns_;
}

bool GoAdapterBuild::RunTools(std::string& error) {
  if (!is_gccgo_) return RunTool({"build", "-o", program_, source_}, error);
  // A gccgo may be given as its compiler or as its go command, and a wrapper's name says neither.
  // What the compiler says is worth more where neither works, so it has the last word.
  return RunTool({"build", "-compiler", "gccgo", "-o", program_, source_}, error) ||
         (!OutOfTime() && RunTool({"-O2", "-o", program_, source_}, error));
}

bool GoAdapterBuild::RunTool(const std::vector<std::string>& arguments, std::string& error) {
  const std::optional<ScratchFolder> temporary = ScratchFolder::Make(error, scratch_dir_);
  if (!temporary) return false;
  std::vector<std::string> argv = {tool_};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  // What is meant for the runtime under test is not meant for the compiler.
  auto process = Process::Spawn(
      {.argv = argv,
       .set_env = GoEnvironment(temporary->path()),
       .unset_env = {"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOOS", "GOARCH", "GOROOT"},
       .directory = scratch_dir_,
       .capture_output = true},
      error);
  if (!process) return false;
  const std::optional<int> status = process->Wait(deadline_ns_, limits_.stop);
  if (status == 0 && IsProgram(program_)) return true;
  if (status == 0) {
    error = fmt::format("{} ended with status 0 and built nothing; is it a toolchain?", tool_);
  } else if (status) {
    error = fmt::format("{} failed with status {}: {}", tool_, *status,
                        InOneLine(process->captured(), scratch_dir_ + "/build.log"));
  } else if (limits_.stop != nullptr && limits_.stop->made()) {
    error = fmt::format("interrupted while {} built the adapter", tool_);
  } else {
    error = fmt::format("{} did not build the adapter within {} s", tool_,
                        limits_.within_ns / 1'000'000'000);
  }
  return false;
}

}  // namespace proctor
