#include "conformance/judge/runnable_behind.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

// With every task waiting for N of the longest shallow sleeps the monitor has come to its deep
// sleep.
constexpr int64_t kIdleCycles = 3;
// A right monitor asks in each of its turns once the slice is over. A loop that computes on in
// spite of as many was not asked, or did not listen: what held up the monitor does not matter.
constexpr int32_t kTurnsThatDecide = 5;
// A loop that had work left takes longer than this to its end.
constexpr int64_t kWentOnNs = 1'000'000;

std::string Milliseconds(int64_t ns) {
  return fmt::format("{:g} ms", static_cast<double>(ns) / 1e6);
}

// Two scans: one sees the call, one takes its P.
int64_t HandOffBound(const Tunables& tunables) {
  return 2 * tunables.shallow_max_ns + kSystemAllowanceNs;
}

// One cycle to see the task, the slice, one cycle to find it over.
int64_t PreemptionBound(const Tunables& tunables) {
  return tunables.slice_ns + 2 * tunables.shallow_max_ns + kSystemAllowanceNs;
}

}  // namespace

RunnableBehindJudge::RunnableBehindJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kSYS_4, ClauseId::kDEEP_9, ClauseId::kSLICE_3, ClauseId::kPRE_5,
                      ClauseId::kPRE_3}),
      asked_(header.asked),
      in_force_(header.in_force),
      activity_(header.emits),
      behind_call_(
          fmt::format("a task runnable behind a blocked system call had to wait longer than {}",
                      Milliseconds(HandOffBound(in_force_))),
          HandOffBound(in_force_)),
      after_deep_sleep_(
          "a task runnable behind a system call, entered while the monitor slept deep, "
          "did not start before that call's end: the wake-up was lost",
          0),
      behind_spin_(fmt::format("a task runnable behind one that computes without calls had to wait "
                               "longer than {}{}",
                               Milliseconds(PreemptionBound(in_force_)),
                               in_force_.asynchronous_preemption == 0
                                   ? " (the environment turned asynchronous preemption off)"
                                   : ""),
                   PreemptionBound(in_force_)),
      behind_work_(fmt::format("a task runnable behind one that computes with calls had to wait "
                               "longer than {}, without asynchronous preemption",
                               Milliseconds(PreemptionBound(in_force_))),
                   PreemptionBound(in_force_)),
      early_(fmt::format("a task was preempted before its slice of {} was over",
                         Milliseconds(in_force_.slice_ns)),
             in_force_.slice_ns),
      taken_without_signal_(
          "a loop without calls lost its P although asynchronous preemption is off", 0) {
  using enum EventKind;
  Needs(KindSet({kTaskSpawn, kCollection, kStall}) | Activity::Kinds());
}

void RunnableBehindJudge::Observe(const Event& event) {
  for (Samples* samples : {&behind_call_, &after_deep_sleep_, &behind_spin_, &behind_work_, &early_,
                           &taken_without_signal_}) {
    samples->Observe(event);
  }
  // Who is behind whom is known only where one P makes all tasks stand in one line.
  if (in_force_.procs != 1) return;
  activity_.Observe(event);
  // Nor where one may be missing.
  if (activity_.lost()) return;
  // A third task keeps the P in a call that the runtime is not told of, and nothing can end it.
  if (activity_.open(Op::kBlockUntold) > 0) {
    ahead_.reset();
    interrupted_.reset();
  }
  switch (event.kind) {
    case EventKind::kShallowWake:
    case EventKind::kDeepWake:
      OnTurn(event);
      break;
    case EventKind::kTaskSpawn:
      spawned_ = event;
      break;
    case EventKind::kTaskStart:
      OnStart(event);
      break;
    case EventKind::kOpBegin:
      OnBegin(event);
      break;
    case EventKind::kOpEnd:
      OnEnd(event);
      break;
    case EventKind::kCollection:
      collected_ns_ = event.time_ns;
      break;
    default:
      break;
  }
  const bool idle =
      activity_.live() > 0 && !activity_.lost() && activity_.open_waiting() == activity_.live();
  if (!idle) idle_since_ns_ = INT64_MAX;
  if (idle && idle_since_ns_ == INT64_MAX) idle_since_ns_ = event.time_ns;
}

