#include "conformance/judge/white_box/processor_refresh.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

constexpr int64_t kPeriodNs = 1'000'000'000;

}  // namespace

using enum ClauseId;

ProcessorRefreshJudge::ProcessorRefreshJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kVER_2},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kAffinityRead}),
      follows_(FollowsProcessors(header.profile) && header.asked.procs == 0 &&
               header.in_force.procs_refresh != 0) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

void ProcessorRefreshJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      refreshed_ = false;
      break;
    case EventKind::kAffinityRead:
      OnRefresh(event);
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    default:
      break;
  }
}

void ProcessorRefreshJudge::OnRefresh(const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  const int64_t since_ns = now_ns - last_ns_;
  const bool early = refreshed_ || (ever_ && since_ns < kPeriodNs);
  Expect(follows_ && !early, kVER_2,
         !follows_ ? std::string("the processors were refreshed although their number is fixed")
                   : fmt::format("the processors were refreshed {} ns after the last time",
                                 refreshed_ ? 0 : since_ns),
         {event});
  refreshed_ = ever_ = true;
  last_ns_ = now_ns;
}

void ProcessorRefreshJudge::OnEnd(const Event& event) {
  if (!follows_) return;
  const int64_t now_ns = state_.duties_now_ns();
  if (last_ns_ < 0) last_ns_ = now_ns;
  if (refreshed_ || now_ns - last_ns_ <= kPeriodNs) return;
  Violate(kVER_2,
          fmt::format("the processors were last refreshed {} ns ago; a second is the longest",
                      now_ns - last_ns_),
          {event});
  last_ns_ = now_ns;
}

}  // namespace proctor::white_box
