#include "conformance/judge/white_box/cadence.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::white_box {
namespace {

// A monitor that is woken between publishing its flag and sleeping is rare; where it waits for a
// CPU between the two, that is one in five of the cycles that would have slept deep.
constexpr int64_t kExcusedMost = 3;
constexpr int64_t kDeepSleepsPerExcuse = 4;

}  // namespace

using enum ClauseId;

CadenceJudge::CadenceJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state,
          {kCAD_1, kCAD_2, kCAD_3, kCAD_4, kCAD_5, kCAD_6, kCAD_7, kCAD_8, kSYS_11},
          {EventKind::kShallowSleep, EventKind::kDeepWake, EventKind::kLock, EventKind::kHandOff,
           EventKind::kPreemptRequest, EventKind::kInject, EventKind::kScavengerWake,
           EventKind::kTraceLine, EventKind::kThreadRequest, EventKind::kAffinityRead}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

void CadenceJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kShallowSleep:
      OnShallowSleep(event);
      break;
    case EventKind::kDeepWake:
      deep_wake_ = event;
      ++deep_sleeps_;
      if (event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kEither)) Lose();
      if (event.Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken)) {
        idle_ = 0;
        delay_ns_ = tunables_.shallow_min_ns;
        hidden_wake_up_ = timed_out_in_run_ = duty_in_run_ = false;
        run_start_ = RunStart::kWoken;
        cycle_lost_ = false;  // its duties follow
      } else {
        timed_out_in_run_ = true;
      }
      break;
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      Expect(sleeps_since_duties_ == 1, kCAD_1,
             Sentence("a cycle's duties began after {} shallow sleeps", sleeps_since_duties_),
             {event});
      sleeps_since_duties_ = 0;
      break;
    case EventKind::kHandOff:
      ++taken_;
      break;
    case EventKind::kPreemptRequest:
      preempted_ = true;
      break;
    case EventKind::kInject:
    case EventKind::kScavengerWake:
    case EventKind::kTraceLine:
    case EventKind::kThreadRequest:
    case EventKind::kAffinityRead:
      other_duty_ = true;
      break;
    default:
      break;
  }
}

void CadenceJudge::EndCycle() {
  uncounted_ = idle_ + 1;
  idle_ = taken_ > 0 ? 0 : uncounted_;
  duty_in_run_ = duty_in_run_ || preempted_ || other_duty_;
  if (taken_ == 0) return;
  hidden_wake_up_ = timed_out_in_run_ = duty_in_run_ = false;
  run_start_ = RunStart::kTaken;
}

int64_t CadenceJudge::DelayAfter(int64_t idle) const {
  const int64_t delay_ns = idle == 0                      ? tunables_.shallow_min_ns
                           : idle > tunables_.flat_cycles ? 2 * delay_ns_
                                                          : delay_ns_;
  return std::min(delay_ns, tunables_.shallow_max_ns);
}

// Whether this sleep can be judged although `idle` was lost.
bool CadenceJudge::Find(int64_t requested_ns) {
  const bool woken = !cycle_lost_ && deep_wake_ &&
                     deep_wake_->Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken);
  const bool doubled = last_ && last_->Get(Arg::kDurationNs) == tunables_.shallow_min_ns &&
                       requested_ns == 2 * tunables_.shallow_min_ns;
  known_ = taken_ || woken || doubled;
  if (doubled && !taken_ && !woken) {
    delay_ns_ = tunables_.shallow_min_ns;
    idle_ = tunables_.flat_cycles;
    hidden_wake_up_ = timed_out_in_run_ = false;
    run_start_ = RunStart::kFresh;
  }
  return known_;
}

bool CadenceJudge::IsExcused() {
  return hidden_wake_up_ && ++excused_ <= kExcusedMost + deep_sleeps_ / kDeepSleepsPerExcuse;
}

