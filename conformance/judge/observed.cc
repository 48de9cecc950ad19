#include "conformance/judge/observed.h"

#include "conformance/judge/blocked_alone.h"
#include "conformance/judge/cadence.h"
#include "conformance/judge/identity.h"
#include "conformance/judge/observed_deep_sleep.h"
#include "conformance/judge/observed_poll.h"
#include "conformance/judge/observed_preemption.h"
#include "conformance/judge/observed_retake.h"
#include "conformance/judge/observed_slice.h"
#include "conformance/judge/periodic.h"
#include "conformance/judge/requeued.h"
#include "conformance/judge/sleep.h"

namespace proctor {

void AddObservedJudges(const Header& header, std::vector<std::unique_ptr<Judge>>& judges) {
  const auto emits = [&](EventKind kind) { return header.emits[static_cast<size_t>(kind)]; };
  if (emits(EventKind::kMonitorStart)) {
    judges.push_back(std::make_unique<IdentityJudge>(kO, header));
  }
  if (emits(EventKind::kShallowSleep)) {
    judges.push_back(std::make_unique<CadenceJudge>(kO, header));
    judges.push_back(std::make_unique<SleepJudge>(kO, header));
    judges.push_back(std::make_unique<BlockedAloneJudge>(kO, header));
    judges.push_back(std::make_unique<ObservedDeepSleepJudge>(header));
    judges.push_back(std::make_unique<ObservedRetakeJudge>(header));
    judges.push_back(std::make_unique<ObservedSliceJudge>(header));
  }
  if (emits(EventKind::kPoll)) judges.push_back(std::make_unique<ObservedPollJudge>(kO, header));
  if (emits(EventKind::kPreemptSignal)) {
    judges.push_back(std::make_unique<ObservedPreemptionJudge>(kO, header));
    judges.push_back(std::make_unique<RequeuedJudge>(header));
  }
  if (emits(EventKind::kTraceLine)) {
    const int64_t period_ns = header.in_force.sched_trace_ms * 1'000'000;
    const bool asked = header.asked.sched_trace_ms > 0;
    judges.push_back(std::make_unique<PeriodicJudge>(
        kO, header,
        PeriodicJudge::Duty{
            ClauseId::kTRC_1, EventKind::kTraceLine, period_ns,
            asked ? PeriodicJudge::Level::kMust : PeriodicJudge::Level::kMustIfShown,
            "a line of the scheduler trace"}));
  }
  if (emits(EventKind::kAffinityRead) && FollowsProcessors(header.profile)) {
    constexpr int64_t kPeriodNs = 1'000'000'000;
    // Where nobody fixes the number of P, from the first time on.
    const bool follows =
        header.asked.procs == 0 && header.in_force.procs > 0 && header.in_force.procs_refresh != 0;
    judges.push_back(std::make_unique<PeriodicJudge>(
        kO, header,
        PeriodicJudge::Duty{ClauseId::kVER_2, EventKind::kAffinityRead, kPeriodNs,
                            follows ? PeriodicJudge::Level::kMustAgain : PeriodicJudge::Level::kMay,
                            "the CPU affinity was read"}));
  }
}

}  // namespace proctor
