#include "conformance/implementations/reference/ported_host.h"

#include <cstddef>
#include <iterator>
#include <string_view>
#include <type_traits>

namespace proctor {
namespace {

using runtime::LockId;
using runtime::ProcessorStatus;

// The two sides number locks and statuses alike, so that a cast translates.
static_assert(static_cast<int>(LockId::kMonitor) == PROCTOR_LOCK_MONITOR);
static_assert(static_cast<int>(LockId::kScavenger) == PROCTOR_LOCK_SCAVENGER);
static_assert(static_cast<int>(LockId::kForcedGc) == PROCTOR_LOCK_FORCED_GC);
static_assert(static_cast<int>(LockId::kSched) == PROCTOR_LOCK_SCHED);
static_assert(static_cast<int>(LockId::kAllTasks) == PROCTOR_LOCK_ALL_TASKS);
static_assert(static_cast<int>(LockId::kAllP) == PROCTOR_LOCK_ALL_P);
static_assert(static_cast<int>(LockId::kTimers) == PROCTOR_LOCK_TIMERS);
static_assert(static_cast<int>(ProcessorStatus::kNone) == PROCTOR_P_NONE);
static_assert(static_cast<int>(ProcessorStatus::kIdle) == PROCTOR_P_IDLE);
static_assert(static_cast<int>(ProcessorStatus::kRunning) == PROCTOR_P_RUNNING);
static_assert(static_cast<int>(ProcessorStatus::kSyscall) == PROCTOR_P_SYSCALL);
static_assert(static_cast<int>(ProcessorStatus::kStopped) == PROCTOR_P_STOPPED);
static_assert(static_cast<int>(ProcessorStatus::kDead) == PROCTOR_P_DEAD);

// Both tables have the same calls in the same order.
constexpr std::string_view kPortCalls[] = {
#define CALL(name, ...) #name,
#include "conformance/port/calls.def"
#undef CALL
};
constexpr std::string_view kHostCalls[] = {
#define HOST_CALL(Name, name, ...) #name,
#include "runtime/sysmon/host_calls.def"
#undef HOST_CALL
};
static_assert(std::size(kPortCalls) == std::size(kHostCalls));
static_assert([] {
  for (size_t i = 0; i < std::size(kPortCalls); ++i) {
    if (kPortCalls[i] != kHostCalls[i]) return false;
  }
  return true;
}());

// An argument as the port wants it.
int64_t ToPort(int64_t value) { return value; }
int32_t ToPort(int32_t value) { return value; }
int ToPort(bool value) { return value ? 1 : 0; }
int32_t ToPort(LockId lock) { return static_cast<int32_t>(lock); }

// Points to a list that lives as long as the call.
struct PortReadyList {
  operator const proctor_ready_list*() const { return &list; }  // NOLINT
  proctor_ready_list list;
};
PortReadyList ToPort(const runtime::ReadyList& ready) {
  return {{ready.tasks, ready.count, ready.waiters_delta}};
}

// What the port leaves where a pointer says.
runtime::ReadyList ToRuntime(const proctor_ready_list& ready) {
  return {.tasks = ready.tasks, .count = ready.count, .waiters_delta = ready.waiters_delta};
}
runtime::CollectorState ToRuntime(const proctor_collector& state) {
  return {.enabled = state.enabled != 0,
          .dying = state.dying != 0,
          .collecting = state.collecting != 0,
          .percent = state.percent,
          .last_end_ns = state.last_end_ns};
}

template <typename Out, typename Function, typename... Arguments>
auto CallFor(Function* function, void* self, const Arguments&... arguments) {
  Out out = {};
  function(self, arguments..., &out);
  return ToRuntime(out);
}

// One call of the port as one of the runtime's host. `kZeroIsTrue`: the port's 0 is a yes.
template <typename Result, bool kZeroIsTrue, typename Function>
class Caller {
 public:
  Caller(void* self, Function* function) : self_(self), function_(function) {}

  template <typename... Arguments>
  Result operator()(const Arguments&... arguments) const {
    if constexpr (std::is_same_v<Result, runtime::ReadyList>) {
      return CallFor<proctor_ready_list>(function_, self_, arguments...);
    } else if constexpr (std::is_same_v<Result, runtime::CollectorState>) {
      return CallFor<proctor_collector>(function_, self_);
    } else if constexpr (std::is_void_v<Result>) {
      function_(self_, ToPort(arguments)...);
    } else if constexpr (std::is_same_v<Result, bool>) {
      return (function_(self_, ToPort(arguments)...) == 0) == kZeroIsTrue;
    } else {
      return static_cast<Result>(function_(self_, ToPort(arguments)...));
    }
  }

 private:
  void* const self_;
  Function* const function_;
};

template <typename Result, bool kZeroIsTrue, typename Function>
Caller<Result, kZeroIsTrue, Function> CallerOf(void* self, Function* function) {
  return {self, function};
}

// sleep_ns says whether the run is over, the runtime's Sleep whether it goes on.
constexpr bool ZeroIsTrue(std::string_view name) { return name == "sleep_ns"; }

}  // namespace

#define HOST_CALL(Name, name, result, parameters, arguments)                      \
  result PortedHost::Name parameters {                                            \
    return CallerOf<result, ZeroIsTrue(#name)>(host_.self, host_.name) arguments; \
  }
#include "runtime/sysmon/host_calls.def"
#undef HOST_CALL

runtime::Constants FromPort(const proctor_constants& constants) {
  return {.shallow_min_ns = constants.shallow_min_ns,
          .shallow_max_ns = constants.shallow_max_ns,
          .flat_cycles = constants.flat_cycles,
          .poll_stale_ns = constants.poll_stale_ns,
          .slice_ns = constants.slice_ns,
          .syscall_cap_ns = constants.syscall_cap_ns,
          .forcegc_period_ns = constants.forcegc_period_ns,
          .relax_min_ns = constants.relax_min_ns,
          .trace_interval_ns = constants.trace_interval_ns,
          .adjust_waiters = constants.adjust_waiters != 0,
          .refresh_procs_ns = constants.refresh_procs_ns,
          .take_by_task_lock = constants.take_by_task_lock != 0,
          .rescue_timers = constants.rescue_timers != 0};
}

}  // namespace proctor