// Only those in the first half of the time that the loop takes at least: with so much left to
// compute it meets the request.
void RunnableBehindJudge::OnTurn(const Event& wake) {
  if (!ahead_ || !ahead_->begin.Is(Arg::kOp, Op::kSpin)) return;
  ahead_->first_turn_ns = std::min(ahead_->first_turn_ns, wake.time_ns);
  const int64_t since_ns = wake.time_ns - ahead_->begin.time_ns;
  if (wake.time_ns - ahead_->first_turn_ns > in_force_.slice_ns &&
      since_ns < ahead_->begin.Get(Arg::kDurationNs) / 2) {
    ++ahead_->late_turns;
  }
}

void RunnableBehindJudge::OnBegin(const Event& event) {
  if (event.Is(Arg::kOp, Op::kYield) && yielded_ns_.size() < kTasksMost) {
    yielded_ns_.insert_or_assign(event.g, event.time_ns);
  }
  const bool polls = event.Is(Arg::kOp, Op::kWork) && asked_.asynchronous_preemption == 0 &&
                     in_force_.asynchronous_preemption == 0;
  const bool ahead = event.Is(Arg::kOp, Op::kBlock) || event.Is(Arg::kOp, Op::kSpin) || polls;
  if (ahead_ || !ahead || !spawned_ || spawned_->g != event.g) return;
  const auto yielded = yielded_ns_.find(event.g);
  ahead_ = Ahead{.begin = event,
                 .spawned = *spawned_,
                 .behind = spawned_->Get(Arg::kTask),
                 .fresh_since_ns = yielded != yielded_ns_.end() ? yielded->second : INT64_MAX,
                 .monitor_slept = monitor_slept_};
  if (event.Is(Arg::kOp, Op::kBlock)) monitor_slept_ = false;
}

void RunnableBehindJudge::OnStart(const Event& event) {
  if (ahead_ && ahead_->behind == event.g) {
    if (ahead_->begin.Is(Arg::kOp, Op::kSpin)) {
      SettleInterrupted(nullptr);
      interrupted_ = Interrupted{*ahead_, event};
    } else if (ahead_->begin.Is(Arg::kOp, Op::kWork)) {
      FinishWork(*ahead_, event, true);
    } else {
      FinishBlock(*ahead_, event, true);
    }
    ahead_.reset();
  }
  if (spawned_ && spawned_->Get(Arg::kTask) == event.g) spawned_.reset();
}

void RunnableBehindJudge::OnEnd(const Event& event) {
  // The end of the network wait before which everything was idle; its task runs and enters a call
  // next.
  if (event.Is(Arg::kOp, Op::kWait)) {
    monitor_slept_ = idle_since_ns_ != INT64_MAX && in_force_.sched_trace_ms == 0 &&
                     event.time_ns - idle_since_ns_ > kIdleCycles * in_force_.shallow_max_ns;
  } else if (!event.Is(Arg::kOp, Op::kSpawn)) {
    monitor_slept_ = false;
  }
  if (interrupted_ && interrupted_->ahead.begin.g == event.g) SettleInterrupted(&event);
  if (!ahead_ || ahead_->begin.g != event.g) return;
  if (ahead_->begin.Is(Arg::kOp, Op::kBlock)) {
    FinishBlock(*ahead_, event, false);
  } else if (ahead_->begin.Is(Arg::kOp, Op::kWork)) {
    FinishWork(*ahead_, event, false);
  } else {
    FinishSpin(*ahead_, event, false);
  }
  ahead_.reset();
}

// Where the loop was over at once when its task ran again, it was so before: its end let the other
// one run, and no request did. `loop_end`: nullptr where it has not come.
void RunnableBehindJudge::SettleInterrupted(const Event* loop_end) {
  if (!interrupted_) return;
  const Event& start = interrupted_->start;
  const bool went_on = loop_end == nullptr || loop_end->time_ns - start.time_ns >= kWentOnNs;
  FinishSpin(interrupted_->ahead, start, went_on);
  interrupted_.reset();
}

