#include "conformance/command/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/terminal_listener.h"
#include "conformance/file/input_file.h"
#include "conformance/file/output_file.h"
#include "conformance/process/stop_request.h"
#include "conformance/process/stop_signals.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/page/page.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr size_t kResultsBytesMost = 256 << 20;

// The results of an earlier run, where `path` is its folder or its results.json.
std::string ResultsFile(const std::string& path) {
  std::error_code failed;
  const fs::path inside = fs::path(path) / "results.json";
  if (fs::is_regular_file(inside, failed)) return inside.string();
  return path.ends_with(".json") && fs::is_regular_file(path, failed) ? path : "";
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
    if (file.empty()) {
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
  std::error_code failed;
  for (size_t i = 0; i < results.size() && !options.out.empty(); ++i) {
    fs::create_directories(fmt::format("{}/{}", options.out, i + 1), failed);
  }
  const Compared compared = Compare(results, static_cast<double>(options.effect_percent) / 100);
  const std::vector<std::string> worse = Regressions(compared);
  const int status =
      Report(results, compared, options.out, worse.empty() ? kExitAsExpected : kExitViolation);
  for (const std::string& line : worse) Say(line);
  return status;
}

}  // namespace

int Compare(const CompareOptions& options) {
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
  StopRequest stop;
  const StopSignals signals(stop);
  TerminalListener listener(stop);
  const CompareEnd end = RunComparison(options.request, *folder, listener);
  int status = end.exit_status;
  if (!end.results.empty()) {
    const Compared compared =
        Compare(end.results, static_cast<double>(options.effect_percent) / 100);
    status = Report(end.results, compared, options.out, status);
  }
  for (const std::string& line : end.errors) Say(line);
  return end.errors.empty() || status == kExitWrongUsage ? status : kExitFailed;
}

}  // namespace proctor
