#include "conformance/judge/white_box/deadlock.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

// What a check ends in comes within a few steps of the same thread.
constexpr int64_t kStepsMost = 200;

}  // namespace

using enum ClauseId;

DeadlockJudge::DeadlockJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state, {kDEAD_1, kDEAD_2, kDEAD_3, kDEAD_4, kDEAD_5, kDEAD_6},
          {EventKind::kDeadlockCheck, EventKind::kDeadlockReport, EventKind::kNobodyLeft,
           EventKind::kInternalError, EventKind::kInject, EventKind::kInjectEnd,
           EventKind::kHandOff, EventKind::kHandOffEnd, EventKind::kLock, EventKind::kUnlock,
           EventKind::kWrite, EventKind::kShallowSleep, EventKind::kProcessExit}) {}

void DeadlockJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kProcessExit:
      ended_ = true;
      return;
    case EventKind::kInject:
    case EventKind::kHandOff:
      ++under_way_;
      break;
    case EventKind::kInjectEnd:
    case EventKind::kHandOffEnd:
      --under_way_;
      break;
    case EventKind::kDeadlockCheck:
      OnCheck(event);
      break;
    case EventKind::kDeadlockReport:
    case EventKind::kNobodyLeft:
    case EventKind::kInternalError:
      OnReport(event);
      break;
    default:
      break;
  }
  if (due_ == Due::kNothing || event.kind == EventKind::kDeadlockCheck) return;
  if (in_real_time_ && event.m != check_->m) return;
  if (++events_since_ > kStepsMost) Owe(event);
}

void DeadlockJudge::Close() {
  // In virtual time a process ends when it has done what it does; for real it may die at any
  // moment.
  if (due_ != Due::kNothing && state_.whole() && ended_ && !in_real_time_) Owe(*check_);
}

void DeadlockJudge::OnCheck(const Event& event) {
  if (due_ != Due::kNothing) Owe(event);
  const int64_t running = event.Get(Arg::kRunning);
  const int64_t counted = state_.value(Variable::kThreads) - state_.value(Variable::kIdleThreads) -
                          state_.value(Variable::kIdleLocked) -
                          state_.value(Variable::kSystemThreads);
  Expect(running == counted && state_.Holds(event.m, LockId::kSched), kDEAD_1,
         Sentence("the check counts {} running threads; there are {}", running, counted), {event});
  // Nobody but the one that the bracket pretends to run.
  if (running > 0 && running + state_.value(Variable::kIdleLocked) <= 0) Trigger(kDEAD_5);
  check_ = event;
  in_window_ = under_way_ > 0;
  events_since_ = 0;
  if (running > 0) return;
  if (state_.value(Variable::kLibrary) != 0 || state_.value(Variable::kDying) != 0) {
    Trigger(kDEAD_4);
    return;
  }
  if (running == 0 && state_.computing_or_runnable() == 0) Trigger(kDEAD_2);
  if (running < 0) {
    due_ = Due::kError;
  } else if (state_.computing_or_runnable() > 0) {
    due_ = Due::kError;
  } else if (event.Get(Arg::kTimers) > 0 || state_.value(Variable::kTimerCount) > 0) {
    Trigger(kDEAD_4);
  } else {
    due_ = Due::kReport;
  }
}

void DeadlockJudge::OnReport(const Event& event) {
  Expect(!state_.Holds(event.m, LockId::kSched), kDEAD_6, "a fatal report with the sched lock held",
         {event});
  if (!check_) return;
  if (event.kind == EventKind::kInternalError) {
    const auto error = static_cast<InternalError>(event.Get(Arg::kError));
    if (error == InternalError::kHelperAlreadyIdle) return;
    if (due_ == Due::kError && in_window_) {
      Violate(kDEAD_5, "an injection or a hand-off under way was taken for a deadlock",
              {*check_, event});
    } else if (due_ == Due::kError) {
      Trigger(error == InternalError::kNegativeRunning ? kDEAD_1 : kDEAD_2);
    } else {
      Violate(kDEAD_5, "the runtime found itself inconsistent although it was not",
              {*check_, event});
    }
  } else if (due_ == Due::kReport) {
    Trigger(kDEAD_3);
  } else if (state_.value(Variable::kLibrary) != 0 || state_.value(Variable::kDying) != 0) {
    Violate(kDEAD_4, "a deadlock was reported in a library or a dying process", {*check_, event});
  } else if (event.kind == EventKind::kNobodyLeft && check_->Get(Arg::kTasks) == 0) {
    // A timer that no task waits for: Go reports before it looks at timers.
    Trigger(kDEAD_3);
  } else if (check_->Get(Arg::kTimers) > 0 || state_.value(Variable::kTimerCount) > 0) {
    Violate(kDEAD_4, "a deadlock was reported although timers are pending", {*check_, event});
  } else {
    Violate(kDEAD_5, "a deadlock was reported although somebody can go on", {*check_, event});
  }
  due_ = Due::kNothing;
}

void DeadlockJudge::Owe(const Event& event) {
  if (due_ == Due::kReport) {
    Violate(kDEAD_3, "nobody can go on, and no deadlock was reported", {*check_, event});
  } else {
    Violate(kDEAD_2, "no thread runs though a task could, and the runtime did not notice",
            {*check_, event});
  }
  due_ = Due::kNothing;
}

}  // namespace proctor::white_box
