#include "conformance/judge/timers.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "conformance/evidence/harness_end.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;
// A runtime whose timers tick in milliseconds is late in all of them.
constexpr int64_t kShortSleepsLeast = 20;
constexpr int64_t kFewTimers = 100;
// Beside an idle P the bound is the system's allowance alone, and the thread that is woken may wait
// for a CPU that other processes use, which no canary need meet. Of the broken Go's the one that is
// late least is so in 15 % of what its scenario times.
constexpr double kIdleShareKept = 0.02;
constexpr double kIdleShareBroken = 0.15;
// Who is that late, and no stall of the machine explains a part of it, does not come.
constexpr int64_t kNeverNs = 8'000 * kMs;
constexpr int64_t kLongStallNs = 1'000 * kMs;

// The slice of the task that computes, found over by the second cycle after it.
int64_t Bound(const Tunables& tunables) {
  return tunables.slice_ns + 2 * tunables.shallow_max_ns + kSystemAllowanceNs;
}

double Milliseconds(int64_t ns) { return static_cast<double>(ns) / 1e6; }

}  // namespace

using enum ClauseId;

TimersJudge::TimersJudge(const Header& header)
    : StampJudge(kX, {kTIME_1, kTIME_2, kTIME_3, kTIME_4, kTIME_5, kTIME_6, kTIME_7, kDEAD_4}),
      in_force_(header.in_force),
      activity_(header.emits),
      beside_spinner_(fmt::format("a task whose sleep was over did not run within {:g} ms while "
                                  "another one computed on the only P",
                                  Milliseconds(Bound(in_force_))),
                      Bound(in_force_)),
      beside_idle_p_(fmt::format("a task whose sleep was over did not run within {:g} ms although "
                                 "a P was idle",
                                 Milliseconds(kSystemAllowanceNs)),
                     kSystemAllowanceNs, kIdleShareKept, kIdleShareBroken) {
  using enum EventKind;
  Needs(KindSet({kTaskSpawn, kStall}) | Activity::Kinds());
  Needs({kTIME_5}, KindSet({kAtRest, kProcessExit}));
  Needs({kTIME_6, kTIME_7}, SetTimers::Kinds());
  Needs({kDEAD_4}, KindSet({kDeadlockReport}));
}

void TimersJudge::Observe(const Event& event) {
  beside_spinner_.Observe(event);
  beside_idle_p_.Observe(event);
  NoteUse(event.time_ns);
  set_timers_.Observe(event);
  const bool was_full = Full();
  if (event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kSleep)) OnEnd(event);
  activity_.Observe(event);
  if (activity_.lost()) {
    sleepers_.clear();
    undecided_.clear();
    return;
  }
  if (event.kind == EventKind::kOpBegin && event.Is(Arg::kOp, Op::kSleep)) OnBegin(event);
  if (was_full && !Full()) OnFree(event);
  if (event.kind == EventKind::kAtRest) OnAtRest(event);
  if (event.kind == EventKind::kStall && event.Get(Arg::kDurationNs) >= kLongStallNs)
    stalled_until_ns_ = event.time_ns;
  if (event.kind == EventKind::kProcessExit && event.Get(Arg::kStatus) == kEndedByHarness)
    OnEndedByHarness(event);
  if (event.kind == EventKind::kDeadlockReport) OnDeadlockReport(event);
  if (event.kind == EventKind::kScenarioEnd) scenario_end_ = event;
}

int64_t TimersJudge::Computing() const {
  return activity_.live() - activity_.open(Op::kSleep) - activity_.open(Op::kWait) -
         activity_.open(Op::kSend) - activity_.open(Op::kReceive);
}

// Where the number of processors changes, nothing is known of them.
bool TimersJudge::Full() const { return in_force_.procs > 0 && Computing() >= in_force_.procs; }

