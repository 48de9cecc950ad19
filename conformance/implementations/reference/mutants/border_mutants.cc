// Mutants at the borders: a comparison that is off by one, a counter or a time too narrow.

#include <algorithm>
#include <cstdint>

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/noting_monitor.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::CollectorState;
using runtime::Constants;
using runtime::Monitor;
using enum ClauseId;

template <typename Narrow>
struct ScheduleTickOfWidth : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  uint32_t ScheduleTickOf(int32_t processor) override {
    return static_cast<Narrow>(host_.ScheduleTickOf(processor));
  }
};

template <typename Narrow>
struct SyscallTickOfWidth : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  uint32_t SyscallTickOf(int32_t processor) override {
    return static_cast<Narrow>(host_.SyscallTickOf(processor));
  }
};

template <typename Narrow>
struct IdleOfWidth : Monitor {
  using Monitor::Monitor;
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken);
    idle_ = static_cast<Narrow>(idle_);
  }
};

struct CapsDoubledOnly : Monitor {
  using Monitor::Monitor;
  int64_t NextDelayNs() override {
    if (idle_ == 0) return delay_ns_ = constants_.shallow_min_ns;
    if (idle_ > constants_.flat_cycles) {
      delay_ns_ = std::min(2 * delay_ns_, constants_.shallow_max_ns);
    }
    return delay_ns_;
  }
};

struct TakenOf8Bits : Monitor {
  using Monitor::Monitor;
  void CountIdle(int32_t taken) override { Monitor::CountIdle(static_cast<int8_t>(taken)); }
};

struct OneTakenOfMany : Monitor {
  using Monitor::Monitor;
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken == 1 && host_.Processors() > 8 ? 0 : taken);
  }
};

struct SliceOf32Bits : Monitor {
  using Monitor::Monitor;
  bool PreemptIfExpired(int32_t processor, int64_t now_ns) override {
    Sighting& seen = StampOf(processor).schedule;
    const uint32_t tick = host_.ScheduleTickOf(processor);
    if (!seen.Is(tick)) {
      seen = {.tick = tick, .since_ns = now_ns};
      return false;
    }
    const auto elapsed_ns = static_cast<uint32_t>(now_ns - seen.since_ns);
    if (elapsed_ns < constants_.slice_ns) return false;
    host_.RequestPreemption(processor);
    return true;
  }
};

struct CapOf32Bits : Monitor {
  using Monitor::Monitor;
  bool LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) override {
    Sighting& seen = StampOf(processor).syscall;
    const uint32_t tick = host_.SyscallTickOf(processor);
    if (!expired && !seen.Is(tick)) {
      seen = {.tick = tick, .since_ns = now_ns};
      return true;
    }
    const auto elapsed_ns = static_cast<uint32_t>(now_ns - seen.since_ns);
    return !host_.HasLocalWork(processor) && host_.SpinningThreads() + host_.IdleProcessors() > 0 &&
           elapsed_ns < constants_.syscall_cap_ns;
  }
};

struct PeriodOf32Bits : Monitor {
  using Monitor::Monitor;
  bool CollectionIsDue(int64_t now_ns) override {
    const CollectorState collector = host_.Collector();
    return collector.enabled && !collector.dying && !collector.collecting &&
           collector.percent >= 0 && collector.last_end_ns != 0 &&
           static_cast<uint32_t>(now_ns - collector.last_end_ns) > constants_.forcegc_period_ns;
  }
};

struct TraceWithLastTime : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void PrintTrace(int64_t now_ns) override {
    host_.PrintTrace(last_ns != 0 ? last_ns : now_ns);
    last_ns = now_ns;
  }
  int64_t last_ns = 0;
};

struct CountsOf8Bits : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  int32_t IdleProcessors() override { return static_cast<uint8_t>(host_.IdleProcessors()); }
  int32_t Processors() override { return static_cast<uint8_t>(host_.Processors()); }
};

struct ReadyOf8Bits : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  runtime::ReadyList Poll(int64_t timeout_ns) override {
    runtime::ReadyList ready = host_.Poll(timeout_ns);
    if (static_cast<uint8_t>(ready.count) == 0) ready.count = 0;
    return ready;
  }
};

struct WaitersOf8Bits : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void AdjustWaiters(int32_t delta) override { host_.AdjustWaiters(static_cast<int8_t>(delta)); }
};

