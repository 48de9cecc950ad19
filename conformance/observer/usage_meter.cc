#include "conformance/observer/usage_meter.h"

#include <algorithm>

#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {

void UsageMeter::Begin(pid_t process, pid_t monitor, bool sample) {
  process_ = process;
  monitor_ = monitor;
  other_sleeps_ = OtherSleeps();
  usage_.began_ns = MonotonicNowNs();
  monitor_sched_stat_ = SchedStat(monitor);
  monitor_cpu_ns_ = ThreadCpuNs(monitor_);
  process_cpu_ns_ = ProcessCpuNs(process_);
  running_ = true;
  sampler_ = sample ? std::make_unique<ProcessSampler>(process, monitor) : nullptr;
}

std::optional<Event> UsageMeter::ReadAt(const Event& event) {
  constexpr int64_t kApartNs = 2'000'000;
  const bool turn = event.kind == EventKind::kShallowWake && event.time_ns - read_ns_ >= kApartNs;
  if (!turn && event.kind != EventKind::kPreemptSignal) return std::nullopt;
  read_ns_ = event.time_ns;
  const std::optional<SchedStat::Times> monitor = monitor_sched_stat_.Read();
  const std::optional<int64_t> process_ns = ProcessCpuNs(process_);
  if (!monitor || !process_ns) return std::nullopt;
  Event read =
      MakeEvent(event.time_ns, EventKind::kCpuRead, {{Arg::kCpuNs, *process_ns - monitor->ran_ns}});
  read.m = monitor_;
  return read;
}

void UsageMeter::End() {
  if (!running_) return;
  running_ = false;
  if (sampler_) usage_.threads = sampler_->Finish();
  const std::optional<int64_t> monitor_cpu_ns = ThreadCpuNs(monitor_);
  const std::optional<int64_t> process_cpu_ns = ProcessCpuNs(process_);
  usage_.ended_ns = MonotonicNowNs();
  if (!monitor_cpu_ns || !process_cpu_ns || !monitor_cpu_ns_ || !process_cpu_ns_) return;
  usage_.monitor_cpu_ns = *monitor_cpu_ns - *monitor_cpu_ns_;
  usage_.process_cpu_ns = *process_cpu_ns - *process_cpu_ns_;
  // Those of threads that have ended meanwhile are missing.
  usage_.other_sleeps = std::max<int64_t>(0, OtherSleeps() - other_sleeps_);
  usage_at_end_ = usage_;
}

// By the kernel's counts of all threads but the monitor, whose own are those of being traced.
int64_t UsageMeter::OtherSleeps() const {
  int64_t sleeps = 0;
  for (const pid_t thread : ThreadsOf(process_)) {
    if (thread != monitor_) sleeps += WakesOf(thread);
  }
  return sleeps;
}

}  // namespace proctor
