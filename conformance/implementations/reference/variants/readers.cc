// Variants that read more than they need, or in another order: reads are free.

#include <cstdint>
#include <type_traits>

#include "conformance/implementations/reference/mutants/pass_through_host.h"
#include "conformance/implementations/reference/variants/derived.h"
#include "conformance/implementations/reference/variants/groups.h"

namespace proctor {
namespace {

using mutants::PassThroughHost;
using runtime::LockId;
using runtime::Monitor;

// Which of two readings counts.
enum class Counts { kFirst, kLast };

template <Counts kCounts, typename Read>
auto Twice(const Read& read) {
  const auto first = read();
  const auto last = read();
  return kCounts == Counts::kFirst ? first : last;
}

#define READS_TWICE(Variant, result, Call, parameters, arguments)  \
  template <Counts kCounts>                                        \
  struct Variant : PassThroughHost {                               \
    using PassThroughHost::PassThroughHost;                        \
    result Call parameters override {                              \
      return Twice<kCounts>([&] { return host_.Call arguments; }); \
    }                                                              \
  };
READS_TWICE(StatusTwice, runtime::ProcessorStatus, StatusOf, (int32_t p), (p))
READS_TWICE(ScheduleTickTwice, uint32_t, ScheduleTickOf, (int32_t p), (p))
READS_TWICE(SyscallTickTwice, uint32_t, SyscallTickOf, (int32_t p), (p))
READS_TWICE(LocalWorkTwice, bool, HasLocalWork, (int32_t p), (p))
READS_TWICE(SpinningTwice, int32_t, SpinningThreads, (), ())
READS_TWICE(IdleTwice, int32_t, IdleProcessors, (), ())
READS_TWICE(ProcessorsTwice, int32_t, Processors, (), ())
READS_TWICE(CountTwice, int32_t, ProcessorCount, (), ())
READS_TWICE(LastPollTwice, int64_t, LastPollNs, (), ())
READS_TWICE(PollerTwice, bool, PollerReady, (), ())
READS_TWICE(ScavengerTwice, bool, ScavengerAskedFor, (), ())
READS_TWICE(CollectorTwice, runtime::CollectorState, Collector, (), ())
READS_TWICE(HelperTwice, bool, HelperIdle, (), ())
READS_TWICE(StopTwice, bool, StopPending, (), ())
READS_TWICE(TimerTwice, int64_t, EarliestTimerNs, (), ())
#undef READS_TWICE

// The clock before the deep test; among the duties it is read once.
template <Counts kCounts>
struct ClockTwice : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    host_.Lock(lock);
    on_duty = on_duty || lock == LockId::kMonitor;
  }
  void Unlock(LockId lock) override {
    host_.Unlock(lock);
    on_duty = on_duty && lock != LockId::kMonitor;
  }
  int64_t NowNs() override {
    return on_duty ? host_.NowNs() : Twice<kCounts>([&] { return host_.NowNs(); });
  }
  bool on_duty = false;
};

// For statistics only: everything that can be read.
void ReadAll(runtime::Host& host) {
  host.PollerReady();
  host.LastPollNs();
  host.SpinningThreads();
  host.IdleProcessors();
  host.Processors();
  host.StopPending();
  host.ScavengerAskedFor();
  host.Collector();
  host.HelperIdle();
  host.EarliestTimerNs();
  const int32_t count = host.ProcessorCount();
  for (int32_t p = 0; p < count; ++p) {
    host.StatusOf(p);
    host.ScheduleTickOf(p);
    host.SyscallTickOf(p);
    host.HasLocalWork(p);
  }
}

struct ReadsAllBeforeLocking : Monitor {
  using Monitor::Monitor;
  void DoDuties() override {
    ReadAll(host_);
    Monitor::DoDuties();
  }
};

struct ReadsAllAfterUnlocking : Monitor {
  using Monitor::Monitor;
  void DoDuties() override {
    Monitor::DoDuties();
    ReadAll(host_);
  }
};

struct ReadsAllBeforePolling : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t now_ns) override {
    ReadAll(host_);
    Monitor::PollNetwork(now_ns);
  }
};

struct ReadsAllAfterPolling : Monitor {
  using Monitor::Monitor;
  void RescueTimers(int64_t now_ns) override {
    ReadAll(host_);
    Monitor::RescueTimers(now_ns);
  }
};

struct ReadsAllAfterScanning : Monitor {
  using Monitor::Monitor;
  void ForceCollection(int64_t now_ns) override {
    ReadAll(host_);
    Monitor::ForceCollection(now_ns);
  }
};

struct ReadsAllAtTheEnd : Monitor {
  using Monitor::Monitor;
  void PrintTrace(int64_t now_ns) override {
    Monitor::PrintTrace(now_ns);
    ReadAll(host_);
  }
};

struct ReadsAllBeforeSleepingDeep : Monitor {
  using Monitor::Monitor;
  void SleepDeepIfIdle() override {
    ReadAll(host_);
    Monitor::SleepDeepIfIdle();
  }
};

struct ReadsAllAtTheStart : Monitor {
  using Monitor::Monitor;
  void Enlist() override {
    ReadAll(host_);
    Monitor::Enlist();
    ReadAll(host_);
  }
};

struct ReadsLastPollAfterPolling : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t now_ns) override {
    Monitor::PollNetwork(now_ns);
    host_.LastPollNs();
  }
};

struct AsksForScavengerAfterScanning : Monitor {
  using Monitor::Monitor;
  void ForceCollection(int64_t now_ns) override {
    host_.ScavengerAskedFor();
    Monitor::ForceCollection(now_ns);
  }
};