void CadenceJudge::OnShallowSleep(const Event& event) {
  ++sleeps_since_duties_;
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  Expect(requested_ns > 0 && requested_ns <= tunables_.shallow_max_ns, kCAD_8,
         "a shallow sleep outside 1 ns to shallow_max", {event});
  if (!known_ && !Find(requested_ns)) {
    last_ = event;
    deep_wake_.reset();
    taken_ = 0;
    preempted_ = other_duty_ = cycle_lost_ = false;
    return;
  }
  if (last_ || deep_wake_) EndCycle();
  const int64_t expected_ns = DelayAfter(idle_);
  if (requested_ns == expected_ns) {
    Praise();
  } else if (IsExcused()) {
    Lose();
  } else {
    Blame(event, expected_ns);
    idle_ = requested_ns == tunables_.shallow_min_ns ? 0 : tunables_.flat_cycles + 1;
  }
  delay_ns_ = requested_ns;
  last_ = event;
  deep_wake_.reset();
  taken_ = 0;
  preempted_ = other_duty_ = cycle_lost_ = false;
}

void CadenceJudge::Praise() {
  Trigger(kCAD_2);
  if (taken_ > 0) Trigger(kCAD_3);
  if (deep_wake_) {
    const bool woken = deep_wake_->Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken);
    Trigger(woken ? kCAD_4 : kCAD_5);
  }
  if (taken_ == 0 && (preempted_ || other_duty_)) Trigger(kCAD_6);
  if (taken_ > 0 || preempted_) Trigger(kSYS_11);
  if (timed_out_in_run_ && idle_ > tunables_.flat_cycles) Trigger(kCAD_7);
}

void CadenceJudge::Blame(const Event& event, int64_t expected_ns) {
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  const std::string message =
      fmt::format("a shallow sleep of {} ns was requested, {} ns were due (idle = {})",
                  requested_ns, expected_ns, idle_);
  std::vector<Event> evidence;
  if (last_) evidence.push_back(*last_);
  if (deep_wake_) evidence.push_back(*deep_wake_);
  evidence.push_back(event);
  const bool reset = requested_ns == tunables_.shallow_min_ns && expected_ns > requested_ns;
  if (reset && taken_ == 0 && idle_ > 0 && (idle_ & 0xff) == 0) {
    Violate(kCAD_2, "`idle` wrapped: " + message, evidence);
  } else if (taken_ > 0) {
    Violate(kCAD_3, message, evidence);
    if (taken_ > 1 || requested_ns == DelayAfter(uncounted_)) {
      Violate(kSYS_11, fmt::format("{} P were taken, and did not count: {}", taken_, message),
              evidence);
    }
  } else if (reset && preempted_) {
    Violate(kSYS_11, "a preemption request counted as a taken P: " + message, evidence);
    Violate(kCAD_6, message, evidence);
  } else if (reset && other_duty_) {
    Violate(kCAD_6, message, evidence);
  } else if (deep_wake_) {
    const bool woken = deep_wake_->Get(Arg::kCause) == static_cast<int64_t>(WakeCause::kWoken);
    Violate(woken ? kCAD_4 : kCAD_5, message, evidence);
  } else if (reset && last_ && last_->Get(Arg::kDurationNs) > requested_ns) {
    // Of `idle` and the delay, which of the two was reset shows only later, if at all.
    Violate(kCAD_6, "something that may not reset `idle` did, or reset the delay: " + message,
            evidence);
    Violate(kCAD_2, "the delay was reset, or `idle`: " + message, evidence);
  } else {
    BlameRun(requested_ns < expected_ns, message, evidence);
  }
  if (reset && duty_in_run_ && taken_ == 0) {
    Violate(kCAD_6, "a duty reset `idle`, or a cycle was not counted: " + message, evidence);
    Violate(kCAD_2, "a cycle was not counted, or a duty reset `idle`: " + message, evidence);
  }
}

// A run of sleeps that goes on for too long or ends too early.
void CadenceJudge::BlameRun(bool short_sleep, const std::string& message,
                            const std::vector<Event>& evidence) {
  if (timed_out_in_run_ && short_sleep) {
    // Which of the two shows only later, if at all.
    Violate(kCAD_7,
            "a cycle that slept deep was not counted, or its time-out reset `idle`: " + message,
            evidence);
    Violate(kCAD_5,
            "the time-out of a deep sleep reset `idle`, or its cycle was not counted: " + message,
            evidence);
  } else if (last_ && last_->Get(Arg::kDurationNs) == tunables_.shallow_min_ns) {
    // A run of the shortest sleeps that is too short or too long.
    Violate(run_start_ == RunStart::kTaken   ? kCAD_3
            : run_start_ == RunStart::kWoken ? kCAD_4
                                             : kCAD_2,
            message, evidence);
  } else {
    Violate(kCAD_2, message, evidence);
  }
}

}  // namespace proctor::white_box
