#include "conformance/implementations/implementation.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>

#include "conformance/process/process.h"
#include "conformance/process/program.h"
#include "tools/cpp/runfiles/runfiles.h"

namespace proctor {

// From embedded files.
extern const std::string_view kGoAdapter;
extern const std::string_view kGoExpectations;
extern const std::string_view kGccgoExpectations;
extern const std::string_view kReferenceExpectations;

namespace {

namespace fs = std::filesystem;

constexpr int64_t kBuildWithinNs = 300'000'000'000;

// "gccgo", or the newest "gccgo-N" on PATH; empty: there is none.
std::string FindGccgo() {
  const std::string plain = FindOnPath("gccgo");
  if (!plain.empty()) return plain;
  std::string newest;
  int newest_version = 0;
  constexpr std::string_view kPrefix = "gccgo-";
  for (const std::string& folder : PathFolders()) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
      const std::string name = entry.path().filename();
      if (!name.starts_with(kPrefix)) continue;
      const int version = std::atoi(name.c_str() + kPrefix.size());
      if (version > newest_version) {
        newest = entry.path();
        newest_version = version;
      }
    }
  }
  return newest;
}

// Go toolchains outside PATH, where packages and archives put them.
std::vector<std::string> FindGoToolchains() {
  std::vector<std::string> found;
  std::set<std::string> seen;
  const auto add = [&](const std::string& path) {
    std::error_code code;
    const std::string real = fs::canonical(path, code);
    if (!code && IsProgram(path) && seen.insert(real).second) found.push_back(path);
  };
  add(FindOnPath("go"));
  add("/usr/local/go/bin/go");
  std::error_code code;
  std::set<std::string> packaged;
  for (const auto& entry : fs::directory_iterator("/usr/lib", code)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("go-")) packaged.insert(entry.path().string() + "/bin/go");
  }
  for (const std::string& path : packaged) add(path);
  return found;
}

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

// The file is built as it is, whatever the user has set for projects of their own.
std::vector<std::string> GoEnvironment(const std::string& scratch_dir) {
  std::vector<std::string> env = {"GO111MODULE=off", "GOENV=off", "GOFLAGS=", "GOTOOLCHAIN=local"};
  if (!HasGoCache()) env.push_back("GOCACHE=" + scratch_dir + "/gocache");
  return env;
}

// What a compiler said, in one line; where that is not all, `log` has the rest.
std::string InOneLine(std::string output, const std::string& log) {
  constexpr size_t kMost = 300;
  std::ofstream(log, std::ios::binary) << output;
  while (output.ends_with('\n')) output.pop_back();
  std::ranges::replace(output, '\n', ' ');
  return output.size() <= kMost ? output : fmt::format("{}... ({})", output.substr(0, kMost), log);
}

// What a build makes, below its folder.
constexpr char kProgram[] = "/adapter";

bool RunCompiler(const std::vector<std::string>& argv, const std::string& scratch_dir,
                 std::string& error) {
  // What is meant for the runtime under test is not meant for the compiler.
  auto process = Process::Spawn(
      {.argv = argv,
       .set_env = GoEnvironment(scratch_dir),
       .unset_env = {"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOOS", "GOARCH", "GOROOT"},
       .directory = scratch_dir,
       .capture_output = true},
      error);
  if (!process) return false;
  const std::optional<int> status = process->Wait(MonotonicNowNs() + kBuildWithinNs);
  if (status == 0 && IsProgram(scratch_dir + kProgram)) return true;
  error = status == 0
              ? fmt::format("{} ended with status 0 and built nothing; is it a toolchain?", argv[0])
          : status
              ? fmt::format("{} failed with status {}: {}", argv[0], *status,
                            InOneLine(process->captured(), scratch_dir + "/build.log"))
              : fmt::format("{} did not end within {} s", argv[0], kBuildWithinNs / 1'000'000'000);
  return false;
}

// A gccgo may be given as its compiler or as its go command, and a wrapper's name tells of neither.
bool BuildWith(bool is_gccgo, const std::string& tool, const std::string& source,
               const std::string& scratch_dir, std::string& error) {
  const std::string program = scratch_dir + kProgram;
  if (!is_gccgo) return RunCompiler({tool, "build", "-o", program, source}, scratch_dir, error);
  // What the compiler says is worth more where neither works, so it has the last word.
  return RunCompiler({tool, "build", "-compiler", "gccgo", "-o", program, source}, scratch_dir,
                     error) ||
         RunCompiler({tool, "-O2", "-o", program, source}, scratch_dir, error);
}

std::optional<Implementation> BuildGo(const std::string& name, const std::string& given,
                                      const std::string& scratch_dir, BuildFailure& failure,
                                      std::string& error) {
  const bool is_gccgo = name == "gccgo";
  const bool on_path = !given.empty() && given.find('/') == std::string::npos && !IsProgram(given);
  const std::string toolchain = on_path ? FindOnPath(given) : given;
  if (!IsProgram(toolchain)) {
    failure = BuildFailure::kMissing;
    error =
        given.empty()
            ? fmt::format("{} is not on this machine: install {} (ci/setup does) or give {}=PATH",
                          name, is_gccgo ? "gccgo" : "golang-go", name)
            : fmt::format("{}: no such toolchain; give the path of an executable", given);
    return std::nullopt;
  }
  const std::string source = scratch_dir + "/adapter.go";
  std::ofstream file(source, std::ios::binary);
  file << kGoAdapter;
  file.close();
  std::error_code code;
  const std::string tool = fs::absolute(toolchain, code).string();
  if (!file || !BuildWith(is_gccgo, tool, source, scratch_dir, error)) {
    failure = BuildFailure::kBroken;
    if (error.empty()) error = fmt::format("{}: cannot be written", source);
    return std::nullopt;
  }
  return Implementation{.name = name,
                        .argv = {scratch_dir + kProgram},
                        .expectations = std::string(BuiltInExpectations(name))};
}

// The adapter that was built with this program; empty: its runfiles are not here.
std::string FindReference() {
  using bazel::tools::cpp::runfiles::Runfiles;
  const std::unique_ptr<Runfiles> runfiles(Runfiles::Create(program_invocation_name));
  if (runfiles == nullptr) return "";
  const std::string path =
      runfiles->Rlocation("proctor/conformance/implementations/reference/adapter");
  return IsProgram(path) ? path : "";
}

std::optional<Implementation> TheReference(BuildFailure& failure, std::string& error) {
  const std::string adapter = FindReference();
  if (adapter.empty()) {
    failure = BuildFailure::kMissing;
    error =
        "reference: its adapter is not in this program's runfiles; start it where Bazel built it, "
        "or by "
        "`bazel run //:proctor`";
    return std::nullopt;
  }
  return Implementation{
      .name = "reference", .argv = {adapter}, .expectations = std::string(kReferenceExpectations)};
}

// GODEBUG with a setting more. The last one counts, so the scenario's stands behind the user's.
std::string Debug(const std::string& settings) {
  const char* user = std::getenv("GODEBUG");
  if (user == nullptr || *user == '\0') return "GODEBUG=" + settings;
  return fmt::format("GODEBUG={},{}", user, settings);
}

}  // namespace

