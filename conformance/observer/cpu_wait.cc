#include "conformance/observer/cpu_wait.h"

#include <algorithm>

namespace proctor {
namespace {

constexpr int64_t kStallNsLeast = 2'000'000;

}  // namespace

std::optional<Event> CpuWait::Look(pid_t thread, int64_t now_ns) {
  const bool is_new = thread != thread_;
  if (is_new) {
    thread_ = thread;
    sched_stat_ = SchedStat(thread);
  }
  const int64_t since_ns = now_ns - looked_ns_;
  if (!is_new && since_ns < kStallNsLeast) return std::nullopt;
  const std::optional<SchedStat::Times> times = sched_stat_.Read();
  if (!times) return std::nullopt;
  const int64_t stalled_ns = std::min(times->waited_ns - waited_ns_, since_ns);
  looked_ns_ = now_ns;
  waited_ns_ = times->waited_ns;
  if (is_new || stalled_ns < kStallNsLeast) return std::nullopt;
  return MakeEvent(now_ns, EventKind::kStall, {{Arg::kDurationNs, stalled_ns}});
}

}  // namespace proctor
