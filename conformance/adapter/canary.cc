#include "conformance/adapter/canary.h"

#include <sched.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kPeriodNs = 1'000'000;
// Below it lies what an idle machine does by itself.
constexpr int64_t kStallNsLeast = 2'000'000;
constexpr int kCpusMost = 8;

}  // namespace

Canary::Canary(std::function<void(const Event&)> sink) : sink_(std::move(sink)) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(0, sizeof cpus, &cpus);
  try {
    for (int cpu = 0; cpu < CPU_SETSIZE && threads_.size() < kCpusMost; ++cpu) {
      if (CPU_ISSET(cpu, &cpus)) threads_.emplace_back([this, cpu] { Watch(cpu); });
    }
  } catch (const std::system_error&) {  // the system has no thread left
    Stop();
    throw;
  }
}

Canary::~Canary() { Stop(); }

void Canary::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Canary::Watch(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  sched_setaffinity(0, sizeof only, &only);
  for (int64_t due_ns = MonotonicNowNs() + kPeriodNs; !stop_; due_ns += kPeriodNs) {
    const timespec due{.tv_sec = due_ns / 1'000'000'000, .tv_nsec = due_ns % 1'000'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
    }
    const int64_t now_ns = MonotonicNowNs();
    if (now_ns - due_ns < kStallNsLeast) continue;
    const MutexLock lock(mutex_);
    sink_(MakeEvent(now_ns, EventKind::kStall, {{Arg::kDurationNs, now_ns - due_ns}}));
    due_ns = now_ns;
  }
}

}  // namespace proctor
