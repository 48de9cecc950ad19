#include "conformance/adapter/rest_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace proctor {
namespace {

namespace fs = std::filesystem;

// CPU time of every thread of the process, in nanoseconds.
std::map<pid_t, int64_t> CpuTimes(pid_t process) {
  std::map<pid_t, int64_t> times;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/task", process), error)) {
    const std::string name = entry.path().filename();
    pid_t thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    std::ifstream file(entry.path() / "schedstat");
    int64_t ran_ns = 0;
    if (file >> ran_ns) times.emplace(thread, ran_ns);
  }
  return times;
}

constexpr int64_t kBetweenLooksNsMost = 200'000'000;

}  // namespace

int64_t LongestRestNs(const Scenario& scenario) {
  constexpr int64_t kBeyondNs = 1'500'000'000;
  int64_t longest_ns = 0;
  for (const Task& task : scenario.tasks) {
    for (const Operation& operation : task.ops) {
      longest_ns = std::max(longest_ns, operation.duration_ns);
    }
  }
  return kBeyondNs + longest_ns;
}

void RestWatch::Look(pid_t monitor, int64_t now_ns) {
  const std::map<pid_t, int64_t> before = std::exchange(ran_ns_, CpuTimes(process_));
  bool rests = !before.empty() && before.size() == ran_ns_.size();
  for (const auto& [thread, ran_ns] : ran_ns_) {
    const auto then = before.find(thread);
    if (then != before.end() && then->second == ran_ns) continue;
    if (then == before.end()) {
      rests = false;
    } else if (thread != monitor) {
      const bool may_run = monitor == 0 && (runner_ == 0 || runner_ == thread);
      rests = rests && may_run;
      runner_ = thread;
    }
  }
  const int64_t since_last_ns = now_ns - std::exchange(looked_ns_, now_ns);
  if (!rests) {
    rested_ns_ = 0;
    runner_ = 0;
    return;
  }
  // Where the looks come far apart the machine itself stood still, and nothing could run.
  rested_ns_ += std::min(since_last_ns, kBetweenLooksNsMost);
}

}  // namespace proctor
