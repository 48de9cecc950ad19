#include "conformance/judge/cadence.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

constexpr size_t kEventsCited = 6;
// A right monitor shows the exact length in at least one of N runs.
constexpr int64_t kRunsThatDecide = 10;
// A machine with nothing else to do ends a sleep within this.
constexpr int64_t kLateNs = 1'000'000;
// How often a wake-up may come when the time of a deep sleep is just over, which nothing shows.
constexpr int64_t kUnseenWakesMost = 2;
// Larger than any `idle` that matters, small enough to add to.
constexpr int64_t kUnbounded = INT64_MAX / 2;

}  // namespace

CadenceJudge::CadenceJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kCAD_1, ClauseId::kCAD_2, ClauseId::kCAD_3, ClauseId::kCAD_4,
                   ClauseId::kCAD_5, ClauseId::kCAD_6, ClauseId::kCAD_7, ClauseId::kCAD_8}),
      tunables_(header.in_force),
      activity_(header.emits) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake}));
  // What a cycle did besides.
  Needs({ClauseId::kCAD_7}, Activity::Kinds());
  Needs({ClauseId::kCAD_6}, KindSet({kPoll, kPreemptSignal, kTraceLine}) | Activity::Kinds());
  LoseTrack();
  if (header.from_start) {
    idle_most_ = 0;
    run_start_ = RunStart::kFreshStart;
  }
}

void CadenceJudge::Observe(const Event& event) {
  activity_.Observe(event);
  switch (event.kind) {
    case EventKind::kGap:
      LoseTrack();
      return;
    case EventKind::kShallowSleep:
      recent_.push_back(event);
      if (GoesOn(event)) {
        in_cycle_ = false;
        break;
      }
      // A request marks its task at any time of its turn, and its signal, which interrupts a call
      // that begins anew then, arrives until the turn's end.
      if (signalled_ && activity_.last_call_began_ns() > cycle_began_ns_)
        marked_call_ns_ = activity_.last_call_began_ns();
      signalled_ = false;
      EndCycle();
      OnShallowSleep(event);
      slept_from_ns_ = event.time_ns;
      break;
    case EventKind::kShallowWake:
      interrupted_ = event.Get(Arg::kInterrupted) != 0;
      in_cycle_ = true;
      cycle_began_ns_ = event.time_ns;
      return;
    case EventKind::kDeepSleep:
      recent_.push_back(event);
      deep_due_ns_ = event.time_ns + std::min(event.Get(Arg::kDurationNs), kUnbounded);
      break;
    case EventKind::kDeepWake:
      recent_.push_back(event);
      OnDeepWake(event);
      break;
    case EventKind::kPoll:
    case EventKind::kPreemptSignal:
    case EventKind::kTraceLine:
      recent_.push_back(event);
      OnDuty(event);
      break;
    default:
      return;
  }
  if (recent_.size() > kEventsCited) recent_.pop_front();
}

// A sleep that a signal has interrupted goes on with the rest of its time: it is one sleep. Who
// does not go on asks for the next one, which is no such rest.
bool CadenceJudge::GoesOn(const Event& event) const {
  if (!interrupted_ || !in_cycle_ || slept_deep_ || polls_ + other_duties_ > 0) return false;
  const int64_t rest_least_ns = delay_ns_ - (event.time_ns - slept_from_ns_);
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  return requested_ns < delay_ns_ && requested_ns > 0 && requested_ns >= rest_least_ns &&
         (rest_least_ns > 0 || requested_ns != tunables_.shallow_min_ns);
}

void CadenceJudge::LoseTrack() {
  delay_ns_ = 0;
  idle_least_ = 0;
  idle_most_ = kUnbounded;
  run_start_ = RunStart::kUnknown;
  run_length_ = 0;
  in_cycle_ = false;
  slept_deep_ = false;
  polls_ = 0;
  other_duties_ = 0;
  run_ = {};
}

void CadenceJudge::OnDeepWake(const Event& event) {
  slept_deep_ = true;
  cycle_began_ns_ = event.time_ns;
  deep_cause_ = static_cast<WakeCause>(event.Get(Arg::kCause));
  // A wake-up that comes while the monitor, whose time is over, does not get a CPU counts as one.
  if (deep_cause_ == WakeCause::kTimeout && event.time_ns - deep_due_ns_ > kLateNs) {
    deep_cause_ = WakeCause::kEither;
  }
}

