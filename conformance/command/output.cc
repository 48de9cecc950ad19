#include "conformance/command/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "conformance/command/exit_status.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

namespace fs = std::filesystem;

int TerminalWidth() {
  winsize size{};
  constexpr int kDefault = 120;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kDefault;
}

}  // namespace

std::optional<OutputFolder> OutputFolder::Open(const std::string& path, std::string& why) {
  const bool kept = !path.empty();
  std::string made = path;
  if (!kept) {
    made = (fs::temp_directory_path() / "proctor-XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr) {
      why = fmt::format("{}: no scratch folder: {}; set TMPDIR", made, std::strerror(errno));
      return std::nullopt;
    }
  }
  OutputFolder folder(made, kept);
  for (const char* part : {"traces", "scenarios", "stderr", "bundles"}) {
    std::error_code error;
    fs::create_directories(fs::path(made) / part, error);
    if (error) {
      why = fmt::format("{}/{}: cannot be created: {}", made, part, error.message());
      return std::nullopt;
    }
  }
  return folder;
}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : path_(std::exchange(other.path_, "")), kept_(other.kept_) {}

OutputFolder::~OutputFolder() {
  if (kept_ || path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
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

bool OutputFolder::WriteReports(const Results& results, std::string& why) const {
  return WriteFile(path_ + "/results.json", FormatResults(results), why) &&
         WriteFile(path_ + "/junit.xml", RenderJUnit(results), why) &&
         WriteFile(path_ + "/report.md", RenderMarkdown(results), why);
}

bool WriteFile(const std::string& path, std::string_view contents, std::string& why) {
  std::ofstream stream(path, std::ios::binary);
  stream << contents;
  stream.close();
  if (stream) return true;
  why = fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
  return false;
}

std::optional<std::string> ReadFile(const std::string& path, std::string& why) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream contents;
  contents << stream.rdbuf();
  if (stream) return contents.str();
  why = fmt::format("{}: cannot be read: {}", path, std::strerror(errno));
  return std::nullopt;
}

int Publish(const Results& results, const OutputFolder& folder) {
  ShowProgress("");
  fmt::print("{}", RenderTable(results, {.colour = isatty(STDOUT_FILENO) == 1 &&
                                                   std::getenv("NO_COLOR") == nullptr,
                                         .width = TerminalWidth()}));
  std::fflush(stdout);
  std::string why;
  if (folder.kept() && !folder.WriteReports(results, why)) {
    Say(why);
    return kExitFailed;
  }
  return results.exit_status;
}

void ShowProgress(std::string_view line) {
  if (isatty(STDERR_FILENO) != 1) return;
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
}

void Say(std::string_view what) {
  ShowProgress("");
  fmt::print(stderr, "proctor: {}\n", what);
}

}  // namespace proctor
