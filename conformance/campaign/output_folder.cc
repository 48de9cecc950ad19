#include "conformance/campaign/output_folder.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "conformance/file/output_file.h"
#include "conformance/report/page/page.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kParts[] = {"traces", "scenarios", "stderr", "bundles"};
// Of every command, so that no two of them are taken for one run.
constexpr const char* kReports[] = {"results.json", "junit.xml",  "report.md",
                                    "report.html",  "stress.txt", "comparison.json",
                                    "processes.txt"};

}  // namespace

std::optional<OutputFolder> OutputFolder::Open(const std::string& path, std::string& error) {
  std::optional<ScratchFolder> scratch =
      path.empty() ? ScratchFolder::Make(error) : std::optional<ScratchFolder>();
  if (path.empty() && !scratch) return std::nullopt;
  const std::string made = scratch ? scratch->path() : path;
  OutputFolder folder(made, std::move(scratch));
  for (const char* part : kParts) {
    std::error_code failure;
    fs::create_directories(fs::path(made) / part, failure);
    if (failure) {
      error = fmt::format("{}/{}: cannot be created: {}", made, part, failure.message());
      return std::nullopt;
    }
  }
  folder.found_ = folder.InodesOfFiles();
  return folder;
}

std::string OutputFolder::TracePath(std::string_view name) const {
  return fmt::format("{}/traces/{}.jsonl", path_, name);
}

std::string OutputFolder::ScenarioPath(std::string_view name) const {
  return fmt::format("{}/scenarios/{}.json", path_, name);
}

std::string OutputFolder::StderrPath(std::string_view name) const {
  return fmt::format("{}/stderr/{}.txt", path_, name);
}

std::string OutputFolder::BundlePath(std::string_view clause) const {
  return fmt::format("{}/bundles/{}.json", path_, clause);
}

void OutputFolder::RemoveReportsIn(const std::string& path) {
  for (const char* report : kReports) {
    std::error_code ignored;
    fs::remove(fs::path(path) / report, ignored);
  }
}

std::vector<std::string> OutputFolder::WriteReports(const Results& results) const {
  std::vector<std::string> errors;
  const auto write = [&](const char* name, const std::string& text) {
    std::string error;
    if (!WriteWholeFile(fmt::format("{}/{}", path_, name), text, error)) errors.push_back(error);
  };
  write("results.json", FormatResults(results));
  write("junit.xml", RenderJUnit(results));
  write("report.md", RenderMarkdown(results));
  write("report.html", RenderPage({&results, 1}));
  return errors;
}

std::map<std::string, uint64_t> OutputFolder::InodesOfFiles() const {
  std::map<std::string, uint64_t> inodes;
  for (const char* part : kParts) {
    std::error_code failure;
    for (auto entry = fs::directory_iterator(fs::path(path_) / part, failure);
         !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
      struct stat info{};
      if (lstat(entry->path().c_str(), &info) != 0 || S_ISDIR(info.st_mode)) continue;
      inodes[fmt::format("{}/{}", part, entry->path().filename().string())] = info.st_ino;
    }
  }
  return inodes;
}

std::vector<std::string> OutputFolder::OldFiles() const {
  std::vector<std::string> old;
  const std::map<std::string, uint64_t> now = InodesOfFiles();
  for (const auto& [name, inode] : found_) {
    const auto found = now.find(name);
    if (found != now.end() && found->second == inode) old.push_back(name);
  }
  return old;
}

}  // namespace proctor
