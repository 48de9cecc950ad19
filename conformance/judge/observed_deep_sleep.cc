#include "conformance/judge/observed_deep_sleep.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

// After the last task has stamped that it waits, its thread still looks for other work.
constexpr int64_t kToRestNs = 2'000'000;
constexpr int64_t kTurnsInVainMost = 3;
// Libc interceptors have timed waits cut into pieces of this length (DEEP-16).
constexpr int64_t kPieceNs = 10'000'000;
// A timer this close may be overdue when the monitor looks.
constexpr int64_t kTimerSoonNs = 2'000'000;

}  // namespace

ObservedDeepSleepJudge::ObservedDeepSleepJudge(const Header& header)
    : StampJudge(kO, {ClauseId::kCYC_1, ClauseId::kDEEP_4, ClauseId::kDEEP_7, ClauseId::kDEEP_9,
                      ClauseId::kSTW_1}),
      in_force_(header.in_force),
      activity_(header.emits),
      missed_(
          fmt::format("every task waited, no timer was near, and {} turns of the monitor passed "
                      "without a deep sleep",
                      kTurnsInVainMost),
          0),
      too_short_(
          "a deep sleep was requested that ends before the next timer and before the longest "
          "deep sleep allowed",
          0, false),
      unasked_("a deep sleep was ended by a wake-up although no task was near a system call", 0,
               false),
      lost_(
          "a task entered or left a system call while the monitor slept deep, and did not wake it",
          kSystemAllowanceNs),
      world_("the world went on while the monitor slept deep, and it was not woken",
             kSystemAllowanceNs) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake, kStall, kTaskSpawn}) |
        Activity::Kinds());
}

void ObservedDeepSleepJudge::Observe(const Event& event) {
  for (Samples* samples : {&missed_, &too_short_, &unasked_, &lost_, &world_}) {
    samples->Observe(event);
  }
  last_ns_ = event.time_ns;
  switch (event.kind) {
    case EventKind::kGap:
      deep_.reset();
      expected_.reset();
      break;
    case EventKind::kShallowSleep:
      if (cycle_.Ends(event)) OnTurn(event);
      break;
    case EventKind::kDeepSleep:
      OnDeepSleep(event);
      break;
    case EventKind::kDeepWake:
      OnDeepWake(event);
      break;
    case EventKind::kScenarioEnd:
    case EventKind::kProcessExit:
      SettleExpected(event, true);
      break;
    default:
      break;
  }
  activity_.Observe(event);
  cycle_.Observe(event);
  OnStamp(event);
}

void ObservedDeepSleepJudge::OnTurn(const Event& sleep) {
  const bool deep = std::exchange(deep_in_turn_, false);
  const int64_t rest_ns = activity_.resting_since_ns();
  if (rest_ns != rest_ns_) {
    rest_ns_ = rest_ns;
    turns_in_vain_ = 0;
    rest_judged_ = false;
  }
  if (rest_ns == INT64_MAX || rest_judged_ || in_force_.sched_trace_ms > 0) return;
  if (activity_.may_collect() || !cycle_.awake()) return;
  if (!deep && (cycle_.last_wake_ns() < rest_ns + kToRestNs ||
                activity_.EarliestTimerNs() < sleep.time_ns + kTimerSoonNs)) {
    return;
  }
  turns_in_vain_ = deep ? 0 : turns_in_vain_ + 1;
  if (!deep && turns_in_vain_ < kTurnsInVainMost) return;
  rest_judged_ = true;
  missed_.Add(
      {.begin_ns = rest_ns, .end_ns = sleep.time_ns, .exceeds = !deep, .evidence = {sleep}});
}

void ObservedDeepSleepJudge::OnDeepSleep(const Event& event) {
  deep_ = event;
  deep_in_turn_ = true;
  pieces_until_ns_ = 0;
  deep_in_collection_ = activity_.open(Op::kCollect) > 0;
  deep_rest_ns_ = activity_.resting_since_ns();
  if (deep_rest_ns_ == INT64_MAX || activity_.may_collect() || !cycle_.awake()) return;
  // Nobody else sets timers where nothing was ever collected.
  const int64_t duration_ns = event.Get(Arg::kDurationNs);
  const int64_t timer_ns = activity_.EarliestTimerNs();
  const int64_t ends_ns = event.time_ns + duration_ns;
  // Its task may have been kept from saying so, the timer has fired.
  if (timer_ns <= event.time_ns) return;
  if (duration_ns == kPieceNs) {
    // How long it is in all shows at its end.
    pieces_until_ns_ = std::min(timer_ns, event.time_ns + in_force_.deep_max_ns());
    return;
  }
  too_short_.Add({.begin_ns = cycle_.last_wake_ns(),
                  .end_ns = event.time_ns,
                  .exceeds = duration_ns < in_force_.deep_max_ns() && ends_ns < timer_ns,
                  .evidence = {event}});
}

