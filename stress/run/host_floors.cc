#include "stress/run/host_floors.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <thread>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int kTimes = 40;

void Nap(int64_t duration_ns) {
  const timespec asked{.tv_sec = 0, .tv_nsec = duration_ns};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &asked, nullptr);
}

Histogram Sleep() {
  constexpr int64_t kAskedNs = 1'000'000;
  Histogram late;
  for (int i = 0; i < kTimes; ++i) {
    const int64_t begin_ns = MonotonicNowNs();
    Nap(kAskedNs);
    late.Add(std::max<int64_t>(MonotonicNowNs() - begin_ns - kAskedNs, 0));
  }
  return late;
}

Histogram SystemCall() {
  constexpr int kCalls = 1'000;
  Histogram calls;
  for (int i = 0; i < kTimes; ++i) {
    const int64_t begin_ns = MonotonicNowNs();
    for (int call = 0; call < kCalls; ++call) syscall(SYS_getppid);
    calls.Add((MonotonicNowNs() - begin_ns) / kCalls);
  }
  return calls;
}

Histogram FutexWake() {
  static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));
  std::atomic<uint32_t> round = 0;
  std::atomic<int64_t> sent_ns = 0;
  Histogram latencies;
  std::thread woken([&] {
    for (uint32_t i = 0; i < kTimes; ++i) {
      while (round.load() == i) syscall(SYS_futex, &round, FUTEX_WAIT_PRIVATE, i, nullptr);
      latencies.Add(std::max<int64_t>(MonotonicNowNs() - sent_ns.load(), 0));
    }
  });
  for (int i = 0; i < kTimes; ++i) {
    Nap(200'000);  // until it sleeps
    sent_ns = MonotonicNowNs();
    ++round;
    syscall(SYS_futex, &round, FUTEX_WAKE_PRIVATE, 1);
  }
  woken.join();
  return latencies;
}

std::atomic<int64_t> handled_ns = 0;

Histogram Signal() {
  const int signal = SIGRTMIN + 5;
  struct sigaction handler{};
  struct sigaction before{};
  handler.sa_handler = [](int) { handled_ns = MonotonicNowNs(); };
  handler.sa_flags = SA_RESTART;
  if (sigaction(signal, &handler, &before) != 0) return {};
  std::atomic<bool> end = false;
  std::thread computes([&] {
    while (!end.load(std::memory_order_relaxed)) {
    }
  });
  Histogram latencies;
  for (int i = 0; i < kTimes; ++i) {
    handled_ns = 0;
    const int64_t sent_ns = MonotonicNowNs();
    if (pthread_kill(computes.native_handle(), signal) != 0) break;
    while (handled_ns.load() == 0) sched_yield();
    latencies.Add(std::max<int64_t>(handled_ns.load() - sent_ns, 0));
  }
  end = true;
  computes.join();
  sigaction(signal, &before, nullptr);
  return latencies;
}

// The calling thread runs on one CPU only until the end of this.
class Pinned {
 public:
  Pinned() {
    const int cpu = sched_getcpu();
    if (cpu < 0 || cpu >= CPU_SETSIZE) return;
    if (pthread_getaffinity_np(pthread_self(), sizeof(before_), &before_) != 0) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<size_t>(cpu), &one);
    is_pinned_ = pthread_setaffinity_np(pthread_self(), sizeof(one), &one) == 0;
  }
  ~Pinned() {
    if (is_pinned_) pthread_setaffinity_np(pthread_self(), sizeof(before_), &before_);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

  bool is_pinned() const { return is_pinned_; }

 private:
  cpu_set_t before_{};
  bool is_pinned_ = false;
};

Histogram Switch() {
  constexpr int kSwitches = 100;  // there and back, for one sample
  const Pinned pinned;            // a thread inherits it
  const int there = eventfd(0, EFD_CLOEXEC);
  const int back = eventfd(0, EFD_CLOEXEC);
  Histogram switches;
  if (pinned.is_pinned() && there >= 0 && back >= 0) {
    const auto pass = [](int from, int to) {
      uint64_t count = 0;
      return TEMP_FAILURE_RETRY(read(from, &count, sizeof(count))) > 0 &&
             TEMP_FAILURE_RETRY(write(to, &count, sizeof(count))) > 0;
    };
    std::thread other([&] {
      for (int i = 0; i < kTimes * kSwitches && pass(there, back); ++i) {
      }
    });
    const uint64_t one = 1;
    bool goes_on = TEMP_FAILURE_RETRY(write(there, &one, sizeof(one))) > 0;
    for (int i = 0; i < kTimes && goes_on; ++i) {
      const int64_t begin_ns = MonotonicNowNs();
      for (int n = 0; n < kSwitches - 1 && goes_on; ++n) goes_on = pass(back, there);
      switches.Add((MonotonicNowNs() - begin_ns) / (2 * (kSwitches - 1)));
      uint64_t count = 0;
      goes_on = goes_on && TEMP_FAILURE_RETRY(read(back, &count, sizeof(count))) > 0;
      if (i + 1 < kTimes) {
        goes_on = goes_on && TEMP_FAILURE_RETRY(write(there, &one, sizeof(one))) > 0;
      }
    }
    other.join();
  }
  for (const int fd : {there, back}) {
    if (fd >= 0) close(fd);
  }
  return switches;
}

struct Floor {
  std::string_view name;
  std::string_view about;
  Histogram (*measure)();
};

constexpr Floor kFloors[] = {
    {"sleep", "how late a sleep of 1 ms ends", Sleep},
    {"futex_wake", "from a wake-up to the woken thread", FutexWake},
    {"signal", "from sending to the handler, in a thread that computes", Signal},
    {"switch", "from one thread to another on one CPU", Switch},
    {"system_call", "one that does nothing", SystemCall},
};

}  // namespace

void MeasureHostFloors(std::vector<Latency>& floors) {
  for (const Floor& floor : kFloors) {
    Histogram measured;
    try {
      measured = floor.measure();
    } catch (const std::system_error&) {
      continue;  // no thread is to be had
    }
    if (measured.count() == 0) continue;
    auto found = std::ranges::find(floors, floor.name, &Latency::name);
    if (found == floors.end()) {
      floors.push_back({.name = std::string(floor.name), .about = std::string(floor.about)});
      found = floors.end() - 1;
    }
    found->durations_ns.Merge(measured);
    found->medians_ns.push_back(measured.Quantile(0.5));
  }
}

}  // namespace proctor
