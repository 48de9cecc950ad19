#include "conformance/judge/sleep.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

// A collection's stop-the-world ends at most this long before the collection does.
constexpr int64_t kCollectionReachNs = 1'000'000'000;
constexpr size_t kSuspectsMost = 16;
constexpr char kSleptWithTrace[] = "a deep sleep although the scheduler trace is on";

// A monitor that has not ended one shallow sleep or one cycle within this time is stuck.
constexpr int64_t kSilenceNsMost = 500'000'000;

}  // namespace

SleepJudge::SleepJudge(Tier tier, const Header& header)
    : Judge(tier, {ClauseId::kID_4, ClauseId::kCAD_9, ClauseId::kDEEP_4, ClauseId::kDEEP_11,
                   ClauseId::kDEEP_13, ClauseId::kDEEP_14}),
      tunables_(header.in_force),
      activity_(header.emits),
      traced_(header.in_force.sched_trace_ms > 0),
      trace_shown_(header.asked.sched_trace_ms > 0) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake}));
  // An accusation that rests on stamps waits for the collection that explains it.
  Needs({ClauseId::kDEEP_11}, KindSet({kCollection}) | Activity::Kinds());
  world_may_stop_ = !header.emits[static_cast<size_t>(kCollection)];
}

void SleepJudge::Observe(const Event& event) {
  stalls_.Observe(event);
  NoteSilence(event);
  switch (event.kind) {
    case EventKind::kShallowSleep:
      OnShallowSleep(event);
      break;
    case EventKind::kShallowWake:
      OnShallowWake(event);
      break;
    case EventKind::kDeepSleep:
      OnDeepSleep(event);
      break;
    case EventKind::kDeepWake:
      OnDeepWake(event);
      break;
    case EventKind::kGap:
      shallow_.reset();
      deep_.reset();
      deep_in_cycle_ = monitor_gone_ = false;
      timers_.clear();
      slept_before_line_.reset();
      // The collection that explains a sleep may be among what is missing.
      suspects_.clear();
      world_may_stop_ = true;
      break;
    case EventKind::kTraceLine:
      trace_shown_ = true;
      if (traced_ && slept_before_line_) {
        Violate(ClauseId::kDEEP_13, kSleptWithTrace, {*slept_before_line_, event});
      }
      break;
    case EventKind::kScenarioStart:
      scenario_start_ns_ = event.time_ns;
      break;
    case EventKind::kMonitorExit:
      monitor_gone_ = true;
      break;
    case EventKind::kCollection:
      std::erase_if(suspects_, [&](const SuspectedSleep& suspect) {
        return event.time_ns - suspect.evidence.back().time_ns < kCollectionReachNs;
      });
      break;
    case EventKind::kOpBegin:
      OnOpBegin(event);
      break;
    case EventKind::kOpEnd:
      if (event.Is(Arg::kOp, Op::kSleep)) OnTimerEnd(event);
      break;
    default:
      break;
  }
  activity_.Observe(event);
  cycle_.Observe(event);
}

void SleepJudge::OnOpBegin(const Event& event) {
  if (monitor_gone_) {
    Violate(ClauseId::kID_4, "the monitor's thread ended while tasks still ran", {event});
  }
  world_may_stop_ = world_may_stop_ || event.Is(Arg::kOp, Op::kWork) ||
                    event.Is(Arg::kOp, Op::kAllocate) || event.Is(Arg::kOp, Op::kCollect) ||
                    event.Is(Arg::kOp, Op::kProcs);
  if (event.Is(Arg::kOp, Op::kSleep) && timers_.size() < kTimersMost) {
    timers_.insert_or_assign(event.g, Timer{.begin = event});
  }
}