void ObservedDeepSleepJudge::OnDeepWake(const Event& event) {
  const auto cause = static_cast<WakeCause>(event.Get(Arg::kCause));
  if (deep_ && cause != WakeCause::kEither && deep_rest_ns_ != INT64_MAX &&
      activity_.resting_since_ns() == deep_rest_ns_ && activity_.open(Op::kWait) == 0 &&
      !activity_.may_collect() && event.time_ns > deep_rest_ns_ + kToRestNs) {
    unasked_.Add({.begin_ns = deep_->time_ns,
                  .end_ns = event.time_ns,
                  .exceeds = cause == WakeCause::kWoken,
                  .evidence = {*deep_, event}});
  }
  if (deep_ && pieces_until_ns_ > 0 && cause == WakeCause::kTimeout) {
    too_short_.Add({.begin_ns = deep_->time_ns,
                    .end_ns = event.time_ns,
                    .exceeds = event.time_ns < pieces_until_ns_,
                    .evidence = {*deep_, event}});
  }
  // The world stood, or was about to, and its start woke the monitor before anybody could say so.
  if (deep_ && deep_in_collection_ && !expected_ && cause == WakeCause::kWoken)
    world_.Add({.begin_ns = deep_->time_ns, .end_ns = event.time_ns});
  SettleExpected(event, cause == WakeCause::kTimeout);
  deep_.reset();
}

bool ObservedDeepSleepJudge::OthersWait(const Event& event) const {
  // The task itself has just come out of its operation.
  return event.kind == EventKind::kOpEnd ? activity_.open_waiting() + 1 == activity_.live()
                                         : activity_.open_waiting() == activity_.live();
}

void ObservedDeepSleepJudge::OnStamp(const Event& event) {
  if (!deep_ || activity_.lost()) return;
  if (event.kind != EventKind::kOpBegin && event.kind != EventKind::kOpEnd) return;
  const bool call = event.Is(Arg::kOp, Op::kBlock) || event.Is(Arg::kOp, Op::kCalls);
  if (event.kind == EventKind::kOpBegin && call) Expect(event, false);
  if (event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kBlock) && OthersWait(event)) {
    Expect(event, false);
  }
  // Its task runs, so the world does.
  if (event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kCollect)) Expect(event, true);
}

// From then on it waits for a CPU, and needs no waker. In pieces it may sleep for longer.
int64_t ObservedDeepSleepJudge::SleepsUntilNs() const {
  const int64_t duration_ns = deep_->Get(Arg::kDurationNs);
  if (duration_ns == kPieceNs || duration_ns > INT64_MAX - deep_->time_ns) return INT64_MAX;
  return deep_->time_ns + duration_ns;
}

void ObservedDeepSleepJudge::Expect(const Event& cause, bool by_world) {
  if (expected_ && cause.time_ns - expected_->cause.time_ns <= kSystemAllowanceNs) return;
  // The last cause has not woken it, and here is another one.
  SettleExpected(cause, true);
  expected_ = Expected{cause, by_world};
}

// `never`: nothing but the end of the sleep itself, or of the evidence.
void ObservedDeepSleepJudge::SettleExpected(const Event& end, bool never) {
  if (!expected_) return;
  const int64_t slept_until_ns = never ? std::min(end.time_ns, SleepsUntilNs()) : end.time_ns;
  const int64_t waited_ns = slept_until_ns - expected_->cause.time_ns;
  Samples& samples = expected_->by_world ? world_ : lost_;
  // A sleep that ended by itself just then, or before, needed no waker.
  if (!never || waited_ns > kSystemAllowanceNs) {
    samples.Add({.begin_ns = expected_->cause.time_ns,
                 .end_ns = end.time_ns,
                 .exceeds = waited_ns > kSystemAllowanceNs,
                 .beyond_ns = waited_ns - kSystemAllowanceNs,
                 .evidence = {*deep_, expected_->cause, end}});
  }
  expected_.reset();
}

void ObservedDeepSleepJudge::Close() {
  for (Samples* samples : {&missed_, &too_short_, &unasked_, &lost_, &world_}) samples->Close();
  Rule(ClauseId::kCYC_1, missed_, missed_.ByOrder());
  Rule(ClauseId::kDEEP_4, too_short_, too_short_.ByOrder());
  Rule(ClauseId::kDEEP_7, unasked_, unasked_.ByOrder());
  Rule(ClauseId::kDEEP_9, lost_, lost_.ByOrder());
  Rule(ClauseId::kSTW_1, world_, world_.ByOrder());
}

}  // namespace proctor
