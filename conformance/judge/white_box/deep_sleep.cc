#include "conformance/judge/white_box/deep_sleep.h"

#include <fmt/format.h>

#include <algorithm>

namespace proctor::white_box {
namespace {

// With libc interceptors no wait is longer.
constexpr int64_t kPieceNsMost = 10'000'000;
// A thread that met the flag up wakes the monitor within a few of its own steps.
constexpr int64_t kPromptlyNs = 1'000'000;
constexpr size_t kWakersMost = 8192;

}  // namespace

using enum ClauseId;

DeepSleepJudge::DeepSleepJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state,
                    {kDEEP_1, kDEEP_2, kDEEP_3, kDEEP_4, kDEEP_5, kDEEP_6, kDEEP_7, kDEEP_8,
                     kDEEP_9, kDEEP_10, kDEEP_11, kDEEP_12, kDEEP_13, kDEEP_14, kDEEP_15, kDEEP_16,
                     kID_4, kSTW_1, kCYC_1},
                    // Any event tells that time has passed with a debt unpaid.
                    {},
                    {Variable::kStopPending, Variable::kIdleProcessors, Variable::kProcs,
                     Variable::kEarliestTimer, Variable::kTimerCount, Variable::kMonitorWaits,
                     Variable::kTaskStatus}) {
  using enum EventKind;
  Needs(State::Kinds() |
        KindSet({kRead, kShallowWake, kRelax, kWaitPiece, kYieldHook, kNoteWake, kNoteClear,
                 kSyscallEnter, kSyscallReturn, kSyscallExit, kStartTheWorld}));
}

void DeepSleepJudge::Observe(const Event& event) {
  nothing_kept_it_awake_ = nothing_kept_it_awake_ && NothingKeepsItAwake();
  if (event.kind == EventKind::kNoteWake) OnNoteWake(event);
  if (state_.ByMonitor(event)) {
    OnMonitor(event);
  } else {
    OnOthers(event);
  }
  if (in_real_time_) {
    CheckOwnDebt(event);
  } else if (state_.sleeping_deep() && !waking_.empty()) {
    CheckDebts(event);
  }
}

void DeepSleepJudge::OnMonitor(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowSleep: {
      const int64_t requested_ns = event.Get(Arg::kDurationNs);
      Expect(requested_ns <= tunables_.shallow_max_ns, kID_4, "a shallow sleep above shallow_max",
             {event});
      ++shallow_since_deep_;
      if (tunables_.sched_trace_ms > 0 && state_.AllIdle()) Trigger(kDEEP_13);
      break;
    }
    case EventKind::kShallowWake:
      free_look_ = locked_look_ = {};
      timer_read_ = false;
      published_.reset();
      nothing_kept_it_awake_ = NothingKeepsItAwake();
      break;
    case EventKind::kLock:
      if (Is(event, LockId::kMonitor) && nothing_kept_it_awake_ && !SawAReason()) {
        Expect(state_.slept_deep(), kCYC_1, "a deep sleep was due and left out", {event});
      }
      break;
    case EventKind::kNow:
      now_ns_ = event.Get(Arg::kNowNs);
      break;
    case EventKind::kRead:
      OnRead(event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kMonitorWaits) && event.Get(Arg::kValue) == 1) OnPublish(event);
      break;
    case EventKind::kRelax:
      relaxed_ = event.Get(Arg::kOn) != 0;
      break;
    case EventKind::kDeepSleep:
      OnDeepSleep(event);
      break;
    case EventKind::kDeepWake:
      OnDeepWake(event);
      break;
    case EventKind::kWaitPiece:
      longest_wait_ns_ = std::max(longest_wait_ns_, event.Get(Arg::kTimeoutNs));
      break;
    case EventKind::kYieldHook:
      ++hooks_;
      break;
    case EventKind::kNoteClear:
      Expect(!woke_up_ || state_.MonitorHolds(LockId::kSched), kDEEP_6,
             "the note was reset without the sched lock", {event});
      note_cleared_ = true;
      wakes_pending_ = 0;
      first_wake_.reset();
      break;
    case EventKind::kUnlock:
      if (Is(event, LockId::kSched)) OnUnlockSched(event);
      if (Is(event, LockId::kMonitor) && !state_.slept_deep() && !state_.AllIdle())
        Trigger(kDEEP_11);
      break;
    default:
      break;
  }
}

