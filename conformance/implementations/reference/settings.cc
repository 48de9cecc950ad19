#include "conformance/implementations/reference/settings.h"

#include <nlohmann/json.hpp>

#include "conformance/adapter/protocol.h"
#include "conformance/evidence/event.h"
#include "conformance/implementations/reference/translation.h"
#include "conformance/scenario/scenario.h"
#include "runtime/arch/preempt.h"

namespace proctor::reference {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVersion = "1";
constexpr int64_t kNsPerMs = 1'000'000;
// Go 1.25 and later look at the machine at most so often.
constexpr int64_t kRefreshNs = 1'000'000'000;

Json InForceJson(const Tunables& asked, const runtime::Options& options) {
  Tunables now = asked;
  now.procs = options.procs;
  now.sched_trace_ms = options.monitor.trace_interval_ns / kNsPerMs;
  if (!runtime::kAsyncPreemption) now.asynchronous_preemption = 0;
  const Tunables defaults;
  Json json = Json::object();
  for (const TunableField& field : TunableFields()) {
    if (now.*field.member != defaults.*field.member)
      json[std::string(field.name)] = now.*field.member;
  }
  return json;
}

}  // namespace

runtime::Options ToOptions(const Tunables& tunables, Profile profile) {
  runtime::Options options;
  options.procs = static_cast<int32_t>(tunables.procs);
  options.asynchronous_preemption = tunables.asynchronous_preemption != 0;
  options.monitor = {
      .shallow_min_ns = tunables.shallow_min_ns,
      .shallow_max_ns = tunables.shallow_max_ns,
      .flat_cycles = tunables.flat_cycles,
      .poll_stale_ns = tunables.poll_stale_ns,
      .slice_ns = tunables.slice_ns,
      .syscall_cap_ns = tunables.syscall_cap_ns,
      .forcegc_period_ns = tunables.forcegc_period_ns,
      .relax_min_ns = tunables.relax_min_ns,
      .trace_interval_ns = tunables.sched_trace_ms * kNsPerMs,
      .adjust_waiters = AdjustsWaiters(profile),
      .refresh_procs_ns =
          FollowsProcessors(profile) && tunables.procs_refresh != 0 ? kRefreshNs : 0,
      .take_by_task_lock = TakesByTaskLock(profile),
      .rescue_timers = RescuesTimers(profile),
  };
  return options;
}

std::string InForce(const Tunables& asked, const runtime::Options& options) {
  return InForceJson(asked, options).dump();
}

std::string Handshake(const runtime::Options& options) {
  Json json = {{"schema", kAdapterSchema},
               {"name", "reference"},
               {"version", kVersion},
               {"operations", Json::array()},
               {"settable", Json::array()},
               {"stamps", Json::array()},
               {"emits", Json::array()},
               {"monitor", {{"thread", "monitor"}}},
               {"environment", {"RUNTIME_DEBUG"}},
               {"preemption", runtime::kAsyncPreemption ? "signal" : "safepoint"},
               {"in_force", InForceJson({}, options)}};
  for (const std::string_view name : OpNames()) json["operations"].push_back(name);
  for (const std::string_view name : StampsNames()) json["stamps"].push_back(name);
  for (const TunableField& field : TunableFields()) json["settable"].push_back(field.name);
  for (const EventKind kind : Translation::Emits()) json["emits"].push_back(EventKindName(kind));
  return json.dump();
}

}  // namespace proctor::reference
