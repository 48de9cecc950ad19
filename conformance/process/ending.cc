#include "conformance/process/ending.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace proctor {
namespace {

namespace fs = std::filesystem;

// Of the flags in /proc/PID/stat: PF_EXITING of the kernel.
constexpr uint64_t kExiting = 0x4;

bool IsThreadEnding(const fs::path& folder) {
  std::ifstream file(folder / "stat");
  std::string line;
  std::getline(file, line);
  // The name stands in parentheses, and may hold some.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream rest(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 6; ++i) rest >> skipped;  // the state, four numbers of others, the terminal
  uint64_t flags = 0;
  return rest >> flags && (flags & kExiting) != 0;
}

}  // namespace

bool IsEnding(pid_t process) {
  // The process may be gone at any time: no step may throw.
  std::error_code error;
  bool is_ending = false;
  for (fs::directory_iterator thread("/proc/" + std::to_string(process) + "/task", error);
       !error && thread != fs::directory_iterator(); thread.increment(error)) {
    if (!IsThreadEnding(thread->path())) return false;
    is_ending = true;
  }
  return is_ending;
}

}  // namespace proctor