void RunnableBehindJudge::FinishBlock(const Ahead& ahead, const Event& end, bool started) {
  const int64_t waited_ns = end.time_ns - ahead.begin.time_ns;
  const auto sample = [&](bool exceeds) {
    return Sample{.begin_ns = ahead.begin.time_ns,
                  .end_ns = end.time_ns,
                  .exceeds = exceeds,
                  .beyond_ns = waited_ns - behind_call_.bound_ns(),
                  .evidence = {ahead.spawned, ahead.begin, end}};
  };
  // A call that ended before the bound proves nothing either way.
  if (started || waited_ns > behind_call_.bound_ns()) {
    behind_call_.Add(sample(waited_ns > behind_call_.bound_ns()));
  }
  if (ahead.monitor_slept && (started || waited_ns > behind_call_.bound_ns())) {
    after_deep_sleep_.Add(sample(!started));
  }
}

void RunnableBehindJudge::FinishSpin(const Ahead& ahead, const Event& end, bool started) {
  const int64_t waited_ns = end.time_ns - ahead.begin.time_ns;
  const auto sample = [&](int64_t begin_ns, bool exceeds) {
    return Sample{.begin_ns = begin_ns,
                  .end_ns = end.time_ns,
                  .exceeds = exceeds,
                  .evidence = {ahead.spawned, ahead.begin, end}};
  };
  if (in_force_.asynchronous_preemption == 0 &&
      (started || waited_ns > PreemptionBound(in_force_))) {
    // A task that was marked before yields where it calls the loop, and at the loop's end one may
    // yield by itself, before its stamp: what counts is in between.
    const bool at_the_call = started && waited_ns < in_force_.slice_ns / 2;
    const bool in_first_half = waited_ns < ahead.begin.Get(Arg::kDurationNs) / 2;
    if (!at_the_call) {
      taken_without_signal_.Add(sample(ahead.begin.time_ns, started && in_first_half));
    }
  }
  if (asked_.asynchronous_preemption == 0) return;
  if (started || waited_ns > behind_spin_.bound_ns()) {
    Sample waited = sample(ahead.begin.time_ns, waited_ns > behind_spin_.bound_ns());
    const bool ran_on = !started && ahead.late_turns >= kTurnsThatDecide;
    waited.beyond_ns = ran_on ? INT64_MAX : waited_ns - behind_spin_.bound_ns();
    behind_spin_.Add(std::move(waited));
  }
  // A collection preempts for reasons of its own.
  const bool collected = collected_ns_ > ahead.begin.time_ns || in_force_.gc_percent >= 0;
  if (started && !collected && ahead.fresh_since_ns != INT64_MAX) {
    early_.Add(
        sample(ahead.fresh_since_ns, end.time_ns - ahead.fresh_since_ns < in_force_.slice_ns));
  }
}

// Its calls look at the request to yield.
void RunnableBehindJudge::FinishWork(const Ahead& ahead, const Event& end, bool started) {
  const int64_t waited_ns = end.time_ns - ahead.begin.time_ns;
  const int64_t beyond_ns = waited_ns - behind_work_.bound_ns();
  if (!started && beyond_ns <= 0) return;
  behind_work_.Add({.begin_ns = ahead.begin.time_ns,
                    .end_ns = end.time_ns,
                    .exceeds = beyond_ns > 0,
                    .beyond_ns = beyond_ns,
                    .evidence = {ahead.spawned, ahead.begin, end}});
}

void RunnableBehindJudge::Close() {
  SettleInterrupted(nullptr);
  for (Samples* samples : {&behind_call_, &after_deep_sleep_, &behind_spin_, &behind_work_, &early_,
                           &taken_without_signal_}) {
    samples->Close();
  }
  Rule(ClauseId::kSYS_4, behind_call_, behind_call_.ByShare());
  Rule(ClauseId::kDEEP_9, after_deep_sleep_, after_deep_sleep_.ByCount());
  Rule(ClauseId::kPRE_5, behind_spin_, behind_spin_.ByShare());
  Rule(ClauseId::kPRE_3, taken_without_signal_, taken_without_signal_.ByCount());
  Rule(ClauseId::kSLICE_3, behind_work_, behind_work_.ByCount());
  const Samples::Decision upper = behind_spin_.ByShare();
  const Samples::Decision lower = early_.ByShare();
  Rule(ClauseId::kSLICE_3, behind_spin_, upper);
  // Its other half can only worsen the ruling.
  if (lower.outcome == Samples::Outcome::kBroken ||
      (lower.outcome == Samples::Outcome::kOpen && upper.outcome == Samples::Outcome::kKept)) {
    Rule(ClauseId::kSLICE_3, early_, lower);
  }
}

}  // namespace proctor