void CadenceJudge::OnDuty(const Event& event) {
  if (event.kind != EventKind::kPoll) {
    const bool between_stamps = activity_.computes_alone_since_ns() == INT64_MAX;
    if (event.kind == EventKind::kPreemptSignal && between_stamps) signal_ns_ = event.time_ns;
    signalled_ = signalled_ || event.kind == EventKind::kPreemptSignal;
    ++other_duties_;
    return;
  }
  if (++polls_ == 2 && in_cycle_) {
    Violate(ClauseId::kCAD_1, "two network polls without a shallow sleep between them", Recent());
  }
}

void CadenceJudge::EndCycle() {
  if (!in_cycle_) return;
  if (slept_deep_ && deep_cause_ == WakeCause::kWoken) idle_least_ = idle_most_ = 0;
  if (slept_deep_ && deep_cause_ == WakeCause::kEither) idle_least_ = 0;
  // The retake at the end of the cycle is hidden: `idle` went up by one, or back to 0.
  const bool proved = RetakeImpossible();
  idle_least_ = proved ? idle_least_ + 1 : 0;
  idle_most_ = std::min(idle_most_ + 1, kUnbounded);
  run_.unproved += proved ? 0 : 1;
}

bool CadenceJudge::RetakeImpossible() const {
  // While a collection stops the world the monitor may sleep deep, and be woken before it sleeps.
  if (activity_.may_collect()) return false;
  // What is no operation of a task of the scenario is in no system call while some task lives.
  if (activity_.live_since_ns() >= cycle_began_ns_) return false;
  if (activity_.free_of_calls_since_ns() < cycle_began_ns_) return true;
  if (tunables_.procs != 1 || activity_.may_read()) return false;
  // Those that wait for the network are out of their calls microseconds after their stamps.
  const bool others_wait = activity_.spinning_since_ns() < cycle_began_ns_ &&
                           activity_.last_stamp_ns() < cycle_began_ns_ &&
                           activity_.open(Op::kBlock) + activity_.open(Op::kCalls) == 0;
  return others_wait ||
         (activity_.computes_alone_since_ns() < cycle_began_ns_ && !MayNotHaveEntered());
}

// The task that stamped a call last may have been made to yield before it entered the call, and may
// enter it at any time.
bool CadenceJudge::MayNotHaveEntered() const {
  constexpr int64_t kInFlightNs = 5'000'000;
  if (activity_.open(Op::kBlock) + activity_.open(Op::kCalls) == 0) return false;
  return marked_call_ns_ == activity_.last_call_began_ns() ||
         (signal_ns_ > activity_.last_call_began_ns() - kInFlightNs &&
          signal_ns_ < activity_.computes_alone_since_ns());
}

void CadenceJudge::StartRun(RunStart start, int64_t time_ns) {
  run_start_ = start;
  run_length_ = 0;
  run_ = {.began_ns = time_ns};
}

int64_t CadenceJudge::Doubled() const { return std::min(2 * delay_ns_, tunables_.shallow_max_ns); }

void CadenceJudge::OnShallowSleep(const Event& event) {
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  if (requested_ns <= 0 || requested_ns > tunables_.shallow_max_ns) {
    Violate(ClauseId::kCAD_8,
            fmt::format("a shallow sleep of {} ns was requested; allowed is 1 to {} ns",
                        requested_ns, tunables_.shallow_max_ns),
            Recent());
  } else {
    Trigger(ClauseId::kCAD_8);
  }
  Trigger(ClauseId::kCAD_1);
  JudgeNetworkTurn(requested_ns);

  const bool woken = slept_deep_ && deep_cause_ == WakeCause::kWoken;
  if (delay_ns_ == 0 && run_start_ == RunStart::kUnknown && !woken) {
    // Anything may come first; all but the shortest tells the whole state.
    if (requested_ns != tunables_.shallow_min_ns) {
      idle_least_ = idle_most_ = tunables_.flat_cycles + 1;
    }
  } else if (requested_ns == tunables_.shallow_min_ns) {
    OnShortest(event);
  } else if (!woken && delay_ns_ != 0 && requested_ns == Doubled()) {
    OnDoubled(event);
  } else {
    Accuse(event);
  }

  run_length_ = requested_ns == delay_ns_ ? run_length_ + 1 : 1;
  delay_ns_ = requested_ns;
  in_cycle_ = false;
  slept_deep_ = false;
  polls_ = 0;
  other_duties_ = 0;
}