// In real time its look without the lock may have come before what had been told of already.
bool DeepSleepJudge::SawAReason() const {
  if (!in_real_time_) return false;
  return (free_look_.taken && !free_look_.Allows()) ||
         (timer_read_ && earliest_timer_ns_ <= now_ns_);
}

bool DeepSleepJudge::NothingKeepsItAwake() const {
  return state_.AllIdle() && state_.value(Variable::kTimerCount) == 0 &&
         tunables_.sched_trace_ms == 0;
}

void DeepSleepJudge::OnRead(const Event& event) {
  const bool locked = state_.MonitorHolds(LockId::kSched);
  Look& look = locked ? locked_look_ : free_look_;
  const int64_t value = event.Get(Arg::kValue);
  if (Is(event, Variable::kStopPending)) {
    look.taken = true;
    look.stop = value != 0;
  } else if (Is(event, Variable::kIdleProcessors)) {
    look.taken = true;
    look.idle = value;
  } else if (Is(event, Variable::kProcs)) {
    look.procs = value;
  } else if (Is(event, Variable::kEarliestTimer) && locked) {
    timer_read_ = true;
    earliest_timer_ns_ = value;
  }
}

void DeepSleepJudge::OnPublish(const Event& event) {
  published_ = event;
  // A wake-up that comes before this is not meant for this sleep.
  wakes_pending_ = 0;
  first_wake_.reset();
  Expect(state_.MonitorHolds(LockId::kSched), kDEEP_3,
         "the flag was published without the sched lock", {event});
  const bool looked_twice = free_look_.Allows() && locked_look_.Allows();
  Expect(looked_twice && tunables_.sched_trace_ms == 0, kDEEP_1,
         Sentence("the monitor goes to sleep deep {}",
                  tunables_.sched_trace_ms > 0 ? "although the trace is on"
                  : !locked_look_.Allows() ? "without having seen under the sched lock that it may"
                                           : "without having looked first without the lock"),
         {event});
  const bool may = state_.AllIdle() || state_.value(Variable::kStopPending) != 0;
  Expect(may, kDEEP_11, "a deep sleep although some P is not idle and no stop-the-world is pending",
         {event});
  Expect(timer_read_ && earliest_timer_ns_ > now_ns_, kDEEP_2,
         timer_read_ ? "a deep sleep although a timer is overdue"
                     : "a deep sleep without a look at the timers",
         {event});
}

void DeepSleepJudge::OnDeepSleep(const Event& event) {
  deep_ = event;
  deep_duration_ns_ = event.Get(Arg::kDurationNs);
  longest_wait_ns_ = 0;
  hooks_ = 0;
  others_ran_ = false;
  Expect(tunables_.sched_trace_ms == 0 || state_.monitor() < 0, kDEEP_13,
         "a deep sleep although the scheduler trace is on", {event});
  Expect(published_.has_value() && !state_.MonitorHolds(LockId::kSched), kDEEP_3,
         published_ ? "the monitor sleeps with the sched lock held"
                    : "a deep sleep without the flag published",
         {event});
  int64_t due_ns = tunables_.deep_max_ns();
  if (timer_read_ && earliest_timer_ns_ != INT64_MAX)
    due_ns = std::min(due_ns, earliest_timer_ns_ - now_ns_);
  Expect(deep_duration_ns_ == due_ns, kDEEP_4,
         Sentence("a deep sleep of {} ns; {} ns were due", deep_duration_ns_, due_ns), {event});
  Expect(deep_duration_ns_ <= tunables_.deep_max_ns(), kID_4, "a deep sleep above deep_max",
         {event});
  Expect(relaxed_ == (deep_duration_ns_ >= tunables_.relax_min_ns), kDEEP_5,
         Sentence("the clock is {} for a sleep of {} ns; relax_min is {} ns",
                  relaxed_ ? "relaxed" : "not relaxed", deep_duration_ns_, tunables_.relax_min_ns),
         {event});
  Expect(shallow_since_deep_ > 0, kDEEP_14, "two deep sleeps without a shallow one between them",
         {event});
  shallow_since_deep_ = 0;
}

