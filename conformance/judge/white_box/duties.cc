#include "conformance/judge/white_box/duties.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::white_box {

using enum ClauseId;

DutiesJudge::DutiesJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kCYC_1, kCYC_2, kCYC_3, kCYC_5, kCYC_6},
                    {EventKind::kLock,           EventKind::kUnlock,
                     EventKind::kWrite,          EventKind::kSwap,
                     EventKind::kLostSwap,       EventKind::kShallowSleep,
                     EventKind::kDeepSleep,      EventKind::kNow,
                     EventKind::kYieldHook,      EventKind::kPoll,
                     EventKind::kInject,         EventKind::kAdjustWaiters,
                     EventKind::kAssign,         EventKind::kThreadRequest,
                     EventKind::kAffinityRead,   EventKind::kScavengerWake,
                     EventKind::kPreemptRequest, EventKind::kHandOff,
                     EventKind::kTraceLine,      EventKind::kDeadlockCheck},
                    {Variable::kLastPoll, Variable::kHelperIdle, Variable::kStatus,
                     Variable::kTaskLocked, Variable::kIdleLocked}),
      poll_may_adjust_(tier == kV && !AdjustsWaiters(header.profile)) {
  LooksAtLocks({LockId::kMonitor, LockId::kSched});
  LooksAtOthers({});
}

const char* DutiesJudge::NameOf(Step step) {
  constexpr const char* kNames[] = {
      "the shallow sleep",  "the deep sleep",       "taking the monitor lock",
      "reading the clock",  "the yield hook",       "the network poll",
      "the timer rescue",   "the scavenger's kick", "retaking processors",
      "forcing collection", "the scheduler trace"};
  return kNames[static_cast<size_t>(step)];
}

// nullopt: no step, or one within a call that was judged when it began.
std::optional<DutiesJudge::Step> DutiesJudge::StepOf(const Event& event) const {
  if (state_.within_call()) return std::nullopt;
  switch (event.kind) {
    case EventKind::kPoll:
      return Step::kPoll;
    case EventKind::kAdjustWaiters:
      if (!AdjustsWaiters(profile_)) return std::nullopt;
      return Step::kPoll;
    case EventKind::kInject:
      if (state_.MonitorHolds(LockId::kScavenger)) return std::nullopt;
      return state_.MonitorHolds(LockId::kForcedGc) ? Step::kForce : Step::kPoll;
    case EventKind::kThreadRequest:
    case EventKind::kAssign:
      return Step::kRescue;
    case EventKind::kScavengerWake:
      return Step::kScavenger;
    case EventKind::kPreemptRequest:
    case EventKind::kHandOff:
      return Step::kRetake;
    case EventKind::kTraceLine:
      return Step::kTrace;
    case EventKind::kWrite:
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      if (Is(event, Variable::kLastPoll)) return Step::kPoll;
      if (Is(event, Variable::kHelperIdle)) return Step::kForce;
      if (Is(event, Variable::kStatus) || Is(event, Variable::kTaskLocked)) return Step::kRetake;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

void DutiesJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  if (poll_may_adjust_) JudgeAdjustment(event);
  switch (event.kind) {
    case EventKind::kShallowSleep:
      started_ = true;
      step_ = Step::kShallow;
      step_event_ = event;
      return;
    case EventKind::kDeepSleep:
      Take(Step::kDeep, event);
      return;
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) return;
      Take(Step::kLock, event);
      nows_ = hooks_ = 0;
      return;
    case EventKind::kUnlock:
      raised_ = false;
      if (Is(event, LockId::kMonitor)) OnEnd(event);
      return;
    case EventKind::kNow:
      if (state_.in_duties()) OnNow(event);
      return;
    case EventKind::kYieldHook:
      if (!state_.sleeping_deep()) OnHook(event);
      return;
    case EventKind::kAffinityRead:
      Expect(state_.MonitorHolds(LockId::kMonitor), kCYC_3,
             "the processors were refreshed without the monitor lock", {event});
      break;
    default:
      break;
  }
  JudgeForeign(event);
  if (event.kind == EventKind::kWrite && Is(event, Variable::kIdleLocked)) {
    raised_ = event.Get(Arg::kValue) > state_.value(Variable::kIdleLocked);
  }
  if (const std::optional<Step> step = StepOf(event)) Take(*step, event);
}