// Where a poll has made a task ready, that task may lose its P in the call that reads, but seldom.
void CadenceJudge::JudgeNetworkTurn(int64_t requested_ns) {
  constexpr int64_t kResetsThatDecide = 8;
  const bool reads = tunables_.procs == 1 && polls_ > 0 && !slept_deep_ && activity_.may_read() &&
                     activity_.spinning_since_ns() < cycle_began_ns_ &&
                     activity_.open(Op::kBlock) + activity_.open(Op::kCalls) == 0 &&
                     !activity_.may_collect();
  if (!reads || delay_ns_ <= tunables_.shallow_min_ns) return;
  ++network_turns_;
  network_resets_ += requested_ns == tunables_.shallow_min_ns;
  if (network_resets_ < kResetsThatDecide || 2 * network_resets_ <= network_turns_) return;
  Violate(ClauseId::kCAD_6,
          fmt::format("in {} of {} turns whose poll may have made a task ready the delay went back "
                      "to {} ns: a P that was taken from its read explains a few",
                      network_resets_, network_turns_, tunables_.shallow_min_ns),
          Recent());
}

void CadenceJudge::OnShortest(const Event& event) {
  const bool reset = delay_ns_ > tunables_.shallow_min_ns;
  const bool woken = slept_deep_ && deep_cause_ == WakeCause::kWoken;
  if (woken) {
    if (reset) Trigger(ClauseId::kCAD_4);
    StartRun(RunStart::kWoken, event.time_ns);
    delay_ns_ = tunables_.shallow_min_ns;
  } else if (reset) {
    if (RetakeImpossible() && ResetWithoutCause()) return;
    // A retake leaves 0; a wake-up that came before the sleep could start leaves 1 at the cycle's
    // end.
    idle_least_ = 0;
    idle_most_ = 1;
    StartRun(RunStart::kRetake, event.time_ns);
  } else {
    Trigger(ClauseId::kCAD_2);
    idle_most_ = std::min(idle_most_, tunables_.flat_cycles);
    if (slept_deep_) ++run_.deep_sleeps;
    if (delay_ns_ == 0 || idle_least_ <= tunables_.flat_cycles) return;
    if (run_.deep_sleeps == 0) return Accuse(event);
    if (++runs_too_long_ <= kUnseenWakesMost) {
      idle_least_ = 0;
      run_.too_long = true;
      return;
    }
    Violate(ClauseId::kCAD_7,
            fmt::format("the delay stays at {} ns for more than {} cycles, {} of which slept deep: "
                        "these were not counted",
                        delay_ns_, tunables_.flat_cycles + 1, run_.deep_sleeps),
            Recent());
    LoseTrack();
  }
}

// Whether the delay may not go back to the shortest here; then somebody was accused of it.
bool CadenceJudge::ResetWithoutCause() {
  if (slept_deep_ && deep_cause_ == WakeCause::kEither) return false;
  // The end of stop-the-world wakes the monitor; where that comes before it sleeps, nothing shows.
  // A task that comes out of the network reads before its stamp, in a call of some microseconds.
  // And a wake-up that comes when the time of a deep sleep is just over still counts.
  const bool rare_cause = slept_deep_ || activity_.may_collect() || activity_.open(Op::kWait) > 0;
  if (rare_cause && ++resets_without_cause_ <= kUnseenWakesMost) return false;
  if (slept_deep_) {
    Violate(ClauseId::kCAD_5,
            fmt::format("after a deep sleep that timed out the delay went back from {} ns to {} ns",
                        delay_ns_, tunables_.shallow_min_ns),
            Recent());
    LoseTrack();
    return true;
  }
  Violate(ClauseId::kCAD_6,
          fmt::format("the delay went back from {} ns to {} ns although no P can have been in a "
                      "system call, so that nothing can have been retaken",
                      delay_ns_, tunables_.shallow_min_ns),
          Recent());
  LoseTrack();
  return true;
}