void DeepSleepJudge::OnDeepWake(const Event& event) {
  woke_up_ = true;
  note_cleared_ = false;
  const bool woken = event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken);
  Expect(!woken || wakes_pending_ > 0, kDEEP_10, "a stale wake-up ended a deep sleep", {event});
  if (others_ran_ && !woken) Trigger(kDEEP_12);
  if (state_.value(Variable::kInterceptors) != 0 && deep_duration_ns_ > kPieceNsMost) {
    // A wake-up that came before the first wait leaves nothing to cut.
    const int64_t slept_ns = deep_ ? event.time_ns - deep_->time_ns : 0;
    const bool cut = longest_wait_ns_ <= kPieceNsMost && (longest_wait_ns_ > 0 || woken);
    // Woken in the first piece, it may yet take a while to run.
    const int64_t first_ns = kPieceNsMost + (woken ? kPromptlyNs : 0);
    Expect(cut && (hooks_ > 0 || slept_ns <= first_ns), kDEEP_16,
           Sentence("with libc interceptors a wait of {} ns, the hook called {} times in {} ns",
                    longest_wait_ns_, hooks_, slept_ns),
           {event});
  }
}

void DeepSleepJudge::OnUnlockSched(const Event& event) {
  if (!woke_up_) return;
  woke_up_ = false;
  Expect(state_.value(Variable::kMonitorWaits) == 0 && note_cleared_, kDEEP_6,
         "after the sleep the sched lock was released with the flag up or the note not reset",
         {event});
  Expect(!relaxed_, kDEEP_5, "the clock stayed relaxed after the sleep", {event});
}

void DeepSleepJudge::OnOthers(const Event& event) {
  switch (event.kind) {
    case EventKind::kSyscallReturn:
      BeginWaking(event, Waker::kExitFast);
      break;
    case EventKind::kStartTheWorld:
      BeginWaking(event, Waker::kStartTheWorld);
      waking_.at(event.m).owes = state_.value(Variable::kMonitorWaits) != 0;
      break;
    case EventKind::kSyscallEnter: {
      // Where the task's status tells that the call began, the flag is looked at after this.
      const auto waking = waking_.find(event.m);
      if (waking != waking_.end() && waking->second.looked && !waking->second.owes)
        waking_.erase(waking);
      break;
    }
    case EventKind::kSyscallExit: {
      // With the P that it kept, or without any, it has nothing to tell.
      const auto path = static_cast<ExitPath>(event.Get(Arg::kPath));
      if (path == ExitPath::kReacquired || path == ExitPath::kQueued) {
        waking_.erase(event.m);
      } else if (in_real_time_) {
        // The monitor may have gone to sleep since the lock was released; under it the thread must
        // have looked.
        const auto waking = waking_.find(event.m);
        if (waking == waking_.end() || waking->second.looked_locked) break;
        Violate(kDEEP_9, "a thread left a system call with an idle P without a look at the flag",
                {waking->second.cause, event});
      } else if (state_.value(Variable::kMonitorWaits) != 0) {
        BeginWaking(event, Waker::kExitFast);
        waking_.at(event.m).owes = true;
      }
      break;
    }
    case EventKind::kRead:
      if (Is(event, Variable::kMonitorWaits)) OnFlagRead(event);
      break;
    case EventKind::kLock:
      if (Is(event, LockId::kSched)) {
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
      // The task is on its way into a system call; syscall_enter tells that it has arrived.
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

void DeepSleepJudge::BeginWaking(const Event& event, Waker waker) {
  if (waking_.size() >= kWakersMost) waking_.clear();
  waking_.insert_or_assign(event.m, Waking{.cause = event, .waker = waker});
}

void DeepSleepJudge::OnFlagRead(const Event& event) {
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

void DeepSleepJudge::OnNoteWake(const Event& event) {
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

void DeepSleepJudge::CheckDebts(const Event& event) {
  if (wakes_pending_ > 0 || state_.value(Variable::kMonitorWaits) == 0) return;
  // Nobody has cleared the flag: who met it up must still wake the monitor, and soon.
  for (auto& [m, waking] : waking_) {
    if (!waking.owes || event.time_ns - waking.cause.time_ns < kPromptlyNs) continue;
    waking.owes = false;
    Violate(waking.waker == Waker::kStartTheWorld ? kSTW_1 : kDEEP_9,
            "the monitor sleeps deep, and what must wake it did not", {waking.cause, event});
  }
}

// Who met the flag up wakes the monitor before it does anything else.
void DeepSleepJudge::CheckOwnDebt(const Event& event) {
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