struct AsksTheFirst64 : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void RequestPreemption(int32_t processor) override {
    if (processor < 64) host_.RequestPreemption(processor);
  }
};

// The tick of a system call that is the last one stays where it is.
struct BumpsNoLastTick : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  void BumpSyscallTick(int32_t processor) override {
    if (host_.SyscallTickOf(processor) != UINT32_MAX) host_.BumpSyscallTick(processor);
  }
};

struct RefreshOf32Bits : Monitor {
  using Monitor::Monitor;
  void RefreshProcessors(int64_t now_ns) override {
    if (constants_.refresh_procs_ns == 0) return;
    if (ever && static_cast<uint32_t>(now_ns - last_ns) < constants_.refresh_procs_ns) return;
    host_.RefreshProcessors();
    ever = true;
    last_ns = now_ns;
  }
  bool ever = false;
  int64_t last_ns = 0;
};

struct RefreshNotWhenTook : Monitor {
  using Monitor::Monitor;
  void RefreshProcessors(int64_t now_ns) override { duties_now_ns = now_ns; }
  void CountIdle(int32_t taken) override {
    if (taken == 0) Monitor::RefreshProcessors(duties_now_ns);
    Monitor::CountIdle(taken);
  }
  int64_t duties_now_ns = 0;
};

constexpr int64_t kSecondNs = 1'000'000'000;