// A monitor that is not in a deep sleep makes events again and again.
void SleepJudge::NoteSilence(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowSleep:
    case EventKind::kShallowWake:
    case EventKind::kDeepWake:
      heard_ = event;
      return;
    case EventKind::kDeepSleep:
    case EventKind::kGap:
    case EventKind::kStopped:
    case EventKind::kContinued:
    case EventKind::kMonitorExit:
      heard_.reset();
      return;
    case EventKind::kOpBegin:
      if (event.Is(Arg::kOp, Op::kSpin)) spin_ = event;
      break;
    case EventKind::kOpEnd:
    case EventKind::kScenarioEnd:
      break;
    default:
      return;
  }
  if (!heard_) return;
  if (event.time_ns - heard_->time_ns > kSilenceNsMost && silences_.size() < kSuspectsMost) {
    silences_.push_back({*heard_, event, ComputedSinceNs(heard_->time_ns, event)});
    heard_.reset();
  }
}

// The CPU time, at least, of the task whose operation ends: where one thread gets it, no other one
// of the process goes without for long. Half of what was asked for: an adapter measures its loop
// once, and CPUs that share a core are twice as fast when one of them rests.
int64_t SleepJudge::ComputedSinceNs(int64_t since_ns, const Event& end) const {
  if (!spin_ || end.kind != EventKind::kOpEnd || !end.Is(Arg::kOp, Op::kSpin) || spin_->g != end.g)
    return 0;
  const int64_t cpu_ns =
      spin_->Get(Arg::kDurationNs) / 2 - std::max<int64_t>(since_ns - spin_->time_ns, 0);
  return std::min(cpu_ns, end.time_ns - since_ns);
}

void SleepJudge::OnShallowSleep(const Event& event) {
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  if (requested_ns > tunables_.shallow_max_ns) {
    Violate(ClauseId::kID_4,
            fmt::format("a shallow sleep of {} ns exceeds {} ns", requested_ns,
                        tunables_.shallow_max_ns),
            {event});
  } else {
    Trigger(ClauseId::kID_4);
  }
  if (traced_ && trace_shown_ && requested_ns == tunables_.shallow_max_ns) {
    Trigger(ClauseId::kDEEP_13);
  }
  if (cycle_.awake() && !deep_in_cycle_) JudgeBusy(event);
  shallow_ = event;
  deep_in_cycle_ = false;
}

void SleepJudge::OnShallowWake(const Event& event) {
  if (shallow_ && event.Get(Arg::kInterrupted) == 0) {
    const int64_t elapsed_ns = event.time_ns - shallow_->time_ns;
    const int64_t requested_ns = shallow_->Get(Arg::kDurationNs);
    if (elapsed_ns < requested_ns) {
      Violate(ClauseId::kCAD_9,
              fmt::format("a sleep of {} ns ended after {} ns", requested_ns, elapsed_ns),
              {*shallow_, event});
    } else {
      Trigger(ClauseId::kCAD_9);
    }
  }
  shallow_.reset();
}

int64_t SleepJudge::LongestDeepSleep() const {
  // A tunable is in force from the scenario's start; before it the runtime's own period was.
  if (cycle_.last_wake_ns() >= scenario_start_ns_) return tunables_.deep_max_ns();
  return std::max(tunables_.deep_max_ns(), Tunables().deep_max_ns());
}

void SleepJudge::JudgeBusy(const Event& event) {
  if (traced_ || activity_.spinning_since_ns() >= cycle_.last_wake_ns()) return;
  if (event.kind == EventKind::kShallowSleep) {
    Trigger(ClauseId::kDEEP_11);
  } else {
    Suspect(ClauseId::kDEEP_11, "a deep sleep although a task was computing all the time", {event});
  }
}

void SleepJudge::Suspect(ClauseId clause, std::string message, std::vector<Event> evidence) {
  if (world_may_stop_ || suspects_.size() >= kSuspectsMost) return;
  suspects_.push_back({clause, std::move(message), std::move(evidence)});
}

