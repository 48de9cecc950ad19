#include "conformance/judge/white_box/deep_sleep.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::white_box {
namespace {

// With libc interceptors no wait is longer.
constexpr int64_t kPieceNsMost = 10'000'000;

}  // namespace

using enum ClauseId;

DeepSleepJudge::DeepSleepJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state,
                    {kDEEP_1, kDEEP_2, kDEEP_3, kDEEP_4, kDEEP_5, kDEEP_6, kDEEP_11, kDEEP_13,
                     kDEEP_14, kDEEP_16, kID_4, kCYC_1},
                    {EventKind::kShallowSleep, EventKind::kShallowWake, EventKind::kLock,
                     EventKind::kUnlock, EventKind::kNow, EventKind::kRead, EventKind::kWrite,
                     EventKind::kRelax, EventKind::kDeepSleep, EventKind::kDeepWake,
                     EventKind::kWaitPiece, EventKind::kYieldHook, EventKind::kNoteClear},
                    {Variable::kStopPending, Variable::kIdleProcessors, Variable::kProcs,
                     Variable::kEarliestTimer, Variable::kTimerCount, Variable::kMonitorWaits}) {
  LooksAtLocks({LockId::kMonitor, LockId::kSched});
  LooksAtOthers({});
}

void DeepSleepJudge::Observe(const Event& event) {
  if (state_.ByMonitor(event)) OnMonitor(event);
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
      free_look_.Clear();
      locked_look_.Clear();
      timers_ns_.Clear();
      nows_ns_.Clear();
      awake_step_ = state_.step();
      nothing_kept_it_awake_ = NothingKeepsItAwake(event);
      break;
    case EventKind::kLock:
      if (Is(event, LockId::kMonitor)) OnDutiesBegin(event);
      break;
    case EventKind::kNow:
      nows_ns_.Add(event.Get(Arg::kNowNs));
      break;
    case EventKind::kRead:
      if (!state_.within_call()) OnRead(event);
      break;
    case EventKind::kWrite:
      if (!Is(event, Variable::kMonitorWaits)) break;
      if (event.Get(Arg::kValue) != 0) {
        OnPublish(event);
      } else {
        OnWithdraw(event);
      }
      break;
    case EventKind::kUnlock:
      if (Is(event, LockId::kSched)) OnUnlockSched(event);
      if (Is(event, LockId::kMonitor) && !state_.slept_deep() && !state_.AllIdle())
        Trigger(kDEEP_11);
      break;
    default:
      OnSleepStep(event);
      break;
  }
}

// What it does, and what is done for it, between publishing the flag and taking it back.
void DeepSleepJudge::OnSleepStep(const Event& event) {
  switch (event.kind) {
    case EventKind::kRelax:
      OnRelax(event);
      break;
    case EventKind::kDeepSleep:
      OnDeepSleep(event);
      break;
    case EventKind::kDeepWake:
      OnDeepWake(event);
      break;
    case EventKind::kWaitPiece:
      ++pieces_;
      longest_piece_ns_ = std::max(longest_piece_ns_, event.Get(Arg::kTimeoutNs));
      break;
    case EventKind::kYieldHook:
      ++hooks_;
      break;
    case EventKind::kNoteClear:
      OnNoteClear(event);
      break;
    default:
      break;
  }
}

void DeepSleepJudge::OnDutiesBegin(const Event& event) {
  if (DeepSleepWasDue(event) && !SawAReason()) {
    Expect(state_.slept_deep(), kCYC_1, "a deep sleep was due and left out", {event});
  }
  if (way_ == Way::kPublished) {
    Violate(kDEEP_3, "the flag was published, and no deep sleep followed", {event});
  } else if (way_ == Way::kWoken) {
    Violate(kDEEP_6, "after the sleep the flag and the note were left as they were", {event});
  }
  way_ = Way::kAwake;
  if (relaxed_) {
    Violate(kDEEP_5, "the duties began with the clock still relaxed", {event});
    relaxed_ = false;
  }
}

// By what was so since the shallow sleep ended, and was not another way in between.
bool DeepSleepJudge::DeepSleepWasDue(const Event& event) const {
  if (!nothing_kept_it_awake_ || !NothingKeepsItAwake(event)) return false;
  const auto stayed = [&](Variable variable) { return state_.IsSince(variable, awake_step_); };
  if (!stayed(Variable::kTimerCount)) return false;
  const bool stop = state_.value(Variable::kStopPending) != 0 && !in_real_time_;
  if (stop && stayed(Variable::kStopPending)) return true;
  return state_.AllIdle() && stayed(Variable::kIdleProcessors) && stayed(Variable::kProcs);
}

