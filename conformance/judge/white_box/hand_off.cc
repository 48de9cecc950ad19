#include "conformance/judge/white_box/hand_off.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

constexpr size_t kOpenMost = 8192;

}  // namespace

using enum ClauseId;

HandOffJudge::HandOffJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state,
          {kHAND_1, kHAND_2, kHAND_3, kHAND_4, kHAND_5, kHAND_6, kHAND_7, kSTW_2},
          {EventKind::kHandOff, EventKind::kRead, EventKind::kSwap, EventKind::kLostSwap,
           EventKind::kSafePointRun, EventKind::kAssign, EventKind::kWrite, EventKind::kPollerBreak,
           EventKind::kHandOffEnd},
          {Variable::kLocalWork, Variable::kGlobalQueue, Variable::kTraceWork, Variable::kMarkWork,
           Variable::kSpinningThreads, Variable::kIdleProcessors, Variable::kStopPending,
           Variable::kLastPoll, Variable::kNextTimer, Variable::kPollUntil, Variable::kStatus}) {}

void HandOffJudge::Observe(const Event& event) {
  if (event.kind == EventKind::kHandOff) {
    if (open_.size() >= kOpenMost) open_.clear();
    open_.insert_or_assign(event.m, HandOff{.begin = event});
    return;
  }
  if (open_.empty()) return;
  const auto found = open_.find(event.m);
  if (found == open_.end()) return;
  HandOff& hand_off = found->second;
  switch (event.kind) {
    case EventKind::kRead:
      OnRead(hand_off, event);
      break;
    case EventKind::kSwap:
      if (Is(event, Variable::kSpinningThreads)) hand_off.spinner_won = true;
      break;
    case EventKind::kLostSwap:
      if (Is(event, Variable::kSpinningThreads)) hand_off.spinner_lost = true;
      break;
    case EventKind::kSafePointRun:
      hand_off.safe_point_run = true;
      break;
    case EventKind::kAssign:
      OnOutcome(hand_off, event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kStatus)) OnOutcome(hand_off, event);
      break;
    case EventKind::kPollerBreak:
      hand_off.broke_poller = true;
      break;
    case EventKind::kHandOffEnd:
      Decide(hand_off, event);
      open_.erase(found);
      break;
    default:
      break;
  }
}

void HandOffJudge::OnRead(HandOff& hand_off, const Event& event) {
  const int64_t value = event.Get(Arg::kValue);
  const bool locked = state_.Holds(event.m, LockId::kSched);
  switch (static_cast<Variable>(event.Get(Arg::kVariable))) {
    case Variable::kLocalWork:
      hand_off.local_work = value;
      break;
    case Variable::kGlobalQueue:
      (locked ? hand_off.global_locked : hand_off.global_first) = value;
      break;
    case Variable::kTraceWork:
      hand_off.trace_work = value;
      break;
    case Variable::kMarkWork:
      hand_off.mark_work = value;
      break;
    case Variable::kSpinningThreads:
      hand_off.spinning = value;
      break;
    case Variable::kIdleProcessors:
      (locked ? hand_off.idle_at_end : hand_off.idle) = value;
      break;
    case Variable::kStopPending:
      hand_off.stop = value;
      break;
    case Variable::kLastPoll:
      (locked ? hand_off.last_poll : hand_off.last_poll_after) = value;
      break;
    case Variable::kNextTimer:
      hand_off.next_timer = value;
      break;
    case Variable::kPollUntil:
      hand_off.poll_until = value;
      break;
    default:
      break;
  }
}

// Once idle it is anybody's, and may be given to a thread for another reason.
void HandOffJudge::OnOutcome(HandOff& hand_off, const Event& event) {
  if (event.p != hand_off.begin.p || hand_off.outcome) return;
  hand_off.outcome = event;
  hand_off.safe_point_pending =
      event.kind == EventKind::kWrite && state_.processor(event.p).safe_point != 0;
  hand_off.procs = state_.value(Variable::kProcs);
  hand_off.idle_then = state_.value(Variable::kIdleProcessors);
  hand_off.global_then = state_.global_queued();
}

// The tests in their order: each that finds a reason ends the hand-off.
void HandOffJudge::Decide(const HandOff& hand_off, const Event& end) {
  if (!hand_off.outcome) return;
  if (DecideByWork(hand_off, end) || DecideBySpinning(hand_off, end) ||
      DecideByStop(hand_off, end) || DecideUnderLock(hand_off, end)) {
    return;
  }
  DecideIdle(hand_off, end);
}

int64_t HandOffJudge::Actual(int64_t read, int64_t there) { return read >= 0 ? read : there; }

bool HandOffJudge::Rule(const HandOff& hand_off, const Event& end, bool kept, ClauseId clause,
                        const char* message) {
  Expect(kept, clause, message, {hand_off.begin, *hand_off.outcome, end});
  return true;
}

