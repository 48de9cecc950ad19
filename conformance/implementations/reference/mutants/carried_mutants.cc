// Mutants that keep from one cycle, or from one of its duties, to the next what they should not, or
// begin it anew.

#include <cstdint>

#include "conformance/implementations/reference/mutants/groups.h"
#include "conformance/implementations/reference/mutants/pass_through_host.h"

namespace proctor::mutants {
namespace {

using runtime::Monitor;
using enum ClauseId;

struct IdleResetByResize : Monitor {
  using Monitor::Monitor;
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken);
    const int32_t processors = host_.Processors();
    if (processors != before && delay_ns_ > constants_.shallow_min_ns) idle_ = 0;
    before = processors;
  }
  int32_t before = 0;
};

struct IdleResetByRefresh : Monitor {
  using Monitor::Monitor;
  void RefreshProcessors(int64_t now_ns) override {
    const int64_t next_ns = next_refresh_ns_;
    Monitor::RefreshProcessors(now_ns);
    refreshed = next_refresh_ns_ != next_ns;
  }
  void CountIdle(int32_t taken) override {
    Monitor::CountIdle(taken);
    if (refreshed) idle_ = 0;
  }
  bool refreshed = false;
};

// The helper may have found that nothing was due.
struct PeriodFromOwnRequest : Monitor {
  using Monitor::Monitor;
  bool CollectionIsDue(int64_t now_ns) override {
    return Monitor::CollectionIsDue(now_ns) && now_ns - asked_ns > constants_.forcegc_period_ns;
  }
  void ForceCollection(int64_t now_ns) override {
    const bool asks = host_.HelperIdle() && CollectionIsDue(now_ns);
    Monitor::ForceCollection(now_ns);
    if (asks) asked_ns = now_ns;
  }
  int64_t asked_ns = 0;
};

struct ScheduleTickForCalls : PassThroughHost {
  using PassThroughHost::PassThroughHost;
  uint32_t SyscallTickOf(int32_t processor) override { return host_.ScheduleTickOf(processor); }
};

struct NoForceAfterLostTake : Monitor {
  using Monitor::Monitor;
  bool TakeBySwap(int32_t processor) override {
    const bool won = Monitor::TakeBySwap(processor);
    lost_ = lost_ || !won;
    return won;
  }
  int32_t Retake(int64_t now_ns) override {
    lost_ = false;
    return Monitor::Retake(now_ns);
  }
  void ForceCollection(int64_t now_ns) override {
    if (!lost_) Monitor::ForceCollection(now_ns);
  }
  bool lost_ = false;
};

constexpr MonitorMutant kMutants[] = {
    {.name = "no_force_after_lost_take",
     .clause = kGC_1,
     .text = "no collection is forced in a cycle that lost a P to its returning thread",
     .run = Run<NoForceAfterLostTake>},
    {.name = "idle_reset_by_resize",
     .clause = kCAD_6,
     .text = "another number of P resets the cadence",
     .run = Run<IdleResetByResize>},
    {.name = "idle_reset_by_refresh",
     .clause = kCAD_6,
     .text = "a look at the machine resets the cadence",
     .profile = kGo1_25,
     .run = Run<IdleResetByRefresh>},
    {.name = "period_from_own_request",
     .clause = kGC_1,
     .text = "a period has to pass since it last asked the helper, too",
     .run = Run<PeriodFromOwnRequest>},
    {.name = "schedule_tick_for_calls",
     .clause = kSYS_1,
     .text = "a system call is taken for another one when the schedule tick moves, and only then",
     .run = RunBehind<ScheduleTickForCalls>},
};

}  // namespace

std::span<const MonitorMutant> Carried() { return kMutants; }

}  // namespace proctor::mutants
