#include "conformance/observer/usage_sampler.h"

#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>

#include "conformance/observer/monitor_search.h"
#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr int kLookEveryMs = 20;
constexpr size_t kLooksMost = 10 * 60 * 1000 / kLookEveryMs;
constexpr int64_t kSearchNs = 300'000'000;
// Looking at a thread takes some microseconds.
constexpr size_t kThreadsMost = 256;

std::optional<int64_t> Difference(const std::optional<int64_t>& first,
                                  const std::optional<int64_t>& last) {
  if (!first || !last) return std::nullopt;
  return *last - *first;
}

}  // namespace

UsageSampler::UsageSampler(pid_t process, const MonitorDeclaration& declaration)
    : process_(process), declaration_(declaration), thread_([this] { Main(); }) {}

UsageSampler::~UsageSampler() { Finish(); }

void UsageSampler::Finish() {
  stop_.Make();
  if (thread_.joinable()) thread_.join();
}

void UsageSampler::Main() {
  if (declaration_.by == MonitorDeclaration::By::kAdapter) {
    MonitorIdentity identity(process_);
    std::string ignored;
    const std::optional<FoundThread> found = FindMonitor(
        process_, declaration_, MonotonicNowNs() + kSearchNs, identity, ignored, &stop_);
    if (found) monitor_ = found->thread;
  }
  while (!stop_.made() && looks_.size() < kLooksMost) {
    std::optional<Look> look = LookNow();
    if (!look) return;
    looks_.push_back(*look);
    pollfd stopped{.fd = stop_.fd(), .events = POLLIN, .revents = 0};
    poll(&stopped, 1, kLookEveryMs);
  }
}

std::optional<UsageSampler::Look> UsageSampler::LookNow() {
  Look look{.time_ns = MonotonicNowNs()};
  const std::optional<int64_t> cpu_ns = ProcessCpuNs(process_);
  if (!cpu_ns) return std::nullopt;
  look.cpu_ns = *cpu_ns;
  look.memory_bytes = MemoryOf(process_);
  if (monitor_ != 0) {
    look.monitor_cpu_ns = ThreadCpuNs(monitor_);
    int64_t& wakes = wakes_[monitor_];
    look.monitor_wakes = wakes = std::max(wakes, WakesOf(monitor_));
  }
  const std::vector<pid_t> threads = ThreadsOf(process_);
  if (threads.size() > kThreadsMost || wakes_.size() > kThreadsMost) return look;
  for (const pid_t thread : threads) {
    int64_t& wakes = wakes_[thread];
    if (thread != monitor_) wakes = std::max(wakes, WakesOf(thread));
  }
  look.wakes = 0;
  for (const auto& [thread, wakes] : wakes_) *look.wakes += wakes;
  return look;
}

std::optional<ProcessUsage> UsageSampler::Between(int64_t from_ns, int64_t to_ns) const {
  const auto first = std::ranges::lower_bound(looks_, from_ns, {}, &Look::time_ns);
  const auto end = std::ranges::upper_bound(looks_, to_ns, {}, &Look::time_ns);
  if (end - first < 2) return std::nullopt;
  const Look& last = *(end - 1);
  ProcessUsage usage{.over_ns = last.time_ns - first->time_ns,
                     .cpu_ns = last.cpu_ns - first->cpu_ns,
                     .wakes = Difference(first->wakes, last.wakes),
                     .monitor_cpu_ns = Difference(first->monitor_cpu_ns, last.monitor_cpu_ns),
                     .monitor_wakes = Difference(first->monitor_wakes, last.monitor_wakes),
                     .memory_first_bytes = first->memory_bytes};
  for (auto look = first; look != end; ++look) {
    usage.memory_most_bytes = std::max(usage.memory_most_bytes, look->memory_bytes);
  }
  return usage;
}

}  // namespace proctor
