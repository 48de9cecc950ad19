#include "conformance/adapter/rest_watch.h"

#include <algorithm>
#include <utility>

#include "conformance/observer/proc_files.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr int64_t kBetweenLooksNsMost = 200'000'000;
// A monitor that has backed off uses less of the time than this.
constexpr int64_t kMonitorShare = 10;

}  // namespace

int64_t LongestRestNs(const Scenario& scenario) {
  constexpr int64_t kBeyondNs = 1'500'000'000;
  constexpr int64_t kLateNs = 6'500'000'000;
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
  return kBeyondNs + longest_ns + (scenario.ending == Ending::kDeadlock ? 0 : kLateNs);
}

std::map<pid_t, RestWatch::Thread> RestWatch::Threads() const {
  std::map<pid_t, Thread> threads;
  for (const pid_t id : ThreadsOf(process_)) {
    if (const auto ran_ns = ThreadCpuNs(id)) {
      threads.emplace(id, Thread{.ran_ns = *ran_ns, .sleeps = Sleeps(id)});
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
  const std::map<pid_t, Thread> before = std::exchange(threads_, Threads());
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
