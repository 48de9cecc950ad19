// What a monitor waits for a CPU reaches the evidence as stalls.

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <string>

#include "conformance/observer/observer.h"
#include "conformance/observer/sched_stat.h"
#include "conformance/observer/shared_cpu_testing.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kWaitAtMostNs = 60'000 * kMs;

TEST(Observer, WhatTheMonitorWaitsForACpuIsAStall) {
  const cpu_set_t cpu = OneCpu();
  std::string error;
  const auto process = Process::Spawn(
      {.argv = {"conformance/observer/fake_monitor", "forever", "0"}, .gated = true}, error);
  ASSERT_TRUE(process) << error;
  ASSERT_EQ(sched_setaffinity(process->pid(), sizeof cpu, &cpu), 0);
  const sched_param none{};
  ASSERT_EQ(sched_setscheduler(process->pid(), SCHED_IDLE, &none), 0);
  std::atomic<int64_t> stalled_ns{0};
  const auto observer = Observer::Start(
      {.pid = process->pid(),
       .from_start = true,
       .declaration = {.by = MonitorDeclaration::By::kUser}},
      [&](const Event& event) {
        if (event.kind == EventKind::kStall) {
          stalled_ns += event.Get(Arg::kDurationNs);
        }
      },
      error);
  ASSERT_TRUE(observer) << error;
  process->Release();
  const int64_t deadline_ns = MonotonicNowNs() + kWaitAtMostNs;
  while (observer->monitor() == 0 && MonotonicNowNs() < deadline_ns) sched_yield();
  ASSERT_NE(observer->monitor(), 0);

  const Spinner spinner(cpu);
  const SchedStat monitor(observer->monitor());
  const int64_t before_ns = monitor.Read().value().waited_ns;
  int64_t waited_ns = 0;
  // The last wait may be on its way; one of less than 2 ms does not count.
  while (waited_ns < 200 * kMs || stalled_ns < waited_ns / 2) {
    ASSERT_LT(waited_ns, 5'000 * kMs) << stalled_ns << " ns of it are known";
    ASSERT_LT(MonotonicNowNs(), deadline_ns);
    sched_yield();
    waited_ns = monitor.Read().value().waited_ns - before_ns;
  }
  observer->Stop();
}

}  // namespace
}  // namespace proctor
