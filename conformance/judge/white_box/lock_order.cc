#include "conformance/judge/white_box/lock_order.h"

#include <fmt/core.h>

#include <array>

namespace proctor::white_box {
namespace {

constexpr size_t kLowThreads = 1'024;
constexpr size_t kThreadsMost = 16'384;

// Which locks must not be held when one is taken, as bits: itself and those after it. Monitor, then
// scavenger and forced-GC in any order, then sched, all-G, all-P, timers.
constexpr auto kNotBefore = [] {
  const auto rank = [](size_t lock) {
    return lock == static_cast<size_t>(LockId::kForcedGc) ? static_cast<size_t>(LockId::kScavenger)
                                                          : lock;
  };
  std::array<uint32_t, kLocks> masks{};
  for (size_t lock = 0; lock < kLocks; ++lock) {
    for (size_t other = 0; other < kLocks; ++other) {
      if (rank(other) >= rank(lock)) masks[lock] |= 1u << other;
    }
  }
  return masks;
}();

}  // namespace

using enum ClauseId;

LockOrderJudge::LockOrderJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kCYC_4},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kPreemptRequest}) {}

void LockOrderJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kPreemptRequest) {
    if (!state_.ByMonitor(event)) return;
    Expect(state_.MonitorHolds(LockId::kAllP), kCYC_4,
           "the scan asked for preemption without the all-P lock", {event});
    return;
  }
  if (event.kind != EventKind::kLock && event.kind != EventKind::kUnlock) return;
  uint32_t& held = HeldBy(event.m);
  const auto lock = static_cast<size_t>(event.Get(Arg::kLock));
  if (event.kind == EventKind::kUnlock) {
    held &= ~(1u << lock);
    return;
  }
  if ((held & kNotBefore[lock]) != 0) {
    Violate(kCYC_4,
            fmt::format("{} was taken with a lock held that comes after it", LockNames()[lock]),
            {event});
  } else if (held != 0) {
    Trigger(kCYC_4);
  }
  held |= 1u << lock;
}

uint32_t& LockOrderJudge::HeldByNew(int32_t m) {
  const auto thread = static_cast<size_t>(m);
  if (thread < kLowThreads) {
    held_.resize(thread + 1);
    return held_[thread];
  }
  if (held_by_others_.size() >= kThreadsMost) held_by_others_.clear();
  return held_by_others_[m];
}

}  // namespace proctor::white_box
