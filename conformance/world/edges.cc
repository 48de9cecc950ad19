#include "conformance/world/edges.h"

#include <algorithm>
#include <cstddef>

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

constexpr int64_t kRefreshNs = 1'000'000'000;

}  // namespace

void Edges::Remember(int32_t p, Sighting Sightings::* kind, uint32_t tick) {
  const auto index = static_cast<size_t>(p);
  if (index >= sightings_.size()) sightings_.resize(index + 1);
  Sighting& seen = sightings_[index].*kind;
  if (seen.since_ns == 0 || seen.tick != tick) seen = {.tick = tick, .since_ns = now_seen_ns_};
}

int64_t Edges::NextTimerNs(int64_t from_ns) const {
  const int64_t timer_ns = w_.timers.EarliestNs();
  return timer_ns >= from_ns ? timer_ns : kNoTimer;
}

int64_t Edges::NextNs(int64_t from_ns) const {
  const Tunables& tunables = w_.setup.tunables;
  int64_t edge_ns = NextTimerNs(from_ns);
  const auto consider = [&](int64_t since_ns, int64_t age_ns) {
    if (since_ns == 0) return;
    const int64_t other_ns = since_ns + age_ns;
    if (other_ns >= from_ns) edge_ns = std::min(edge_ns, other_ns);
  };
  consider(w_.poller.last_poll_ns(), tunables.poll_stale_ns);
  consider(w_.collector.last_end_ns(), tunables.forcegc_period_ns);
  consider(trace_line_ns_, tunables.sched_trace_ms * 1'000'000);
  consider(refresh_ns_, kRefreshNs);
  for (const Sightings& each : sightings_) {
    consider(each.schedule.since_ns, tunables.slice_ns);
    consider(each.syscall.since_ns, tunables.syscall_cap_ns);
  }
  return edge_ns;
}

}  // namespace proctor
