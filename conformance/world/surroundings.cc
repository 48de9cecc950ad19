#include "conformance/world/surroundings.h"

#include <algorithm>
#include <iterator>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

// What happens from time to time happens at most N times, however long a world lasts: in a month of
// idleness nothing else would end the run.
constexpr int64_t kRepeatsMost = 1'000'000;

void Surroundings::Again(Actor actor, int64_t every_ns) {
  const int64_t least_ns = w_.setup.scenario.budget_ms * 1'000'000 / kRepeatsMost;
  w_.loop.Later(actor, About(std::max(every_ns, least_ns)));
}

void Surroundings::Start() {
  const Knobs& knobs = w_.setup.knobs;
  w_.loop.Later(Actor::kBudgetEnd, w_.setup.scenario.budget_ms * 1'000'000);
  const auto now_and_then = [&](Actor actor, int64_t every_ns) {
    if (every_ns > 0) Again(actor, every_ns);
  };
  const auto once = [&](Actor actor, int64_t at_ns) {
    if (at_ns > 0) w_.loop.Later(actor, About(at_ns));
  };
  now_and_then(Actor::kResize, knobs.resize_every_ns);
  now_and_then(Actor::kStop, knobs.stop_every_ns);
  now_and_then(Actor::kHoldMonitorLock, knobs.hold_monitor_every_ns);
  now_and_then(Actor::kTraceWork, knobs.trace_work_every_ns);
  now_and_then(Actor::kSafePoint, knobs.safe_point_every_ns);
  now_and_then(Actor::kAskScavenger, knobs.ask_scavenger_every_ns);
  now_and_then(Actor::kChangePercent, knobs.change_percent_every_ns);
  once(Actor::kDying, knobs.dies_at_ns);
  once(Actor::kCollectorUp, knobs.collector_up_at_ns);
  const std::vector<Outside>& outside = w_.setup.scenario.outside;
  for (size_t i = 0; i < outside.size(); ++i) {
    outside_left_.push_back(outside[i].times);
    w_.loop.At(w_.loop.start_ns() + outside[i].at_ns, kFirstOutside - static_cast<int32_t>(i));
  }
}

int64_t Surroundings::About(int64_t duration_ns) {
  return w_.choices.Between(duration_ns / 2, duration_ns * 3 / 2);
}

void Surroundings::ReadTrace(int32_t m) {
  if (trace_work_) TraceWrite(m, Variable::kTraceWork, trace_work_ = false);
}

void Surroundings::Act(Actor actor) {
  switch (actor) {
    case Actor::kBudgetEnd:
      return w_.Finish(WorldEnd::kBudget, "");
    case Actor::kResize:
      if (w_.own_tasks.Waits(Role::kResizer)) {
        const auto most = static_cast<uint32_t>(w_.setup.knobs.resize_most);
        w_.resize.set_target(1 + static_cast<int32_t>(w_.choices.Choose(most)));
        w_.own_tasks.StartWaiter(Role::kResizer);
      }
      return Again(actor, w_.setup.knobs.resize_every_ns);
    case Actor::kStop:
      w_.own_tasks.StartWaiter(Role::kStopper);
      return Again(actor, w_.setup.knobs.stop_every_ns);
    case Actor::kHoldMonitorLock:
      if (w_.locks.Held(LockId::kMonitor)) return w_.loop.Later(actor, 1'000);
      Take(LockId::kMonitor, kForeignM);
      return w_.loop.Later(Actor::kReleaseMonitorLock, w_.choices.Between(1'000, 30'000'000));
    case Actor::kReleaseMonitorLock:
      Drop(LockId::kMonitor, kForeignM);
      return Again(Actor::kHoldMonitorLock, w_.setup.knobs.hold_monitor_every_ns);
    case Actor::kTraceWork:
      if (!trace_work_) TraceWrite(kForeignM, Variable::kTraceWork, trace_work_ = true);
      return Again(actor, w_.setup.knobs.trace_work_every_ns);
    case Actor::kSafePoint:
      w_.processors.AskForSafePoint(kForeignM);
      return Again(actor, w_.setup.knobs.safe_point_every_ns);
    case Actor::kAskScavenger:
      w_.own_tasks.AskScavenger(kForeignM);
      return Again(actor, w_.setup.knobs.ask_scavenger_every_ns);
    case Actor::kChangePercent: {
      // The last one is negative in 8 bits and in 16.
      constexpr int64_t kPercents[] = {-1, 0, 100, 0x18080};
      w_.collector.SetPercent(kForeignM, kPercents[w_.choices.Choose(std::size(kPercents))]);
      return Again(actor, w_.setup.knobs.change_percent_every_ns);
    }
    case Actor::kDying:
      TraceWrite(kForeignM, Variable::kDying, dying_ = true);
      return w_.loop.Later(Actor::kDead, w_.choices.Between(1'000, 50'000'000));
    case Actor::kDead:
      return w_.Finish(WorldEnd::kDied, "");
    case Actor::kCollectorUp:
      return w_.collector.ComeUp(kForeignM);
  }
}

void Surroundings::ActFromOutside(size_t index) {
  const Outside& outside = w_.setup.scenario.outside[index];
  const int32_t who = kFirstOutside - static_cast<int32_t>(index);
  switch (outside.kind) {
    case OutsideKind::kReady:
      w_.poller.MakeReady(outside.descriptor);
      if (--outside_left_[index] > 0) w_.loop.At(now_ns() + outside.every_ns, who);
      return;
    case OutsideKind::kStop: {
      Trace(EventKind::kStopped, kNobody);
      // Nothing happens until the process goes on; what falls due until then is late.
      int64_t until_ns = w_.loop.start_ns() + w_.setup.scenario.budget_ms * 1'000'000;
      for (size_t i = index + 1; i < w_.setup.scenario.outside.size(); ++i) {
        if (w_.setup.scenario.outside[i].kind != OutsideKind::kContinue) continue;
        until_ns = std::min(until_ns, w_.loop.start_ns() + w_.setup.scenario.outside[i].at_ns);
        break;
      }
      w_.loop.AdvanceTo(until_ns);
      return Trace(EventKind::kContinued, kNobody);
    }
    case OutsideKind::kContinue:
      return;
  }
}

}  // namespace proctor