std::optional<Implementation> BuildImplementation(const std::string& name,
                                                  const std::string& scratch_dir,
                                                  BuildFailure& failure, std::string& error) {
  std::error_code code;
  const std::string scratch = fs::absolute(scratch_dir, code).string();
  if (name == "reference") return TheReference(failure, error);
  if (name == "go") return BuildGo("go", FindOnPath("go"), scratch, failure, error);
  if (name.starts_with("go=")) return BuildGo("go", name.substr(3), scratch, failure, error);
  if (name == "gccgo") return BuildGo("gccgo", FindGccgo(), scratch, failure, error);
  if (name.starts_with("gccgo=")) return BuildGo("gccgo", name.substr(6), scratch, failure, error);
  if (name.find('/') != std::string::npos && IsProgram(name)) {
    return Implementation{.name = fs::path(name).filename(), .argv = {fs::absolute(name, code)}};
  }
  failure = BuildFailure::kUnknownName;
  error = fmt::format(
      "'{}' is no implementation: give a name that `proctor list implementations` shows, "
      "NAME=TOOLCHAIN, or the path of an adapter",
      name);
  return std::nullopt;
}

std::vector<std::string> EnvironmentFor(const Implementation& implementation,
                                        const Scenario& scenario) {
  if (implementation.name != "go" && implementation.name != "gccgo") return {};
  std::string settings;
  const auto add = [&](const std::string& setting) {
    settings += (settings.empty() ? "" : ",") + setting;
  };
  const auto asked = [&](const std::string& name) -> std::optional<int64_t> {
    const auto found = scenario.tunables.find(name);
    if (found == scenario.tunables.end()) return std::nullopt;
    return found->second;
  };
  if (const auto value = asked("asynchronous_preemption")) {
    add(fmt::format("asyncpreemptoff={}", *value == 0 ? 1 : 0));
  }
  if (const auto value = asked("sched_trace_ms")) add(fmt::format("schedtrace={}", *value));
  // Go turns it on by itself only for programs that declare a go version of 1.25 or later.
  if (const auto value = asked("procs_refresh")) add(fmt::format("updatemaxprocs={}", *value));
  if (settings.empty()) return {};
  return {Debug(settings)};
}

std::string_view BuiltInExpectations(std::string_view name) {
  if (name == "reference") return kReferenceExpectations;
  if (name == "go") return kGoExpectations;
  if (name == "gccgo") return kGccgoExpectations;
  return "";
}

std::vector<FoundImplementation> FindImplementations() {
  std::vector<FoundImplementation> found;
  found.push_back({"reference", FindReference().empty() ? "missing: not in this program's runfiles"
                                                        : "the reference runtime"});
  const std::string go = FindOnPath("go");
  found.push_back({"go", go.empty() ? "missing: not on PATH" : go});
  for (const std::string& toolchain : FindGoToolchains()) {
    if (toolchain != go) found.push_back({"go=" + toolchain, toolchain});
  }
  const std::string gccgo = FindGccgo();
  found.push_back({"gccgo", gccgo.empty() ? "missing: not on PATH" : gccgo});
  return found;
}

}  // namespace proctor
