#include "conformance/process/threads.h"

#include <dirent.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

namespace proctor {

std::vector<pid_t> ThreadsOf(pid_t process) {
  std::vector<pid_t> threads;
  DIR* folder = opendir(fmt::format("/proc/{}/task", process).c_str());
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    const pid_t thread = std::atoi(entry->d_name);
    if (thread > 0) threads.push_back(thread);
  }
  closedir(folder);
  std::ranges::sort(threads);
  return threads;
}

}  // namespace proctor
