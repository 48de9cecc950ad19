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

constexpr int64_t kBetweenLooksNsMost = 200'000'000;
// A monitor that has backed off uses less of the time than this.
constexpr int64_t kMonitorShare = 10;

// The letter behind the name, which may hold anything: "17 (a) b) S 1 ...".
bool Sleeps(const fs::path& thread) {
  std::ifstream file(thread / "stat");
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(')');
  return name_end != std::string::npos && text.compare(name_end, 3, ") S") == 0;
}

}  // namespace

int64_t LongestRestNs(const Scenario& scenario) {
  constexpr int64_t kBeyondNs = 1'500'000'000;
  int64_t longest_ns = 0;
  for (const Task& task : scenario.tasks) {
    double sum_ns = 0;
    for (const Operation& operation : task.ops) {
      longest_ns = std::max(longest_ns, operation.duration_ns);
      sum_ns += static_cast<double>(operation.duration_ns) * static_cast<double>(task.repeat);
    }
    if (scenario.stamps == Stamps::kAll) continue;
    const int64_t budget_ns = scenario.budget_ms * 1'000'000;
    longest_ns =
        std::max(longest_ns, sum_ns < static_cast<double>(budget_ns) ? static_cast<int64_t>(sum_ns)
                                                                     : budget_ns);
  }
  return kBeyondNs + longest_ns;
}

std::map<pid_t, RestWatch::Thread> RestWatch::ThreadsOf(pid_t process) {
  std::map<pid_t, Thread> threads;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/task", process), error)) {
    const std::string name = entry.path().filename();
    pid_t id = 0;
    std::from_chars(name.data(), name.data() + name.size(), id);
    std::ifstream file(entry.path() / "schedstat");
    int64_t ran_ns = 0;
    if (file >> ran_ns) {
      threads.emplace(id, Thread{.ran_ns = ran_ns, .sleeps = Sleeps(entry.path())});
    }
  }
  return threads;
}

bool RestWatch::Rests(const std::map<pid_t, Thread>& before, pid_t monitor, int64_t since_last_ns) {
  if (before.empty() || before.size() != threads_.size()) return false;
  for (const auto& [id, thread] : threads_) {
    if (id == monitor) continue;
    const auto then = before.find(id);
    if (then == before.end() || !thread.sleeps) return false;
    const int64_t ran_ns = thread.ran_ns - then->second.ran_ns;
    if (ran_ns == 0) continue;
    if (monitor != 0 || (runner_ != 0 && runner_ != id)) return false;
    if (ran_ns > since_last_ns / kMonitorShare) return false;
    runner_ = id;
  }
  return true;
}

void RestWatch::Look(pid_t monitor, int64_t now_ns) {
  const std::map<pid_t, Thread> before = std::exchange(threads_, ThreadsOf(process_));
  const int64_t since_last_ns = now_ns - std::exchange(looked_ns_, now_ns);
  if (!Rests(before, monitor, since_last_ns)) return Restart();
  // Where the looks come far apart the machine itself stood still, and nothing could run.
  rested_ns_ += std::min(since_last_ns, kBetweenLooksNsMost);
}

void RestWatch::Restart() {
  rested_ns_ = 0;
  runner_ = 0;
}

}  // namespace proctor