// In real time its look without the lock may have come before what was traced already.
bool DeepSleepJudge::SawAReason() const {
  if (!in_real_time_) return false;
  const int64_t now_ns = nows_ns_.none() ? state_.now_ns() : nows_ns_.last();
  return (free_look_.taken && !free_look_.Allows()) ||
         (!timers_ns_.none() && timers_ns_.last() <= now_ns);
}

bool DeepSleepJudge::NothingKeepsItAwake(const Event& event) const {
  if (tunables_.sched_trace_ms > 0) return false;
  if (in_real_time_) return state_.AllIdle() && state_.value(Variable::kTimerCount) == 0;
  const bool may = state_.AllIdle() || state_.value(Variable::kStopPending) != 0;
  return may && state_.earliest_timer_ns() > event.time_ns;
}

bool DeepSleepJudge::Look::Allows() const {
  if (!taken) return false;
  if (stop) return true;
  const auto is_all = [&](int64_t count) {
    return procs.Are([&](int64_t all) { return all == count; }).yes;
  };
  return idle.Are(is_all).yes;
}

void DeepSleepJudge::OnRead(const Event& event) {
  const bool locked = state_.MonitorHolds(LockId::kSched);
  Look& look = locked ? locked_look_ : free_look_;
  const int64_t value = event.Get(Arg::kValue);
  if (Is(event, Variable::kStopPending)) {
    look.taken = true;
    look.stop = look.stop || value != 0;
  } else if (Is(event, Variable::kIdleProcessors)) {
    look.taken = true;
    look.idle.Add(value);
  } else if (Is(event, Variable::kProcs)) {
    look.procs.Add(value);
  } else if (Is(event, Variable::kEarliestTimer) && locked) {
    timers_ns_.Add(value);
  }
}

// The term that kept it from sleeping deep, or should have.
std::string DeepSleepJudge::TermThatForbids() const {
  if (tunables_.sched_trace_ms > 0) return "although the trace is on";
  if (!locked_look_.taken) return "without a look under the sched lock whether it may";
  if (!locked_look_.Allows()) {
    return fmt::format("although it saw {} of {} P idle under the sched lock",
                       locked_look_.idle.last(), locked_look_.procs.last());
  }
  return "without a look without the sched lock that allowed it";
}

void DeepSleepJudge::OnPublish(const Event& event) {
  if (way_ != Way::kAwake || state_.in_duties()) {
    Violate(kDEEP_3, "the flag was published without a deep sleep to come", {event});
  }
  way_ = Way::kPublished;
  Expect(state_.MonitorHolds(LockId::kSched), kDEEP_3,
         "the flag was published without the sched lock", {event});
  const bool looked_twice = free_look_.Allows() && locked_look_.Allows();
  Expect(looked_twice && tunables_.sched_trace_ms == 0, kDEEP_1,
         [&] { return "the monitor goes to sleep deep " + TermThatForbids(); }, {event});
  const bool may = state_.AllIdle() || state_.value(Variable::kStopPending) != 0;
  Expect(may, kDEEP_11, "a deep sleep although some P is not idle and no stop-the-world is pending",
         {event});
  // Without a look at the clock since the shallow sleep, only what it showed then can be right.
  if (nows_ns_.none()) nows_ns_.Add(in_real_time_ ? state_.now_ns() : event.time_ns);
  const bool later =
      timers_ns_
          .Are([&](int64_t timer_ns) {
            return nows_ns_.Are([&](int64_t now_ns) { return timer_ns > now_ns; }).yes;
          })
          .yes;
  Expect(later, kDEEP_2,
         timers_ns_.none() ? std::string("a deep sleep without a look at the timers")
                           : fmt::format("a deep sleep although a timer was due {} ns ago",
                                         nows_ns_.last() - timers_ns_.last()),
         {event});
}

// It takes back the flag that it published, after the sleep and under the lock.
void DeepSleepJudge::OnWithdraw(const Event& event) {
  const bool locked = state_.MonitorHolds(LockId::kSched);
  Expect(way_ == Way::kWoken && locked, kDEEP_6,
         way_ != Way::kWoken ? "the flag was cleared other than after a deep sleep"
                             : "the flag was cleared without the sched lock",
         {event});
}

