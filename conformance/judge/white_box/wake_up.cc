#include "conformance/judge/white_box/wake_up.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

// A thread that met the flag up wakes the monitor within a few of its own steps.
constexpr int64_t kPromptlyNs = 1'000'000;
constexpr size_t kWakersMost = 8192;

}  // namespace

using enum ClauseId;

WakeUpJudge::WakeUpJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state,
                    {kDEEP_7, kDEEP_8, kDEEP_9, kDEEP_10, kDEEP_12, kDEEP_15, kSTW_1},
                    {EventKind::kRead, EventKind::kWrite, EventKind::kLock, EventKind::kUnlock,
                     EventKind::kDeepSleep, EventKind::kDeepWake, EventKind::kShallowWake,
                     EventKind::kNoteWake, EventKind::kNoteClear, EventKind::kSyscallEnter,
                     EventKind::kSyscallReturn, EventKind::kSyscallExit, EventKind::kStartTheWorld,
                     EventKind::kExecute, EventKind::kRelease},
                    {Variable::kMonitorWaits, Variable::kTaskStatus}) {
  LooksAtLocks({LockId::kSched});
}

void WakeUpJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kNoteWake) OnNoteWake(event);
  if (state_.ByMonitor(event)) {
    OnMonitor(event);
  } else {
    OnOthers(event);
  }
  if (waking_.empty()) return;
  if (in_real_time_) {
    CheckOwnDebt(event);
  } else if (state_.sleeping_deep()) {
    CheckDebts(event);
  }
}

void WakeUpJudge::OnMonitor(const Event& event) {
  switch (event.kind) {
    case EventKind::kWrite:
      if (!Is(event, Variable::kMonitorWaits) || event.Get(Arg::kValue) == 0) break;
      // A wake-up that comes before this is not meant for this sleep.
      wakes_pending_ = 0;
      first_wake_.reset();
      break;
    case EventKind::kDeepSleep:
      others_ran_ = false;
      break;
    case EventKind::kDeepWake: {
      const bool woken = event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken);
      Expect(!woken || wakes_pending_ > 0, kDEEP_10, "a stale wake-up ended a deep sleep", {event});
      if (others_ran_ && !woken) Trigger(kDEEP_12);
      break;
    }
    case EventKind::kNoteClear:
      if (first_wake_ && !state_.slept_deep()) {
        Violate(kDEEP_9, "the note was reset before the sleep, and a wake-up lost with it",
                {*first_wake_, event});
      }
      wakes_pending_ = 0;
      first_wake_.reset();
      break;
    default:
      break;
  }
}

void WakeUpJudge::OnOthers(const Event& event) {
  switch (event.kind) {
    case EventKind::kSyscallReturn:
      BeginWaking(event, Waker::kExitFast);
      break;
    case EventKind::kStartTheWorld:
      BeginWaking(event, Waker::kStartTheWorld);
      waking_.at(event.m).owes = state_.value(Variable::kMonitorWaits) != 0;
      break;
    case EventKind::kSyscallEnter: {
      // Where the task's status says that the call began, the flag is looked at after this.
      const auto waking = waking_.find(event.m);
      if (waking != waking_.end() && waking->second.looked && !waking->second.owes)
        waking_.erase(waking);
      break;
    }
    case EventKind::kSyscallExit:
      OnSyscallExit(event);
      break;
    case EventKind::kRead:
      if (Is(event, Variable::kMonitorWaits)) OnFlagRead(event);
      break;
    case EventKind::kLock:
      if (!waking_.empty() && Is(event, LockId::kSched)) {
        const auto waking = waking_.find(event.m);
        if (waking != waking_.end() && waking->second.waker == Waker::kEnter &&
            !waking->second.looked) {
          Violate(kDEEP_15,
                  "a task entering a system call took the sched lock without a look at the flag",
                  {waking->second.cause, event});
        }
      }
      break;
    case EventKind::kWrite:
      // The task is on its way into a system call; syscall_enter says that it has arrived.
      if (Is(event, Variable::kTaskStatus) && event.Get(Arg::kValue) == kTaskInSyscall) {
        BeginWaking(event, Waker::kEnter);
      }
      if (Is(event, Variable::kMonitorWaits) && event.Get(Arg::kValue) == 0) {
        const auto waking = waking_.find(event.m);
        if (waking != waking_.end() && state_.Holds(event.m, LockId::kSched))
          waking->second.cleared = true;
      }
      break;
    case EventKind::kExecute:
      if (state_.sleeping_deep() && wakes_pending_ == 0) others_ran_ = true;
      break;
    default:
      break;
  }
}

