#include "conformance/implementations/toolchain_adapter.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>

#include "conformance/file/output_file.h"
#include "conformance/process/process.h"
#include "conformance/process/program.h"

namespace proctor {

// From embedded files.
extern const std::string_view kCpythonAdapter;
extern const std::string_view kCpythonExpectations;
extern const std::string_view kGhcAdapter;
extern const std::string_view kGhcExpectations;
extern const std::string_view kJavaAdapter;
extern const std::string_view kJavaExpectations;
extern const std::string_view kNodeAdapter;
extern const std::string_view kNodeExpectations;
extern const std::string_view kRubyAdapter;
extern const std::string_view kRubyExpectations;
extern const std::string_view kTokioAdapter;
extern const std::string_view kTokioCargoLock;
extern const std::string_view kTokioCargoToml;
extern const std::string_view kTokioExpectations;

namespace {

namespace fs = std::filesystem;

// What the tool says; nullopt: it failed, as `error` says.
std::optional<std::string> RunTool(const std::vector<std::string>& argv,
                                   const std::string& scratch_dir, const BuildLimits& limits,
                                   std::string& error) {
  constexpr size_t kMost = 300;
  auto process = Process::Spawn({.argv = argv,
                                 .set_env = {"TMPDIR=" + scratch_dir},
                                 .directory = scratch_dir,
                                 .capture_output = true},
                                error);
  if (!process) return std::nullopt;
  const std::optional<int> status = process->Wait(MonotonicNowNs() + limits.within_ns, limits.stop);
  std::string said = process->captured();
  while (said.ends_with('\n')) said.pop_back();
  if (status == 0) return said;
  if (!status && limits.stop != nullptr && limits.stop->made()) {
    error = fmt::format("interrupted while {} built the adapter", argv[0]);
    return std::nullopt;
  }
  std::ofstream(scratch_dir + "/build.log", std::ios::binary) << said;
  std::ranges::replace(said, '\n', ' ');
  if (said.size() > kMost) {
    said = said.substr(0, kMost) + "... (with --out DIR all of it is in DIR/build.log)";
  }
  error = status ? fmt::format("{} failed with status {}: {}", argv[0], *status, said)
                 : fmt::format("{} did not build the adapter in time", argv[0]);
  return std::nullopt;
}

// A script, and the interpreter that runs it. What is on PATH may be a wrapper that takes its time,
// so the interpreter is asked for its own file.
class Script : public ToolchainAdapter {
 public:
  Script(std::string_view name, std::string_view tool, std::string_view package, File script,
         std::vector<std::string> ask_for_itself, std::string_view expectations)
      : ToolchainAdapter(name, tool, package, {script}, expectations),
        script_(script.name),
        ask_for_itself_(std::move(ask_for_itself)) {}

 protected:
  std::vector<std::string> Build(const std::string& tool, const std::string& scratch_dir,
                                 const BuildLimits& limits, std::string& error) const override {
    std::vector<std::string> argv = {tool};
    argv.insert(argv.end(), ask_for_itself_.begin(), ask_for_itself_.end());
    const std::optional<std::string> itself = RunTool(argv, scratch_dir, limits, error);
    if (!itself) return {};
    return {IsProgram(*itself) ? *itself : tool, fmt::format("{}/{}", scratch_dir, script_)};
  }

 private:
  const std::string_view script_;
  const std::vector<std::string> ask_for_itself_;
};

// Virtual threads, and calls of C that they do not notice: final since Java 22.
class Java : public ToolchainAdapter {
 public:
  Java()
      : ToolchainAdapter("java", "javac", "a JDK of 22 or later", {{"Adapter.java", kJavaAdapter}},
                         kJavaExpectations) {}

  std::string FindTool() const override {
    std::vector<std::string> candidates;
    if (const char* home = std::getenv("JAVA_HOME")) {
      candidates.push_back(std::string(home) + "/bin/javac");
    }
    candidates.push_back(FindOnPath("javac"));
    std::error_code code;
    std::set<std::string> installed;
    for (const auto& entry : fs::directory_iterator("/usr/lib/jvm", code)) {
      installed.insert(entry.path().string() + "/bin/javac");
    }
    candidates.insert(candidates.end(), installed.begin(), installed.end());
    for (const std::string& candidate : candidates) {
      if (IsProgram(candidate) && ReleaseOf(candidate) >= kReleaseLeast) return candidate;
    }
    return "";
  }

 protected:
  std::vector<std::string> Build(const std::string& tool, const std::string& scratch_dir,
                                 const BuildLimits& limits, std::string& error) const override {
    if (!RunTool({tool, "-d", scratch_dir, scratch_dir + "/Adapter.java"}, scratch_dir, limits,
                 error)) {
      return {};
    }
    return {fs::path(tool).parent_path() / "java",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            scratch_dir,
            "Adapter"};
  }