constexpr MonitorMutant kMutants[] = {
    {.name = "slice_at_the_edge",
     .clause = kSLICE_3,
     .text = "no request is made when the slice is over to the nanosecond",
     .run = RunWith<[](Constants& c) { ++c.slice_ns; }>},
    {.name = "slice_before_the_edge",
     .clause = kSLICE_3,
     .text = "a request is made one nanosecond before the slice is over",
     .run = RunWith<[](Constants& c) { --c.slice_ns; }>},
    {.name = "cap_at_the_edge",
     .clause = kSYS_3,
     .text = "a system call that has lasted syscall_cap to the nanosecond keeps its P",
     .run = RunWith<[](Constants& c) { ++c.syscall_cap_ns; }>},
    {.name = "cap_before_the_edge",
     .clause = kSYS_2,
     .text = "a P is taken one nanosecond before its system call has lasted syscall_cap",
     .run = RunWith<[](Constants& c) { --c.syscall_cap_ns; }>},
    {.name = "relax_at_the_edge",
     .clause = kDEEP_5,
     .text = "the clock is not relaxed for a sleep of exactly relax_min",
     .run = RunWith<[](Constants& c) { ++c.relax_min_ns; }>},
    {.name = "polls_when_longer_stale",
     .clause = kPOLL_1,
     .text = "it does not poll when the last poll is one nanosecond older than poll_stale",
     .run = RunWith<[](Constants& c) { ++c.poll_stale_ns; }>},
    {.name = "percent_of_zero",
     .clause = kGC_1,
     .text = "no collection is forced when the percentage is 0",
     .run = RunBehind<CollectorSeen<[](CollectorState& state, const Constants&) {
       if (state.percent == 0) state.percent = -1;
     }>>},
    {.name = "trace_interval_of_a_second_at_most",
     .clause = kTRC_1,
     .text = "the scheduler trace is printed every second although the interval is longer",
     .run = RunWith<[](Constants& c) {
       c.trace_interval_ns = std::min(c.trace_interval_ns, kSecondNs);
     }>},
    {.name = "trace_with_last_time",
     .clause = kTRC_1,
     .text = "the scheduler trace is printed with the time of the line before",
     .run = RunBehind<TraceWithLastTime>},
    {.name = "schedule_tick_of_8_bits",
     .clause = kSLICE_6,
     .text = "8 bits of a schedule tick are kept",
     .run = RunBehind<ScheduleTickOfWidth<uint8_t>>},
    {.name = "schedule_tick_of_16_bits",
     .clause = kSLICE_6,
     .text = "16 bits of a schedule tick are kept",
     .run = RunBehind<ScheduleTickOfWidth<uint16_t>>},
    {.name = "syscall_tick_of_8_bits",
     .clause = kSLICE_6,
     .text = "8 bits of a system-call tick are kept",
     .run = RunBehind<SyscallTickOfWidth<uint8_t>>},
    {.name = "syscall_tick_of_16_bits",
     .clause = kSLICE_6,
     .text = "16 bits of a system-call tick are kept",
     .run = RunBehind<SyscallTickOfWidth<uint16_t>>},
    {.name = "idle_of_16_bits",
     .clause = kCAD_2,
     .text = "idle cycles are counted in 16 bits",
     .run = Run<IdleOfWidth<uint16_t>>},
    {.name = "idle_of_8_bits",
     .clause = kCAD_2,
     .text = "idle cycles are counted in 8 bits",
     .run = Run<IdleOfWidth<uint8_t>>},
    {.name = "caps_doubled_only",
     .clause = kCAD_2,
     .text = "only a doubled sleep is capped, not the shortest one",
     .run = Run<CapsDoubledOnly>},
    {.name = "taken_of_8_bits",
     .clause = kSYS_11,
     .text = "taken P are counted in 8 bits, and 256 of them are none",
     .run = Run<TakenOf8Bits>},
    {.name = "one_taken_of_many",
     .clause = kSYS_11,
     .text = "one P taken does not count where there are more than eight",
     .run = Run<OneTakenOfMany>},
    {.name = "counts_of_8_bits",
     .clause = kDEEP_1,
     .text = "P are counted in 8 bits: with 256 of them busy all seem idle",
     .run = RunBehind<CountsOf8Bits>},
    {.name = "ready_of_8_bits",
     .clause = kPOLL_4,
     .text = "ready tasks are counted in 8 bits, and 256 of them are none",
     .run = RunBehind<ReadyOf8Bits>},
    {.name = "waiters_of_8_bits",
     .clause = kPOLL_5,
     .text = "the count of waiters is adjusted by 8 bits of the number",
     .profile = kGo1_22,
     .run = RunBehind<WaitersOf8Bits>},
    {.name = "asks_the_first_64",
     .clause = kSLICE_3,
     .text = "only the first 64 P are asked to preempt",
     .run = RunBehind<AsksTheFirst64>},
    {.name = "bumps_no_last_tick",
     .clause = kVER_3,
     .text = "the winner does not move a tick that would wrap",
     .profile = kGo1_26,
     .run = RunBehind<BumpsNoLastTick>},
    {.name = "refresh_of_32_bits",
     .clause = kVER_2,
     .text = "the time since the last look at the machine is kept in 32 bits of nanoseconds",
     .profile = kGo1_25,
     .run = Run<RefreshOf32Bits>},
    {.name = "refresh_not_when_took",
     .clause = kVER_2,
     .text = "CPU affinity and limits are not read in a cycle that takes a P",
     .profile = kGo1_25,
     .run = Run<RefreshNotWhenTook>},
    {.name = "sleep_of_32_bits",
     .clause = kCAD_2,
     .text = "a shallow sleep is cut at 2^31 ns",
     .run = RunWith<[](Constants& c) {
       c.shallow_max_ns = std::min<int64_t>(c.shallow_max_ns, INT32_MAX);
     }>},
    {.name = "trace_interval_of_32_bits",
     .clause = kTRC_1,
     .text = "the interval of the scheduler trace is cut at 2^31 ns",
     .run = RunWith<[](Constants& c) {
       c.trace_interval_ns = std::min<int64_t>(c.trace_interval_ns, INT32_MAX);
     }>},
    {.name = "percent_of_16_bits",
     .clause = kGC_1,
     .text = "the collector's percentage is kept in 16 bits",
     .run = RunBehind<CollectorSeen<[](CollectorState& state, const Constants&) {
       state.percent = static_cast<int16_t>(state.percent);
     }>>},
    {.name = "slice_of_32_bits",
     .clause = kSLICE_6,
     .text = "the time that a slice has lasted is kept in 32 bits of nanoseconds",
     .run = Run<SliceOf32Bits>},
    {.name = "cap_of_32_bits",
     .clause = kSYS_3,
     .text = "the time that a system call has lasted is kept in 32 bits of nanoseconds",
     .run = Run<CapOf32Bits>},
    {.name = "period_of_32_bits",
     .clause = kGC_1,
     .text = "the time since the last collection is kept in 32 bits of nanoseconds",
     .run = Run<PeriodOf32Bits>},
};

}  // namespace

std::span<const MonitorMutant> AtBorders() { return kMutants; }

}  // namespace proctor::mutants
