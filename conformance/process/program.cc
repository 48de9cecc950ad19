#include "conformance/process/program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace proctor {

std::vector<std::string> PathFolders() {
  const char* path = std::getenv("PATH");
  std::vector<std::string> folders;
  std::string rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    if (colon != 0) folders.push_back(rest.substr(0, colon));
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return folders;
}

bool IsProgram(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::string FindOnPath(const std::string& name) {
  for (const std::string& folder : PathFolders()) {
    const std::string candidate = folder + "/" + name;
    if (IsProgram(candidate)) return candidate;
  }
  return "";
}

}  // namespace proctor