void TimersJudge::NoteUse(int64_t now_ns) {
  const bool calls =
      activity_.open(Op::kBlock) + activity_.open(Op::kCalls) + activity_.open(Op::kBlockUntold) >
      0;
  // Collections take processors for themselves.
  const bool collects = activity_.may_collect();
  const bool changes = in_force_.procs == 0;
  // Very many that are due at once stand in line.
  const bool in_line = std::ssize(undecided_) > kFewTimers &&
                       std::next(undecided_.begin(), kFewTimers)->first < now_ns;
  if (calls || collects || changes || in_line || Computing() > in_force_.procs) {
    crowded_ns_ = now_ns;
  }
  (Full() ? full_ns_ : free_ns_) = now_ns;
}

void TimersJudge::OnBegin(const Event& event) {
  if (sleepers_.size() >= kSleepersMost) return;
  const int64_t due_ns = event.time_ns + event.Get(Arg::kDurationNs);
  const auto [place, is_new] = sleepers_.try_emplace(event.g, Sleeper{event, due_ns});
  if (is_new) undecided_.insert({due_ns, event.g});
}

void TimersJudge::OnEnd(const Event& event) {
  const auto found = sleepers_.find(event.g);
  if (found == sleepers_.end()) return;
  const Sleeper sleeper = found->second;
  sleepers_.erase(found);
  if (event.time_ns < sleeper.due_ns) {
    Violate(kTIME_1,
            fmt::format("a sleep of {} ns ended after {} ns", sleeper.begin.Get(Arg::kDurationNs),
                        event.time_ns - sleeper.begin.time_ns),
            {sleeper.begin, event});
  } else {
    Trigger(kTIME_1);
  }
  Trigger(kTIME_5);
  if (undecided_.erase({sleeper.due_ns, event.g}) > 0) TakeSample(sleeper, event);
}

void TimersJudge::TakeSample(const Sleeper& sleeper, const Event& end) {
  if (crowded_ns_ > sleeper.due_ns) return;
  const int64_t late_ns = end.time_ns - sleeper.due_ns;
  const bool sleeps = sleeper.begin.Is(Arg::kOp, Op::kSleep);
  const auto sample = [&](int64_t bound_ns) {
    return Sample{.begin_ns = sleeper.due_ns,
                  .end_ns = end.time_ns,
                  .exceeds = late_ns > bound_ns,
                  .beyond_ns = late_ns - bound_ns,
                  .evidence = {sleeper.begin, end}};
  };
  if (full_ns_ <= sleeper.due_ns) {
    beside_idle_p_.Add(sample(beside_idle_p_.bound_ns()));
    if (!sleeps || sleeper.begin.Get(Arg::kDurationNs) >= kMs) return;
    ++short_sleeps_;
    if (late_ns < kMs) return;
    ++coarse_;
    coarse_example_[0] = sleeper.begin;
    coarse_example_[1] = end;
  } else if (free_ns_ <= sleeper.due_ns && in_force_.procs == 1 &&
             in_force_.asynchronous_preemption != 0) {
    beside_spinner_.Add(sample(beside_spinner_.bound_ns()));
  }
}

void TimersJudge::OnFree(const Event& event) {
  if (in_force_.procs != 1 || in_force_.asynchronous_preemption == 0) return;
  while (!undecided_.empty() &&
         undecided_.begin()->first + beside_spinner_.bound_ns() < event.time_ns) {
    const auto [due_ns, g] = *undecided_.begin();
    undecided_.erase(undecided_.begin());
    if (crowded_ns_ > due_ns || free_ns_ > due_ns) continue;
    beside_spinner_.AddPieces(due_ns, event.time_ns, {sleepers_.at(g).begin, event});
  }
}

void TimersJudge::OnTimer(ClauseId clause, const std::string& broken, std::vector<Event> evidence) {
  if (broken.empty()) {
    Trigger(clause);
  } else {
    Violate(clause, broken, std::move(evidence));
  }
}

void TimersJudge::OnFired(const SetTimers::Setting& setting, const Event& expired) {
  // By its operation's end, for the task may have been kept from setting it. Very many at once
  // stand in line.
  if (expired.time_ns < setting.due_by_ns || set_timers_.to_fire() > kFewTimers) return;
  TakeSample({setting.begin, setting.due_by_ns}, expired);
}

