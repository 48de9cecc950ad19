#include "conformance/judge/white_box/take.h"

#include <fmt/core.h>

namespace proctor::white_box {

using enum ClauseId;

TakeJudge::TakeJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state, {kSYS_6, kSYS_7, kVER_3},
                    {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kWrite,
                     EventKind::kSwap, EventKind::kLostSwap, EventKind::kHandOff, EventKind::kPoll},
                    {Variable::kStatus, Variable::kSyscallTick, Variable::kIdleLocked,
                     Variable::kTaskLocked}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

ClauseId TakeJudge::steps() const { return TakesByTaskLock(profile_) ? kVER_3 : kSYS_6; }
ClauseId TakeJudge::bracket() const { return TakesByTaskLock(profile_) ? kVER_3 : kSYS_7; }

void TakeJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event) || state_.within_call()) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      stage_ = Stage::kNone;
      changes_of_poll_ = 0;
      task_locked_ = false;
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    case EventKind::kPoll:
      changes_of_poll_ = event.Get(Arg::kReady) > 0 ? 2 : 0;
      break;
    case EventKind::kRead:
      if (Is(event, Variable::kStatus) && event.Get(Arg::kValue) != kInSyscall) found_gone_ = true;
      break;
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      if (Is(event, Variable::kStatus)) OnSwap(event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kIdleLocked)) OnIdleLocked(event);
      if (Is(event, Variable::kTaskLocked)) OnTaskLock(event);
      if (Is(event, Variable::kStatus)) OnStore(event);
      if (Is(event, Variable::kSyscallTick)) OnBump(event);
      break;
    case EventKind::kHandOff:
      OnHandOff(event);
      break;
    default:
      break;
  }
}

// The bracket around an injection comes first, and is another clause's.
bool TakeJudge::IsOfPoll() {
  if (changes_of_poll_ == 0) return false;
  --changes_of_poll_;
  return true;
}

void TakeJudge::OnIdleLocked(const Event& event) {
  if (IsOfPoll()) return;
  const int64_t change = event.Get(Arg::kValue) - state_.value(Variable::kIdleLocked);
  if (stage_ == Stage::kNone) {
    OnLower(event, change);
  } else {
    OnRaise(event, change);
  }
}

void TakeJudge::OnLower(const Event& event, int64_t change) {
  const bool all_p = state_.MonitorHolds(LockId::kAllP);
  Expect(change == -1 && state_.in_duties() && !all_p, bracket(),
         change != -1
             ? fmt::format("the idle-locked count was changed by {}; -1 comes first", change)
         : all_p ? std::string("the idle-locked count was lowered with the all-P lock held")
                 : std::string("the idle-locked count was lowered outside the duties"),
         {event});
  stage_ = Stage::kLowered;
  found_gone_ = looked_ = false;
}

void TakeJudge::OnRaise(const Event& event, int64_t change) {
  // Where a task's lock decides, the bracket comes for every running P, and mostly for nothing.
  const bool nothing = stage_ == Stage::kLowered && !found_gone_ && !TakesByTaskLock(profile_);
  const bool too_early = stage_ == Stage::kWon || stage_ == Stage::kBumped;
  Expect(
      change == 1 && !nothing && !too_early && !task_locked_, bracket(),
      change != 1
          ? fmt::format("the idle-locked count was changed by {} after it had been lowered", change)
      : nothing      ? std::string("the idle-locked count was lowered and raised for nothing")
      : task_locked_ ? std::string("the idle-locked count was raised with a task still locked")
                     : std::string("the idle-locked count was raised before the P that was won "
                                   "was handed off"),
      {event});
  if (too_early) {
    Violate(steps(),
            stage_ == Stage::kWon ? "the winner of a P neither moved its tick nor handed it off"
                                  : "the winner of a P did not hand it off",
            {event});
  }
  stage_ = Stage::kNone;
  p_ = -1;
}

void TakeJudge::OnSwap(const Event& event) {
  if (TakesByTaskLock(profile_)) return;
  const bool all_p = state_.MonitorHolds(LockId::kAllP);
  Expect(!all_p && stage_ != Stage::kNone, kSYS_7,
         all_p ? "a P was swapped with the all-P lock held"
               : "a P was swapped without one idle thread less on the books",
         {event});
  const bool again = stage_ > Stage::kLowered;
  Expect(
      event.Get(Arg::kExpected) == kInSyscall && !again, kSYS_6,
      again ? "a second swap in the same step" : "a swap from another status than a system call's",
      {event});
  const bool won = event.kind == EventKind::kSwap;
  stage_ = won ? Stage::kWon : Stage::kLost;
  p_ = event.p;
}

void TakeJudge::OnTaskLock(const Event& event) {
  if (!TakesByTaskLock(profile_)) return;
  if (event.Get(Arg::kValue) == 0) {
    task_locked_ = false;
    return;
  }
  const bool all_p = state_.MonitorHolds(LockId::kAllP);
  Expect(stage_ == Stage::kLowered && !all_p && !looked_, kVER_3,
         all_p     ? "a task was locked with the all-P lock held"
         : looked_ ? "a task was locked twice within one bracket"
                   : "a task was locked without one idle thread less on the books",
         {event});
  task_locked_ = looked_ = true;
  p_ = event.p;
}

// The status of a P set without a compare.
void TakeJudge::OnStore(const Event& event) {
  if (!TakesByTaskLock(profile_)) {
    Violate(kSYS_6, "a P was taken by a store instead of a compare-and-swap", {event});
    stage_ = Stage::kWon;
  } else {
    Expect(task_locked_ && stage_ == Stage::kLowered && p_ == event.p, kVER_3,
           "a P was taken without the lock of its task", {event});
    stage_ = Stage::kWon;
  }
  p_ = event.p;
}

void TakeJudge::OnBump(const Event& event) {
  Expect(!state_.MonitorHolds(LockId::kAllP), bracket(),
         "the tick of system calls was moved with the all-P lock held", {event});
  Expect(stage_ == Stage::kWon && p_ == event.p, steps(),
         stage_ == Stage::kBumped      ? "the tick of system calls was moved twice"
         : stage_ == Stage::kHandedOff ? "the tick of system calls was moved after the hand-off"
                                       : "the tick of a P was moved that was not won",
         {event});
  if (stage_ == Stage::kWon) stage_ = Stage::kBumped;
}

void TakeJudge::OnHandOff(const Event& event) {
  const bool won = stage_ == Stage::kWon || stage_ == Stage::kBumped;
  Expect(stage_ == Stage::kBumped && p_ == event.p, steps(),
         won && p_ == event.p ? "a P was handed off before its tick of system calls was moved"
                              : "a P was handed off that the monitor had not won",
         {event});
  stage_ = Stage::kHandedOff;
  p_ = event.p;
}

void TakeJudge::OnEnd(const Event& event) {
  if (stage_ == Stage::kNone) return;
  Violate(bracket(), "the duties ended with one idle thread less on the books", {event});
  if (stage_ == Stage::kWon || stage_ == Stage::kBumped) {
    Violate(steps(), "the duties ended with a P won and not handed off", {event});
  }
  stage_ = Stage::kNone;
}

}  // namespace proctor::white_box