void DeepSleepJudge::OnRelax(const Event& event) {
  const bool on = event.Get(Arg::kOn) != 0;
  const bool place = on ? way_ == Way::kPublished : state_.slept_deep() && !state_.sleeping_deep();
  Expect(place && relaxed_ != on, kDEEP_5,
         Sentence("the clock was {} {}", on ? "relaxed" : "made exact",
                  !place ? "other than around a deep sleep" : "a second time"),
         {event});
  relaxed_ = on;
}

void DeepSleepJudge::OnNoteClear(const Event& event) {
  const bool locked = state_.MonitorHolds(LockId::kSched);
  // Before the flag is published nothing can be lost.
  const bool before = way_ == Way::kAwake && !state_.in_duties() && !state_.slept_deep();
  const bool place = way_ == Way::kWoken || (before && locked);
  Expect(place && locked, kDEEP_6,
         locked || way_ != Way::kWoken ? "the note was reset other than after a deep sleep"
                                       : "the note was reset without the sched lock",
         {event});
  note_cleared_ = true;
}

Maybe DeepSleepJudge::IsDuration(int64_t duration_ns) const {
  const int64_t most_ns = tunables_.deep_max_ns();
  if (timers_ns_.none()) return Maybe::Surely(duration_ns == most_ns);
  Maybe is;
  if (timers_ns_.unknown() || nows_ns_.unknown()) return Maybe::Unknown();
  timers_ns_.ForEach([&](int64_t timer_ns) {
    nows_ns_.ForEach([&](int64_t now_ns) {
      const int64_t due_ns = timer_ns == INT64_MAX ? most_ns : std::min(most_ns, timer_ns - now_ns);
      (duration_ns == due_ns ? is.yes : is.no) = true;
    });
  });
  return is;
}

int64_t DeepSleepJudge::LikelyDuration() const {
  if (timers_ns_.none() || timers_ns_.last() == INT64_MAX) return tunables_.deep_max_ns();
  return std::min(tunables_.deep_max_ns(), timers_ns_.last() - nows_ns_.last());
}

void DeepSleepJudge::OnDeepSleep(const Event& event) {
  deep_ = event;
  deep_duration_ns_ = event.Get(Arg::kDurationNs);
  longest_piece_ns_ = pieces_ = hooks_ = 0;
  Expect(tunables_.sched_trace_ms == 0 || state_.monitor() < 0, kDEEP_13,
         "a deep sleep although the scheduler trace is on", {event});
  const bool published = way_ == Way::kPublished;
  Expect(published && !state_.MonitorHolds(LockId::kSched), kDEEP_3,
         published ? "the monitor sleeps with the sched lock held"
                   : "a deep sleep without the flag published",
         {event});
  way_ = Way::kAsleep;
  Expect(IsDuration(deep_duration_ns_).yes, kDEEP_4,
         Sentence("a deep sleep of {} ns; {} ns were due", deep_duration_ns_, LikelyDuration()),
         {event});
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
  way_ = Way::kWoken;
  note_cleared_ = false;
  const bool woken = event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken);
  if (state_.value(Variable::kInterceptors) != 0 && deep_duration_ns_ > kPieceNsMost) {
    JudgePieces(event, woken);
  }
}

// By their number, not by the time that they took: who sleeps may be late.
void DeepSleepJudge::JudgePieces(const Event& event, bool woken) {
  // A wake-up that came before the first wait leaves nothing to cut.
  const bool cut = longest_piece_ns_ <= kPieceNsMost && (pieces_ > 0 || woken);
  Expect(cut && hooks_ >= pieces_ - 1, kDEEP_16,
         Sentence("with libc interceptors a wait in {} pieces of up to {} ns, the hook called {} "
                  "times between them",
                  pieces_, longest_piece_ns_, hooks_),
         {event});
}

void DeepSleepJudge::OnUnlockSched(const Event& event) {
  if (way_ != Way::kWoken) return;
  way_ = Way::kAwake;
  Expect(state_.value(Variable::kMonitorWaits) == 0 && note_cleared_, kDEEP_6,
         note_cleared_ ? "after the sleep the sched lock was released with the flag up"
                       : "after the sleep the sched lock was released with the note not reset",
         {event});
}

}  // namespace proctor::white_box