// What had not fired until then was late already.
void TimersJudge::OnStopped(const SetTimers::Setting& setting, const Event& answer) {
  if (answer.time_ns - beside_idle_p_.bound_ns() > setting.due_by_ns) OnFired(setting, answer);
}

// The runtime says that nothing can happen any more.
void TimersJudge::OnDeadlockReport(const Event& event) {
  const SetTimers::Setting* timer = set_timers_.EarliestToFire();
  if (timer == nullptr) return;
  if (timer->due_ns < event.time_ns) {
    Violate(kTIME_5,
            fmt::format("a timer has not fired, and {:g} ms after its time the runtime reported a "
                        "deadlock",
                        Milliseconds(event.time_ns - timer->due_ns)),
            {timer->begin, event});
  } else {
    Violate(kDEAD_4, "a deadlock was reported although a timer was set", {timer->begin, event});
  }
}

// No thread has run for the time that the event gives, and nothing was to come from outside.
void TimersJudge::OnAtRest(const Event& event) {
  const int64_t since_ns = event.time_ns - event.Get(Arg::kDurationNs);
  const SetTimers::Setting* timer = set_timers_.EarliestToFire();
  if (timer != nullptr && timer->due_ns <= since_ns) {
    Violate(kTIME_5,
            fmt::format("a timer that was set for {:g} ms does not fire: {:g} ms after its time no "
                        "thread of the process has run any more",
                        Milliseconds(timer->begin.Get(Arg::kDurationNs)),
                        Milliseconds(event.time_ns - timer->due_ns)),
            {timer->begin, event});
  }
  if (undecided_.empty() || undecided_.begin()->first > since_ns) return;
  const Event& begin = sleepers_.at(undecided_.begin()->second).begin;
  Violate(kTIME_5,
          fmt::format("a sleep of {:g} ms does not end: {:g} ms after its time no thread of the "
                      "process has run any more",
                      Milliseconds(begin.Get(Arg::kDurationNs)),
                      Milliseconds(event.time_ns - undecided_.begin()->first)),
          {begin, event});
}

// The harness waited in vain for the scenario's end.
void TimersJudge::OnEndedByHarness(const Event& event) {
  if (undecided_.empty()) return;
  const int64_t could_ns = std::max(undecided_.begin()->first, stalled_until_ns_);
  if (could_ns + kNeverNs > event.time_ns) return;
  // Where every P computes it has to wait, which is another clause's matter.
  if (full_ns_ > undecided_.begin()->first || crowded_ns_ > undecided_.begin()->first) return;
  const Event& begin = sleepers_.at(undecided_.begin()->second).begin;
  Violate(kTIME_5,
          fmt::format("a sleep of {:g} ms does not end: {:g} ms after its time the harness ended "
                      "the process",
                      Milliseconds(begin.Get(Arg::kDurationNs)),
                      Milliseconds(event.time_ns - undecided_.begin()->first)),
          {begin, event});
}

void TimersJudge::Close() {
  if (const SetTimers::Setting* timer = set_timers_.EarliestToFire(); timer && scenario_end_) {
    Violate(kTIME_5, "the scenario ended, and a timer has not fired",
            {timer->begin, *scenario_end_});
  }
  beside_spinner_.Close();
  beside_idle_p_.Close();
  Rule(kTIME_2, beside_spinner_, beside_spinner_.ByShare());
  Rule(kTIME_3, beside_idle_p_, beside_idle_p_.ByShare());
  const std::string figures = fmt::format("n={}, k={}", short_sleeps_, coarse_);
  if (short_sleeps_ > coarse_) {
    Trigger(kTIME_4, short_sleeps_);
    Explain(kTIME_4, figures + " late by 1 ms or more; broken where all are");
  } else if (coarse_ >= kShortSleepsLeast) {
    Violate(
        kTIME_4,
        fmt::format("sleeps of less than a millisecond all end a millisecond late or later ({})",
                    figures),
        {coarse_example_[0], coarse_example_[1]});
  } else if (coarse_ > 0) {
    LeaveOpen(kTIME_4, fmt::format("too few samples to decide ({})", figures));
  }
}

}  // namespace proctor