 private:
  static constexpr int kReleaseLeast = 22;

  // By the file `release` of its folder: JAVA_VERSION="25.0.1". 0: it does not say.
  static int ReleaseOf(const std::string& javac) {
    std::error_code code;
    const fs::path home = fs::canonical(javac, code).parent_path().parent_path();
    std::ifstream file(home / "release");
    constexpr std::string_view kMark = "JAVA_VERSION=\"";
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with(kMark)) return std::atoi(line.c_str() + kMark.size());
    }
    return 0;
  }
};

// The threaded runtime, whose foreign calls give their capability away.
class Ghc : public ToolchainAdapter {
 public:
  Ghc() : ToolchainAdapter("ghc", "ghc", "ghc", {{"Adapter.hs", kGhcAdapter}}, kGhcExpectations) {}

 protected:
  std::vector<std::string> Build(const std::string& tool, const std::string& scratch_dir,
                                 const BuildLimits& limits, std::string& error) const override {
    const std::string program = scratch_dir + "/adapter";
    if (!RunTool({tool, "-v0", "-threaded", "-O", "-fno-omit-yields", "-outputdir",
                  scratch_dir + "/ghc", "-o", program, scratch_dir + "/Adapter.hs"},
                 scratch_dir, limits, error)) {
      return {};
    }
    return {program};
  }
};

class Tokio : public ToolchainAdapter {
 public:
  Tokio()
      : ToolchainAdapter("tokio", "cargo", "Rust, with crates in reach",
                         {{"Cargo.toml", kTokioCargoToml},
                          {"Cargo.lock", kTokioCargoLock},
                          {"adapter.rs", kTokioAdapter}},
                         kTokioExpectations) {}

 protected:
  std::vector<std::string> Build(const std::string& tool, const std::string& scratch_dir,
                                 const BuildLimits& limits, std::string& error) const override {
    // Not in the user's own target folder, wherever that is.
    const std::string target = scratch_dir + "/target";
    if (!RunTool({tool, "build", "--quiet", "--release", "--locked", "--target-dir", target,
                  "--manifest-path", scratch_dir + "/Cargo.toml"},
                 scratch_dir, limits, error)) {
      return {};
    }
    return {target + "/release/adapter"};
  }
};

}  // namespace

std::string ToolchainAdapter::FindTool() const { return FindOnPath(std::string(tool_)); }

std::string ToolchainAdapter::WhyMissing() const {
  return fmt::format("missing: there is no {} that will do; install {}", tool_, package_);
}

std::vector<std::string> ToolchainAdapter::Make(const std::string& tool,
                                                const std::string& scratch_dir,
                                                const BuildLimits& limits, BuildFailure& failure,
                                                std::string& error) const {
  failure = BuildFailure::kBroken;
  for (const File& file : files_) {
    const std::string path = fmt::format("{}/{}", scratch_dir, file.name);
    if (!WriteWholeFile(path, file.contents, error)) return {};
  }
  const int64_t end_ns = MonotonicNowNs() + limits.within_ns;
  std::vector<std::string> argv = Build(tool, scratch_dir, limits, error);
  const bool is_late = MonotonicNowNs() >= end_ns;
  if (argv.empty() && (is_late || (limits.stop != nullptr && limits.stop->made()))) {
    failure = BuildFailure::kNotInTime;
  }
  return argv;
}

std::span<const ToolchainAdapter* const> ToolchainAdapters() {
  static const Script cpython("cpython", "python3", "python3", {"adapter.py", kCpythonAdapter},
                              {"-c", "import sys; print(sys.executable)"}, kCpythonExpectations);
  static const Ghc ghc;
  static const Java java;
  static const Script node("node", "node", "nodejs", {"adapter.js", kNodeAdapter},
                           {"-p", "process.execPath"}, kNodeExpectations);
  static const Script ruby("ruby", "ruby", "ruby", {"adapter.rb", kRubyAdapter},
                           {"-e", "puts RbConfig.ruby"}, kRubyExpectations);
  static const Tokio tokio;
  static const ToolchainAdapter* const adapters[] = {&cpython, &ghc, &java, &node, &ruby, &tokio};
  return adapters;
}

const ToolchainAdapter* FindToolchainAdapter(std::string_view name) {
  for (const ToolchainAdapter* adapter : ToolchainAdapters()) {
    if (adapter->name() == name) return adapter;
  }
  return nullptr;
}

}  // namespace proctor