void WakeUpJudge::OnSyscallExit(const Event& event) {
  // With the P that it kept, or without any, it wakes nobody.
  const auto path = static_cast<ExitPath>(event.Get(Arg::kPath));
  if (path == ExitPath::kReacquired || path == ExitPath::kQueued) {
    waking_.erase(event.m);
  } else if (in_real_time_) {
    // The monitor may have gone to sleep since the lock was released; under it the thread must
    // have looked.
    const auto waking = waking_.find(event.m);
    if (waking == waking_.end() || waking->second.looked_locked) return;
    Violate(kDEEP_9, "a thread left a system call with an idle P without a look at the flag",
            {waking->second.cause, event});
  } else if (state_.value(Variable::kMonitorWaits) != 0) {
    BeginWaking(event, Waker::kExitFast);
    waking_.at(event.m).owes = true;
  }
}

void WakeUpJudge::BeginWaking(const Event& event, Waker waker) {
  if (waking_.size() >= kWakersMost) waking_.clear();
  waking_.insert_or_assign(event.m, Waking{.cause = event, .waker = waker});
}

void WakeUpJudge::OnFlagRead(const Event& event) {
  const auto found = waking_.find(event.m);
  if (found == waking_.end()) return;
  Waking& waking = found->second;
  const bool up = event.Get(Arg::kValue) != 0;
  if (state_.Holds(event.m, LockId::kSched)) {
    waking.looked_locked = true;
  } else {
    waking.looked = true;
  }
  waking.owes = up;
  if (up) waking.cause.time_ns = event.time_ns;
}

void WakeUpJudge::OnNoteWake(const Event& event) {
  const auto waker = static_cast<Waker>(event.Get(Arg::kWaker));
  const auto found = waking_.find(event.m);
  const bool known = found != waking_.end() &&
                     (found->second.waker == waker ||
                      (waker == Waker::kExitSlow && found->second.waker == Waker::kExitFast));
  const bool cleared = known && found->second.cleared && state_.Holds(event.m, LockId::kSched);
  Expect(cleared, kDEEP_7,
         !known ? "the monitor was woken by something that must not wake it"
                : "the monitor was woken without the flag tested and cleared under the sched lock",
         {event});
  if (!known)
    Violate(kDEEP_12, "the monitor was woken by something that may happen without it", {event});
  ++wakes_pending_;
  if (first_wake_) {
    Violate(kDEEP_8, "two wake-ups for one sleep", {*first_wake_, event});
  } else {
    Trigger(kDEEP_8);
    first_wake_ = event;
  }
  if (!known) return;
  Trigger(waker == Waker::kStartTheWorld ? kSTW_1 : kDEEP_9);
  if (waker == Waker::kEnter) {
    Expect(
        found->second.looked && found->second.looked_locked, kDEEP_15,
        "a task entering a system call woke the monitor without a look at the flag under the lock",
        {found->second.cause, event});
  }
  found->second.owes = false;
}

void WakeUpJudge::CheckDebts(const Event& event) {
  if (wakes_pending_ > 0 || state_.value(Variable::kMonitorWaits) == 0) return;
  // Of variables it is shown a few only: what it says must not depend on which.
  using enum EventKind;
  if (event.kind == kRead || event.kind == kWrite || event.kind == kSwap ||
      event.kind == kLostSwap) {
    return;
  }
  // Nobody has cleared the flag: who met it up must still wake the monitor, and soon.
  for (auto& [m, waking] : waking_) {
    if (!waking.owes || event.time_ns - waking.cause.time_ns < kPromptlyNs) continue;
    waking.owes = false;
    Violate(waking.waker == Waker::kStartTheWorld ? kSTW_1 : kDEEP_9,
            "the monitor sleeps deep, and what must wake it did not", {waking.cause, event});
  }
}

// Who met the flag up wakes the monitor before it does anything else.
void WakeUpJudge::CheckOwnDebt(const Event& event) {
  const bool goes_on = event.kind == EventKind::kSyscallEnter ||
                       event.kind == EventKind::kSyscallExit || event.kind == EventKind::kRelease ||
                       event.kind == EventKind::kExecute ||
                       (event.kind == EventKind::kUnlock && Is(event, LockId::kSched));
  if (!goes_on) return;
  const auto found = waking_.find(event.m);
  if (found == waking_.end() || !found->second.owes) return;
  found->second.owes = false;
  Violate(found->second.waker == Waker::kStartTheWorld ? kSTW_1 : kDEEP_9,
          "a thread met the monitor asleep, and went on without waking it",
          {found->second.cause, event});
}

}  // namespace proctor::white_box