struct CountsBeforePolling : Monitor {
  using Monitor::Monitor;
  void PollNetwork(int64_t now_ns) override {
    host_.ProcessorCount();
    Monitor::PollNetwork(now_ns);
  }
};

// The ticks of all, whatever their status; they are kept of those only that are watched.
struct ReadsTicksOfAll : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  runtime::ProcessorStatus StatusOf(int32_t p) override {
    host_.ScheduleTickOf(p);
    host_.SyscallTickOf(p);
    return host_.StatusOf(p);
  }
};

// Counts are exact under the sched lock.
struct CountsUnderSched : Monitor {
  using Monitor::Monitor;
  void KickScavenger() override {
    host_.Lock(LockId::kSched);
    host_.SpinningThreads();
    host_.IdleProcessors();
    host_.Unlock(LockId::kSched);
    Monitor::KickScavenger();
  }
};

// For statistics, under the lock that the scan has let go.
struct WalksAgainAfterScanning : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    const int32_t taken = Monitor::Retake(now_ns);
    host_.Lock(LockId::kAllP);
    for (int32_t p = 0; p < host_.ProcessorCount(); ++p) {
      host_.StatusOf(p);
      host_.ScheduleTickOf(p);
      host_.SyscallTickOf(p);
    }
    host_.Unlock(LockId::kAllP);
    return taken;
  }
};

// What decides about a collection is read before the scan.
struct LooksAtCollectorEarly : Monitor {
  using Monitor::Monitor;
  int32_t Retake(int64_t now_ns) override {
    due = Monitor::CollectionIsDue(now_ns);
    return Monitor::Retake(now_ns);
  }
  bool CollectionIsDue(int64_t) override { return due; }
  bool due = false;
};

// Spinning threads and idle P are counted once in a scan.
struct CountsOncePerScan : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void Lock(LockId lock) override {
    if (lock == LockId::kMonitor) counted = false;
    if (lock == LockId::kAllP && !counted) {
      counted = true;
      spinning = host_.SpinningThreads();
      idle = host_.IdleProcessors();
    }
    if (lock == LockId::kSched) counted = false;
    host_.Lock(lock);
  }
  void Unlock(LockId lock) override {
    if (lock == LockId::kMonitor) counted = false;
    host_.Unlock(lock);
  }
  int32_t SpinningThreads() override { return counted ? spinning : host_.SpinningThreads(); }
  int32_t IdleProcessors() override { return counted ? idle : host_.IdleProcessors(); }
  bool counted = false;
  int32_t spinning = 0;
  int32_t idle = 0;
};

#define BOTH_READINGS(Variant, name)                                \
  DerivedHost<Variant<Counts::kFirst>>(name "_twice_first_counts"), \
      DerivedHost<Variant<Counts::kLast>>(name "_twice_last_counts")

}  // namespace

std::vector<const proctor_implementation*> ReadingVariants() {
  return {
      BOTH_READINGS(StatusTwice, "status"),
      BOTH_READINGS(ScheduleTickTwice, "schedule_tick"),
      BOTH_READINGS(SyscallTickTwice, "syscall_tick"),
      BOTH_READINGS(LocalWorkTwice, "local_work"),
      BOTH_READINGS(SpinningTwice, "spinning"),
      BOTH_READINGS(IdleTwice, "idle"),
      BOTH_READINGS(ProcessorsTwice, "processors"),
      DerivedHost<CountTwice<Counts::kLast>>("count_twice"),
      BOTH_READINGS(LastPollTwice, "last_poll"),
      DerivedHost<PollerTwice<Counts::kLast>>("poller_twice"),
      BOTH_READINGS(ScavengerTwice, "scavenger"),
      BOTH_READINGS(CollectorTwice, "collector"),
      BOTH_READINGS(HelperTwice, "helper"),
      BOTH_READINGS(StopTwice, "stop"),
      BOTH_READINGS(TimerTwice, "timer"),
      BOTH_READINGS(ClockTwice, "clock"),
      DerivedImplementation<ReadsAllBeforeLocking>("reads_all_before_locking"),
      DerivedImplementation<ReadsAllAfterUnlocking>("reads_all_after_unlocking"),
      DerivedImplementation<ReadsAllBeforePolling>("reads_all_before_polling"),
      DerivedImplementation<ReadsAllAfterPolling>("reads_all_after_polling"),
      DerivedImplementation<ReadsAllAfterScanning>("reads_all_after_scanning"),
      DerivedImplementation<ReadsAllAtTheEnd>("reads_all_at_the_end"),
      DerivedImplementation<ReadsAllBeforeSleepingDeep>("reads_all_before_sleeping_deep"),
      DerivedImplementation<ReadsAllAtTheStart>("reads_all_at_the_start"),
      DerivedImplementation<ReadsLastPollAfterPolling>("reads_last_poll_after_polling"),
      DerivedImplementation<AsksForScavengerAfterScanning>("asks_for_scavenger_after_scanning"),
      DerivedImplementation<CountsBeforePolling>("counts_before_polling"),
      DerivedHost<ReadsTicksOfAll>("reads_ticks_of_all"),
      DerivedImplementation<CountsUnderSched>("counts_under_sched"),
      DerivedImplementation<WalksAgainAfterScanning>("walks_again_after_scanning"),
      DerivedImplementation<LooksAtCollectorEarly>("looks_at_collector_early"),
      DerivedHost<CountsOncePerScan>("counts_once_per_scan"),
  };
}

}  // namespace proctor
