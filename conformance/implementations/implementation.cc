#include "conformance/implementations/implementation.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>

#include "conformance/implementations/go_adapter_build.h"
#include "conformance/implementations/toolchain_adapter.h"
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

// "gccgo", or the newest "gccgo-N" on PATH; empty: there is none.
std::string FindGccgo() {
  std::string plain = FindOnPath("gccgo");
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

std::optional<Implementation> BuildGo(const std::string& name, const std::string& given,
                                      const std::string& scratch_dir, const BuildLimits& limits,
                                      BuildFailure& failure, std::string& error) {
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
  std::error_code code;
  const std::string tool = fs::absolute(toolchain, code).string();
  const std::string program =
      GoAdapterBuild(tool, is_gccgo, scratch_dir, limits).Run(kGoAdapter, failure, error);
  if (program.empty()) return std::nullopt;
  return Implementation{
      .name = name, .argv = {program}, .expectations = std::string(BuiltInExpectations(name))};
}

// By a tool on this machine, or the one given.
std::optional<Implementation> MakeByToolchain(const ToolchainAdapter& adapter,
                                              const std::string& given,
                                              const std::string& scratch_dir,
                                              const BuildLimits& limits, BuildFailure& failure,
                                              std::string& error) {
  const std::string tool = given.empty() ? adapter.FindTool() : given;
  if (!IsProgram(tool)) {
    failure = BuildFailure::kMissing;
    error = given.empty()
                ? fmt::format("{}: {}", adapter.name(), adapter.WhyMissing())
                : fmt::format("{}: no such toolchain; give the path of an executable", given);
    return std::nullopt;
  }
  std::error_code code;
  std::vector<std::string> argv =
      adapter.Make(fs::absolute(tool, code).string(), scratch_dir, limits, failure, error);
  if (argv.empty()) return std::nullopt;
  return Implementation{.name = std::string(adapter.name()),
                        .argv = std::move(argv),
                        .expectations = std::string(adapter.expectations())};
}

// Whether the environment names a manifest of runfiles that is no file: reading a FIFO or a device
// may never end.
bool HasStrangeManifest() {
  const char* manifest = std::getenv("RUNFILES_MANIFEST_FILE");
  std::error_code code;
  return manifest != nullptr && *manifest != '\0' && !fs::is_regular_file(manifest, code);
}

// A program that was built with this one, by its path in the tree below this folder or, where
// somebody has copied both, by `copied_as`; empty: it is neither in the runfiles nor beside it.
std::string FindBuilt(const std::string& path_below, const std::string& copied_as) {
  using bazel::tools::cpp::runfiles::Runfiles;
  // Started through PATH or a link, the program has another name than the file with its runfiles.
  std::error_code code;
  const fs::path program = fs::read_symlink("/proc/self/exe", code);
  for (const std::string& name : {std::string(program_invocation_name), program.string()}) {
    const std::unique_ptr<Runfiles> runfiles(HasStrangeManifest() ? nullptr
                                                                  : Runfiles::Create(name));
    if (runfiles == nullptr) continue;
    const std::string path =
        runfiles->Rlocation("proctor/conformance/implementations/" + path_below);
    if (IsProgram(path)) return path;
  }
  // Where Bazel built both, and where somebody has copied both.
  for (const std::string& place : {"../implementations/" + path_below, copied_as}) {
    const fs::path path = (program.parent_path() / place).lexically_normal();
    if (IsProgram(path)) return path;
  }
  return "";
}

std::string FindReference() { return FindBuilt("reference/adapter", "proctor-reference-adapter"); }

// The reference with one of its broken monitors in it.
std::optional<Implementation> TheMutant(const std::string& name, BuildFailure& failure,
                                        std::string& error) {
  const std::string adapter =
      FindBuilt("reference/mutants/adapter", "proctor-reference-mutants-adapter");
  if (adapter.empty()) {
    failure = BuildFailure::kMissing;
    error = name + ": the adapter with the broken monitors was not built with this program";
    return std::nullopt;
  }
  const std::string mutant = name.substr(name.find('=') + 1);
  constexpr int64_t kTimeoutNs = 10'000'000'000;
  const auto asked = Process::Spawn({.argv = {adapter, "--knows", mutant}}, error);
  const std::optional<int> status = asked ? asked->Wait(MonotonicNowNs() + kTimeoutNs) : 1;
  if (status != 0) {
    failure = asked && status ? BuildFailure::kUnknownName : BuildFailure::kBroken;
    if (!status) error = name + ": " + adapter + " does not answer";
    if (asked && status) error = name + ": no such mutant; `proctor list mutants` shows them";
    return std::nullopt;
  }
  return Implementation{.name = name, .argv = {adapter, mutant}};
}

std::optional<Implementation> TheReference(BuildFailure& failure, std::string& error) {
  const std::string adapter = FindReference();
  if (adapter.empty()) {
    failure = BuildFailure::kMissing;
    error =
        "reference: its adapter is neither in this program's runfiles nor beside it; start it "
        "where "
        "Bazel built it, by `bazel run //:proctor`, or with a copy of the adapter beside it as "
        "proctor-reference-adapter";
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
                                                  BuildFailure& failure, std::string& error,
                                                  const BuildLimits& limits) {
  std::error_code code;
  const std::string scratch = fs::absolute(scratch_dir, code).string();
  if (name == "reference") return TheReference(failure, error);
  if (name.starts_with("mutant=")) return TheMutant(name, failure, error);
  if (name == "go") return BuildGo("go", FindOnPath("go"), scratch, limits, failure, error);
  if (name.starts_with("go="))
    return BuildGo("go", name.substr(3), scratch, limits, failure, error);
  if (name == "gccgo") return BuildGo("gccgo", FindGccgo(), scratch, limits, failure, error);
  if (name.starts_with("gccgo="))
    return BuildGo("gccgo", name.substr(6), scratch, limits, failure, error);
  const size_t equals = name.find('=');
  if (const ToolchainAdapter* adapter = FindToolchainAdapter(name.substr(0, equals))) {
    const std::string given = equals == std::string::npos ? "" : name.substr(equals + 1);
    return MakeByToolchain(*adapter, given, scratch, limits, failure, error);
  }
  if (name.find('/') != std::string::npos && IsProgram(name)) {
    return Implementation{.name = fs::path(name).filename(), .argv = {fs::absolute(name, code)}};
  }
  if (name.find('/') != std::string::npos && fs::exists(name, code)) {
    failure = BuildFailure::kMissing;
    error =
        fs::is_directory(name, code)
            ? fmt::format("{}: is a folder, and neither an adapter nor the results of a run", name)
            : fmt::format("{}: is no program that may be executed; `chmod +x` makes a file one",
                          name);
    return std::nullopt;
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
  if (const ToolchainAdapter* adapter = FindToolchainAdapter(name)) return adapter->expectations();
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
  for (const ToolchainAdapter* adapter : ToolchainAdapters()) {
    const std::string tool = adapter->FindTool();
    found.push_back({std::string(adapter->name()), tool.empty() ? adapter->WhyMissing() : tool});
  }
  return found;
}

}  // namespace proctor