void DutiesJudge::Take(Step step, const Event& event) {
  Expect(
      step >= step_, kCYC_1,
      Sentence("{} came after {}; the order is the other way round", NameOf(step), NameOf(step_)),
      {step_event_.value_or(event), event});
  step_ = step;
  step_event_ = event;
  if (step <= Step::kLock) return;
  const bool held = state_.MonitorHolds(LockId::kMonitor);
  Expect(held, kCYC_3, Sentence("{} without the monitor lock", NameOf(step)), {event});
  if (held && step > Step::kNow && nows_ == 0) {
    Violate(kCYC_2, fmt::format("{} before the clock was read afresh", NameOf(step)), {event});
  }
}

void DutiesJudge::OnNow(const Event& event) {
  step_ = std::max(step_, Step::kNow);
  Expect(++nows_ == 1, kCYC_2, "the clock was read again before the monitor lock was released",
         {event});
}

void DutiesJudge::OnHook(const Event& event) {
  if (!state_.in_duties()) {
    Violate(kCYC_5, "the yield hook was called without the monitor lock", {event});
    return;
  }
  Take(Step::kHook, event);
  Expect(++hooks_ == 1, kCYC_5, "the yield hook was called twice in one cycle", {event});
}

void DutiesJudge::OnEnd(const Event& event) {
  Trigger(kCYC_3);
  Trigger(kCYC_6);
  if (nows_ == 0) Violate(kCYC_2, "the duties ended without a look at the clock", {event});
  if (state_.value(Variable::kInterceptors) == 0) return;
  Expect(hooks_ > 0, kCYC_5, "libc interceptors are installed, and the yield hook was not called",
         {event});
}

// Until go1.22 the poll itself corrects the count, right before it is over; nothing else does.
void DutiesJudge::JudgeAdjustment(const Event& event) {
  if (state_.within_call()) return;
  const bool adjusts = event.kind == EventKind::kAdjustWaiters && event.Get(Arg::kDelta) != 0;
  const bool too_late = adjusts || event.kind == EventKind::kInject ||
                        event.kind == EventKind::kShallowSleep ||
                        (event.kind == EventKind::kUnlock && Is(event, LockId::kMonitor));
  if (!too_late && event.kind != EventKind::kPoll) return;
  if (adjusted_ && too_late) {
    Violate(kCYC_6,
            fmt::format("the monitor adjusted the count of waiters; no clause of profile {} asks "
                        "for it",
                        ProfileName(profile_)),
            {*adjusted_});
  }
  adjusted_.reset();
  if (adjusts) adjusted_ = event;
}

void DutiesJudge::JudgeForeign(const Event& event) {
  const char* what = ForeignEffect(event);
  if (what == nullptr) return;
  Violate(kCYC_6,
          fmt::format("the monitor {}; no clause of profile {} asks for it", what,
                      ProfileName(profile_)),
          {event});
}

// What no clause of the profile can have asked for; nullptr: nothing of that kind.
const char* DutiesJudge::ForeignEffect(const Event& event) const {
  if (state_.within_call()) return nullptr;
  switch (event.kind) {
    case EventKind::kThreadRequest:
      return RescuesTimers(profile_) ? nullptr : "asked for a thread";
    case EventKind::kAssign:
      return RescuesTimers(profile_) ? nullptr : "started a thread";
    case EventKind::kAffinityRead:
      return FollowsProcessors(profile_) ? nullptr : "refreshed the processors";
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      return Is(event, Variable::kStatus) && TakesByTaskLock(profile_) ? "swapped a P's status"
                                                                       : nullptr;
    case EventKind::kWrite:
      return Is(event, Variable::kTaskLocked) && !TakesByTaskLock(profile_) ? "locked a task"
                                                                            : nullptr;
    case EventKind::kDeadlockCheck:
      return started_ && !raised_ ? "checked for a deadlock" : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace proctor::white_box