bool HandOffJudge::DecideByWork(const HandOff& hand_off, const Event& end) {
  const bool assigned = hand_off.outcome->kind == EventKind::kAssign;
  const int64_t local = Actual(hand_off.local_work, state_.processor(hand_off.begin.p).queued);
  const int64_t global =
      Actual(hand_off.global_first, hand_off.local_work > 0 ? 0 : state_.global_queued());
  if (hand_off.local_work < 0 || (hand_off.local_work == 0 && hand_off.global_first < 0)) {
    return Rule(hand_off, end, false, kHAND_1, "no look at the local and the global queue");
  }
  if (local > 0 || global > 0) {
    return Rule(hand_off, end, assigned, kHAND_1,
                "work waits locally or globally, and no thread was started for the P");
  }
  const int64_t trace = Actual(hand_off.trace_work, state_.value(Variable::kTraceWork));
  const int64_t mark = Actual(hand_off.mark_work, state_.value(Variable::kMarkWork));
  if (hand_off.trace_work < 0 || (hand_off.trace_work == 0 && hand_off.mark_work < 0)) {
    return Rule(hand_off, end, false, kHAND_2, "no look at trace readers and mark work");
  }
  if (trace <= 0 && mark <= 0) return false;
  return Rule(hand_off, end, assigned, kHAND_2,
              "a trace reader or mark work waits, and no thread was started");
}

bool HandOffJudge::DecideBySpinning(const HandOff& hand_off, const Event& end) {
  const Event& outcome = *hand_off.outcome;
  const int64_t spinning = Actual(hand_off.spinning, state_.value(Variable::kSpinningThreads));
  const int64_t idle = Actual(hand_off.idle, state_.value(Variable::kIdleProcessors));
  if (hand_off.spinning < 0) {
    return Rule(hand_off, end, false, kHAND_3, "no look whether somebody spins");
  }
  if (spinning != 0 || idle != 0 || hand_off.spinner_lost) return false;
  return Rule(hand_off, end,
              hand_off.spinner_won && outcome.kind == EventKind::kAssign &&
                  outcome.Get(Arg::kSpinning) != 0,
              kHAND_3, "nobody spins and no P is idle, and no spinning thread was started");
}

bool HandOffJudge::DecideByStop(const HandOff& hand_off, const Event& end) {
  const Event& outcome = *hand_off.outcome;
  if (hand_off.stop < 0) {
    return Rule(hand_off, end, false, kHAND_4, "no look whether the world is to stop");
  }
  if (hand_off.stop == 0) return false;
  const bool assigned = outcome.kind == EventKind::kAssign;
  Expect(!assigned, kSTW_2, "a hand-off started a thread during stop-the-world",
         {hand_off.begin, outcome, end});
  return Rule(hand_off, end, !assigned && outcome.Get(Arg::kValue) == kStopped, kHAND_4,
              "stop-the-world is pending, and the P was not stopped");
}

bool HandOffJudge::DecideUnderLock(const HandOff& hand_off, const Event& end) {
  const bool assigned = hand_off.outcome->kind == EventKind::kAssign;
  if (hand_off.safe_point_pending || hand_off.safe_point_run) {
    Rule(hand_off, end, hand_off.safe_point_run, kHAND_5,
         "a pending safe-point function was not run");
  }
  if (hand_off.global_locked < 0) {
    return Rule(hand_off, end, false, kHAND_6, "no second look at the global queue");
  }
  if (hand_off.global_locked > 0) {
    return Rule(hand_off, end, assigned, kHAND_6,
                "the global queue filled up meanwhile, and no thread was started");
  }
  const bool last = hand_off.idle_at_end >= 0 && hand_off.idle_at_end == hand_off.procs - 1 &&
                    hand_off.last_poll > 0;
  if (last) {
    return Rule(hand_off, end, assigned, kHAND_6,
                "the last P would go idle with nobody polling the network");
  }
  if (!assigned) return false;
  // By a test that read nothing: the values there are decide. While somebody polls, the last P may
  // go idle.
  const bool nobody_polls = hand_off.last_poll != 0;
  const bool last_anyway =
      (nobody_polls && hand_off.idle_then >= hand_off.procs - 1) || hand_off.global_then > 0;
  return Rule(hand_off, end, last_anyway, kHAND_7,
              "a thread was started although nothing waits for one");
}

void HandOffJudge::DecideIdle(const HandOff& hand_off, const Event& end) {
  Rule(hand_off, end, hand_off.outcome->Get(Arg::kValue) == kIdle, kHAND_7,
       "the P did not go idle");
  const int64_t timer = hand_off.next_timer;
  if (timer <= 0) {
    if (timer < 0)
      Violate(kHAND_7, "no look at the P's next timer before it goes idle", {hand_off.begin, end});
    if (timer == 0 && hand_off.broke_poller)
      Violate(kHAND_7, "the poller was woken for a P without a timer", {hand_off.begin, end});
    return;
  }
  // As the thread saw it, where the trace says so: others go on meanwhile.
  const bool polling = Actual(hand_off.last_poll_after, state_.value(Variable::kLastPoll)) == 0;
  const int64_t until = Actual(hand_off.poll_until, state_.value(Variable::kPollUntil));
  const bool must = polling && (until == 0 || timer < until);
  if (!must && !hand_off.broke_poller) return;
  Rule(hand_off, end, hand_off.broke_poller == must, kHAND_7,
       hand_off.broke_poller ? "the poller was woken although its deadline is not later"
                             : "the poller was not woken for an earlier timer");
}

}  // namespace proctor::white_box
