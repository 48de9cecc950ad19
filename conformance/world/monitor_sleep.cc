#include "conformance/world/monitor_sleep.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// How late a sleeper can be.
constexpr int64_t kLateNs = 60'000;
// ... at the most, where that brings it near an edge; and how near that is.
constexpr int64_t kVeryLateNs = 2'000'000;
constexpr int64_t kNearNs = 1'000;
constexpr int64_t kWaitPieceNs = 10'000'000;

}  // namespace

void MonitorSleep::EndSleepless() {
  w_.Finish(WorldEnd::kNeverSleeps,
            fmt::format("{} calls of the port without a sleep", kCallsPerCycleMost));
}

// When a sleeper that wants to wake up then really runs.
int64_t MonitorSleep::LaterNs(int64_t time_ns) {
  time_ns += w_.choices.Between(0, kLateNs);
  if (!w_.choices.Chance(w_.setup.knobs.edge_permille)) return time_ns;
  const int64_t edge_ns = w_.edges.NextNs(time_ns + kNearNs);
  return edge_ns - time_ns <= kVeryLateNs ? edge_ns - w_.choices.Between(1, kNearNs) : time_ns;
}

int64_t MonitorSleep::NowNs() {
  w_.loop.Advance(w_.choices.Between(1, 80));
  if (w_.choices.Chance(w_.setup.knobs.edge_permille)) {
    // At it, or a nanosecond before or after it. Outside its duties it compares with timers only.
    const bool in_duties = w_.locks.HeldByMonitor(LockId::kMonitor);
    const int64_t edge_ns = in_duties ? w_.edges.NextNs(now_ns()) : w_.edges.NextTimerNs(now_ns());
    if (edge_ns - now_ns() <= kNearNs) w_.loop.AdvanceTo(edge_ns - 1 + w_.choices.Choose(3));
  }
  w_.edges.SeeNow(now_ns());
  Trace(EventKind::kNow, kMonitorM, kNobody, kNobody, now_ns());
  return now_ns();
}

bool MonitorSleep::MayNotSleep(const char* call) {
  const std::optional<LockId> lock = w_.locks.FirstHeldByMonitor();
  if (!lock) return false;
  Misuse(
      fmt::format("calls {} with the {} lock held", call, LockNames()[static_cast<size_t>(*lock)]));
  return true;
}

void MonitorSleep::FallAsleep() {
  calls_since_sleep_ = 0;
  w_.loop.set_monitor_awake(false);
}

bool MonitorSleep::SleepShallow(int64_t duration_ns) {
  if (MayNotSleep("sleep_ns")) return false;
  ++cycles_;
  Trace(EventKind::kShallowSleep, kMonitorM, kNobody, kNobody, duration_ns);
  FallAsleep();
  // A sleep of nothing still takes a moment, or the world would stand still.
  const int64_t slept_ns = std::clamp<int64_t>(duration_ns, 1'000, INT64_MAX / 4);
  w_.loop.RunUntil(LaterNs(now_ns() + slept_ns), false);
  w_.loop.set_monitor_awake(true);
  Trace(EventKind::kShallowWake, kMonitorM);
  return !ended();
}

bool MonitorSleep::SleepOnNote(int64_t timeout_ns) {
  if (MayNotSleep("sleep_on_note")) return false;
  Trace(EventKind::kDeepSleep, kMonitorM, kNobody, kNobody, timeout_ns);
  FallAsleep();
  const int64_t until_ns = now_ns() + std::clamp<int64_t>(timeout_ns, 1, INT64_MAX / 4);
  const bool pieces = w_.setup.knobs.interceptors && !Deviates(Deviation::kWaitUncut);
  while (!ended() && !w_.note.woken() && now_ns() < until_ns) {
    int64_t piece_ns = until_ns - now_ns();
    if (pieces) {
      piece_ns = std::min(piece_ns, kWaitPieceNs);
      Trace(EventKind::kWaitPiece, kMonitorM, kNobody, kNobody, piece_ns);
    }
    w_.loop.RunUntil(now_ns() + piece_ns, true);
    if (pieces && !w_.note.woken() && now_ns() < until_ns) Trace(EventKind::kYieldHook, kMonitorM);
  }
  // Its result is settled now; what happens until it runs again cannot change that.
  const bool woken = w_.note.woken();
  w_.loop.RunUntil(LaterNs(now_ns()), false);
  w_.loop.set_monitor_awake(true);
  Trace(EventKind::kDeepWake, kMonitorM, kNobody, kNobody,
        static_cast<int64_t>(woken ? WakeCause::kWoken : WakeCause::kTimeout));
  return woken;
}

void MonitorSleep::RelaxClock(bool relaxed) {
  Trace(EventKind::kRelax, kMonitorM, kNobody, kNobody, relaxed);
}

}  // namespace proctor