// A run is too short or too long by one where the moment of its cause is not known for certain. All
// of them are only where the rule is another one.
void CadenceJudge::JudgeRunLength(const Event& event) {
  const bool woken = run_start_ == RunStart::kWoken;
  if (run_start_ != RunStart::kRetake && !woken) return;
  const int64_t exact = woken ? tunables_.flat_cycles : tunables_.flat_cycles + 1;
  // Until the task that got the P has stamped.
  const int64_t unproved_most = woken ? 1 : 5;
  if (run_.unproved > unproved_most || activity_.last_call_began_ns() > run_.began_ns) return;
  Lengths& lengths = woken ? woken_runs_ : retake_runs_;
  ++lengths.runs;
  lengths.exact += run_length_ == exact ? 1 : 0;
  if (lengths.exact > 0 || lengths.runs < kRunsThatDecide) return;
  const std::string message = fmt::format(
      "none of {} runs of {} ns after {} was {} long; the last one was {}", lengths.runs,
      tunables_.shallow_min_ns, woken ? "a wake-up" : "a retake", exact, run_length_);
  Violate(woken ? ClauseId::kCAD_4 : ClauseId::kCAD_3, message, Recent());
  Violate(ClauseId::kCAD_2, message, {event});
}

void CadenceJudge::OnDoubled(const Event& event) {
  if (idle_most_ <= tunables_.flat_cycles) {
    Accuse(event);
    return;
  }
  Trigger(ClauseId::kCAD_2);
  if (slept_deep_) Trigger(ClauseId::kCAD_5);
  if (other_duties_ + polls_ > 0 && RetakeImpossible()) Trigger(ClauseId::kCAD_6);
  if (delay_ns_ == tunables_.shallow_min_ns) {
    if (run_.deep_sleeps > 0 && !run_.too_long) Trigger(ClauseId::kCAD_7);
    JudgeRunLength(event);
    if (run_start_ == RunStart::kRetake && run_length_ == tunables_.flat_cycles + 1) {
      Trigger(ClauseId::kCAD_3);
    }
    if (run_start_ == RunStart::kWoken && run_length_ == tunables_.flat_cycles) {
      Trigger(ClauseId::kCAD_4);
    }
  }
  idle_least_ = idle_most_ = tunables_.flat_cycles + 1;
}

void CadenceJudge::Accuse(const Event& event) {
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  if (delay_ns_ == 0 && !slept_deep_) {
    Violate(ClauseId::kCAD_2,
            fmt::format("the first shallow sleep asks for {} ns instead of {} ns", requested_ns,
                        tunables_.shallow_min_ns),
            Recent());
  } else if (slept_deep_) {
    const bool woken = deep_cause_ == WakeCause::kWoken;
    Violate(woken ? ClauseId::kCAD_4 : ClauseId::kCAD_5,
            fmt::format("after a deep sleep that ended by {} the delay went from {} ns to {} ns; "
                        "expected {} ns",
                        woken ? "a wake-up" : "its time-out", delay_ns_, requested_ns,
                        woken ? tunables_.shallow_min_ns : Doubled()),
            Recent());
  } else if (delay_ns_ == tunables_.shallow_min_ns && requested_ns == Doubled()) {
    const ClauseId clause = run_start_ == RunStart::kRetake  ? ClauseId::kCAD_3
                            : run_start_ == RunStart::kWoken ? ClauseId::kCAD_4
                                                             : ClauseId::kCAD_2;
    const std::string message = fmt::format(
        "the delay doubled after {} sleeps of {} ns; at least {} are due", run_length_, delay_ns_,
        tunables_.flat_cycles + (run_start_ == RunStart::kFreshStart ? 1 : 0));
    Violate(clause, message, Recent());
    if (clause != ClauseId::kCAD_2) Violate(ClauseId::kCAD_2, message, Recent());
  } else {
    // A run that is too long is one of its kind.
    const bool flat = requested_ns == delay_ns_ && delay_ns_ == tunables_.shallow_min_ns;
    if (flat && run_start_ == RunStart::kWoken) {
      Violate(ClauseId::kCAD_4,
              fmt::format("more than {} sleeps of {} ns after a wake-up, and nothing can have been "
                          "retaken",
                          tunables_.flat_cycles, delay_ns_),
              Recent());
    }
    Violate(ClauseId::kCAD_2,
            fmt::format("after a sleep of {} ns one of {} ns was requested; expected {} ns{}",
                        delay_ns_, requested_ns,
                        idle_most_ > tunables_.flat_cycles ? Doubled() : delay_ns_,
                        delay_ns_ > tunables_.shallow_min_ns ? " or the shortest" : ""),
            Recent());
  }
  LoseTrack();
}

std::vector<Event> CadenceJudge::Recent() const { return {recent_.begin(), recent_.end()}; }

}  // namespace proctor
