#include "conformance/process/scratch_folder.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "conformance/process/temporary_paths.h"

namespace proctor {
namespace {

// Somebody may still be writing into it.
void Remove(const std::string& path) {
  constexpr int kAttempts = 3;
  std::error_code error;
  for (int i = 0; i < kAttempts; ++i) {
    error.clear();
    std::filesystem::remove_all(path, error);
    if (!error) return;
  }
}

}  // namespace

std::optional<ScratchFolder> ScratchFolder::Make(std::string& error, const std::string& parent) {
  std::error_code code;
  std::filesystem::path folder = parent;
  if (parent.empty()) folder = std::filesystem::temp_directory_path(code);
  if (code) {
    error = fmt::format("no scratch folder: TMPDIR is no folder ({}); set it", code.message());
    return std::nullopt;
  }
  std::string path = (folder / "proctor-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    error = fmt::format("{}: no scratch folder: {}; set TMPDIR", path, std::strerror(errno));
    return std::nullopt;
  }
  return ScratchFolder(std::move(path));
}

ScratchFolder::ScratchFolder(std::string path) : path_(std::move(path)) { AddTemporaryPath(path_); }

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, "")) {}

ScratchFolder::~ScratchFolder() {
  if (path_.empty()) return;
  Remove(path_);
  ForgetTemporaryPath(path_);
}

}  // namespace proctor