void SleepJudge::OnDeepSleep(const Event& event) {
  const int64_t requested_ns = event.Get(Arg::kDurationNs);
  if (traced_ && trace_shown_) {
    Violate(ClauseId::kDEEP_13, kSleptWithTrace, {event});
  } else if (traced_ && !slept_before_line_) {
    slept_before_line_ = event;
  }
  const int64_t longest_ns = LongestDeepSleep();
  if (requested_ns <= 0 || requested_ns > longest_ns) {
    const std::string message =
        fmt::format("a deep sleep of {} ns; allowed is 1 to {} ns", requested_ns, longest_ns);
    Violate(ClauseId::kID_4, message, {event});
    Violate(ClauseId::kDEEP_4, message, {event});
  } else {
    Trigger(ClauseId::kID_4);
    Trigger(ClauseId::kDEEP_4);
  }
  if (cycle_.number() > 0) {
    if (deep_in_cycle_) {
      Violate(ClauseId::kDEEP_14, "two deep sleeps without a shallow sleep between them",
              deep_ ? std::vector{*deep_, event} : std::vector{event});
    } else {
      Trigger(ClauseId::kDEEP_14);
    }
  }
  if (cycle_.awake() && !deep_in_cycle_) JudgeBusy(event);

  for (auto& [task, timer] : timers_) {
    if (!cycle_.awake() || timer.begin.time_ns > cycle_.last_wake_ns()) continue;
    // From its earliest time on the timer may have fired already, with its task not yet running.
    if (event.time_ns >= timer.begin.time_ns + timer.begin.Get(Arg::kDurationNs)) continue;
    // The time that the deadline was computed from is not before the last wake.
    const int64_t promised_end_ns = cycle_.last_wake_ns() + requested_ns;
    if (promised_end_ns <= timer.promised_end_ns) continue;
    timer.promised_end_ns = promised_end_ns;
    timer.longest = event;
  }
  deep_ = event;
  deep_in_cycle_ = true;
}

void SleepJudge::OnDeepWake(const Event& event) {
  if (!deep_ || event.Get(Arg::kCause) != static_cast<int64_t>(WakeCause::kTimeout)) return;
  const int64_t elapsed_ns = event.time_ns - deep_->time_ns;
  const int64_t requested_ns = deep_->Get(Arg::kDurationNs);
  if (elapsed_ns < requested_ns) {
    Violate(ClauseId::kCAD_9,
            fmt::format("a deep sleep of {} ns timed out after {} ns", requested_ns, elapsed_ns),
            {*deep_, event});
  } else {
    Trigger(ClauseId::kCAD_9);
  }
}

void SleepJudge::OnTimerEnd(const Event& event) {
  const auto found = timers_.find(event.g);
  if (found == timers_.end()) return;
  const Timer& timer = found->second;
  if (timer.longest) {
    if (timer.promised_end_ns > event.time_ns) {
      Suspect(
          ClauseId::kDEEP_4,
          fmt::format("a deep sleep of {} ns was requested although a timer was due {} ns before "
                      "its end",
                      timer.longest->Get(Arg::kDurationNs), timer.promised_end_ns - event.time_ns),
          {timer.begin, event, *timer.longest});
    } else {
      Trigger(ClauseId::kDEEP_4);
    }
  }
  timers_.erase(found);
}

void SleepJudge::Close() {
  for (const Silence& silence : silences_) {
    const int64_t silent_ns = silence.until.time_ns - silence.heard.time_ns;
    const int64_t stalled_ns = stalls_.Within(silence.heard.time_ns, silence.until.time_ns);
    // Where the harness itself was kept from running in one piece, nobody could be heard.
    const int64_t deaf_ns = stalls_.LongestWithin(silence.heard.time_ns, silence.until.time_ns);
    if (silent_ns - stalled_ns <= kSilenceNsMost &&
        silence.computed_ns - deaf_ns <= kSilenceNsMost) {
      continue;
    }
    Violate(
        ClauseId::kID_4,
        fmt::format("the monitor was not heard of for {} ns; its last request was no deep sleep",
                    silent_ns),
        {silence.heard, silence.until});
  }
  for (SuspectedSleep& suspect : suspects_) {
    Violate(suspect.clause, std::move(suspect.message), std::move(suspect.evidence));
  }
}

}  // namespace proctor
