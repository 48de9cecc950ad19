#include "conformance/command/compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <optional>
#include <vector>

#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/terminal_listener.h"
#include "conformance/file/input_file.h"
#include "conformance/file/output_file.h"
#include "conformance/implementations/implementation.h"
#include "conformance/report/benchmarks.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/page/page.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr size_t kResultsBytesMost = 256 << 20;

bool IsImplementation(const std::string& name) {
  return std::ranges::any_of(FindImplementations(),
                             [&](const auto& found) { return found.name == name; });
}

// The results of an earlier run, where `path` is its folder or its results.json. A folder that only
// happens to be called as an implementation is none.
std::string ResultsFile(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) {
    const std::string file = (fs::path(path) / "results.json").string();
    return fs::exists(file, failed) || !IsImplementation(path) ? file : "";
  }
  return path.ends_with(".json") && fs::exists(path, failed) ? path : "";
}

// Whether anything stands beside something else.
bool HasPairs(const Compared& compared) {
  const auto is_second = [](const ComparedLatency& latency) { return latency.who > 0; };
  const auto is_paired = [](const ComparedClause& clause) {
    return std::ranges::count_if(clause.verdicts, [](const auto& verdict) { return !!verdict; }) >
           1;
  };
  return std::ranges::any_of(compared.latencies, is_second) ||
         std::ranges::any_of(compared.clauses, is_paired);
}

// Folders for what is compared; false: one line was said.
bool MakeFolders(const CompareOptions& options) {
  if (options.out.empty()) return true;
  std::error_code failed;
  for (const std::string& path : options.request.implementations) {
    if (!fs::equivalent(options.out, path, failed)) continue;
    Say(fmt::format("--out {}: is one of the runs that are compared; give another", options.out));
    return false;
  }
  for (size_t i = 0; i < options.request.implementations.size(); ++i) {
    const std::string made = fmt::format("{}/{}", options.out, i + 1);
    fs::create_directories(made, failed);
    if (!failed) continue;
    Say(fmt::format("{}: cannot be created: {}", made, failed.message()));
    return false;
  }
  OutputFolder::RemoveReportsIn(options.out);
  return true;
}

std::optional<Results> ReadResults(const std::string& path, std::string& error) {
  const std::optional<std::string> text = ReadWholeFile(path, error, kResultsBytesMost);
  if (!text) return std::nullopt;
  std::set<std::string> ignored;
  std::optional<Results> results = ParseResults(*text, error, &ignored);
  if (!results) error = path + ": " + error;
  for (const std::string& member : ignored) {
    Say(fmt::format("{}: an unknown member is ignored: {}", path, member));
  }
  return results;
}

// In the form of ISO 8601.
std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32] = "";
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
  return text;
}

// Files first, then the terminal; the exit status.
int Report(const std::vector<Results>& results, const Compared& compared, const std::string& out,
           int status) {
  ShowProgress("");
  const auto write = [&](const std::string& name, const std::string& text) {
    std::string error;
    if (WriteWholeFile(out + "/" + name, text, error)) return;
    Say(error);
    status = kExitFailed;
  };
  if (!out.empty()) {
    write("comparison.json", FormatCompared(compared));
    write("report.md", RenderComparedMarkdown(compared));
    write("report.html", RenderPage(results));
    for (size_t i = 0; i < results.size(); ++i) {
      write(fmt::format("{}/results.json", i + 1), FormatResults(results[i]));
      write(fmt::format("{}/benchmarks.json", i + 1), FormatBenchmarks(results[i], Now()));
    }
  }
  Print(RenderCompared(compared));
  return status;
}

int CompareStored(const CompareOptions& options) {
  std::vector<Results> results;
  for (const std::string& path : options.request.implementations) {
    std::string error;
    const std::string file = ResultsFile(path);
    std::optional<Results> read;
    std::error_code ignored;
    if (fs::exists(fs::path(path) / "comparison.json", ignored) && !fs::exists(file, ignored)) {
      error =
          fmt::format("{}: is the folder of a comparison; name its runs, {}/1 and on", path, path);
    } else if (file.empty()) {
      error = path + ": is no folder of an earlier run; names and folders cannot be mixed";
    } else {
      read = ReadResults(file, error);
    }
    if (!read) {
      Say(error);
      return kExitWrongUsage;
    }
    results.push_back(std::move(*read));
  }
  if (!MakeFolders(options)) return kExitFailed;
  const Compared compared = Compare(results, static_cast<double>(options.effect_percent) / 100);
  const std::vector<std::string> worse = Regressions(compared);
  int status = kExitAsExpected;
  // Another implementation need not decide the same clauses.
  std::vector<std::string> open;
  if (results.front().implementation == results.back().implementation)
    open = NoLongerDecided(compared);
  if (!open.empty()) status = kExitInconclusive;
  if (!worse.empty()) status = kExitViolation;
  if (!HasPairs(compared)) {
    Say("nothing could be compared: these runs have no verdict and no latency in common");
    status = kExitInconclusive;
  }
  status = Report(results, compared, options.out, status);
  for (const std::string& line : worse) Say(line);
  for (const std::string& line : open) Say(line);
  return status;
}

}  // namespace

int Compare(const CompareOptions& options, StopRequest& stop) {
  const auto is_stored = [](const std::string& name) { return !ResultsFile(name).empty(); };
  if (std::ranges::any_of(options.request.implementations, is_stored)) {
    return CompareStored(options);
  }
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) {
    Say(error);
    return kExitFailed;
  }
  folder->RemoveReports();
  stop.BeginHeeding();
  TerminalListener listener(stop);
  const CompareEnd end = RunComparison(options.request, *folder, listener);
  int status = end.exit_status;
  if (!end.results.empty()) {
    const Compared compared =
        Compare(end.results, static_cast<double>(options.effect_percent) / 100);
    status = Report(end.results, compared, options.out, status);
  }
  for (const std::string& line : end.open) Say(line);
  for (const std::string& line : end.errors) Say(line);
  return end.errors.empty() || status == kExitWrongUsage ? status : kExitFailed;
}

}  // namespace proctor
