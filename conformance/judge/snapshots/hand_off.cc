#include "conformance/judge/snapshots/hand_off.h"

#include <fmt/core.h>

namespace proctor::snapshots {
namespace {

// A P may be on its way to a thread, and work may have come and gone. Not so often in a row.
constexpr int64_t kInARowMost = 16;
constexpr int64_t kOnlyPMost = 4;

}  // namespace

using enum ClauseId;

HandOffJudge::HandOffJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kHAND_1, kHAND_3, kHAND_6, kHAND_7}) {}

void HandOffJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kHandOff:
      if (hand_off_) OnOutcome(event);
      if (event.p >= 0 && view_.whole() && view_.Watched(kWatchAssign)) {
        hand_off_ = event;
        at_hand_off_ = view_.now();
      }
      break;
    case EventKind::kAssign:
    case EventKind::kAdjustIdleLocked:
    case EventKind::kShallowSleep:
      if (hand_off_) OnOutcome(event);
      break;
    default:
      break;
  }
}

// Until a thread has it the P is the monitor's, and nobody adds to its queue; thieves may take from
// it.
void HandOffJudge::OnOutcome(const Event& event) {
  const Event hand_off = *std::exchange(hand_off_, std::nullopt);
  const auto p = static_cast<size_t>(hand_off.p);
  const bool assigned = event.kind == EventKind::kAssign && event.p == hand_off.p;
  const bool spinning = assigned && event.Get(Arg::kSpinning) != 0;
  const bool had_work = at_hand_off_.Of(p, Variable::kLocalWork) > 0;
  const bool has_work = view_.now().Of(p, Variable::kLocalWork) > 0;
  if (had_work && has_work) {
    // A thread that was started before this stop may have put work there itself.
    const bool may_be_others = !assigned && view_.now().Of(p, Variable::kStatus) != kIdle;
    if (assigned && !spinning) {
      Trigger(kHAND_1);
    } else if (!may_be_others) {
      Violate(kHAND_1,
              fmt::format("work waits on P {}, and {}", p,
                          assigned ? "a thread was started that looks for work elsewhere"
                                   : "no thread was started for it"),
              {hand_off, event});
    }
    return;
  }
  if (!had_work && !has_work) JudgeWithoutWork(p, hand_off, event);
  if (spinning) Trigger(kHAND_3);
  // With one P nobody else can be idle or look for work.
  const bool only_one = at_hand_off_[Variable::kProcs] == 1 && view_.now()[Variable::kProcs] == 1;
  const bool nobody_spun = at_hand_off_[Variable::kSpinningThreads] == 0;
  if (only_one && nobody_spun && !assigned && view_.Watched(kWatchAssign)) {
    Violate(kHAND_3, "nobody looks for work and no P is idle, and no thread was started",
            {hand_off, event});
  }
  if (only_one && assigned && !had_work && !has_work) JudgeOnlyP(spinning, hand_off, event);
}

// While the monitor has the only P nobody can take from the global queue. A thread without a P may
// count as spinning for a moment, and a stop of the world may be asked for, but not so often.
void HandOffJudge::JudgeOnlyP(bool spinning, const Event& hand_off, const Event& event) {
  const Picture& now = view_.now();
  const auto both = [&](Variable variable, bool set) {
    return (at_hand_off_[variable] != 0) == set && (now[variable] != 0) == set;
  };
  if (!both(Variable::kCollecting, false) || !both(Variable::kStopPending, false)) return;
  if (both(Variable::kGlobalQueue, true)) {
    if (!spinning) {
      elsewhere_ = 0;
      Trigger(kHAND_1);
    } else if (++elsewhere_ > kOnlyPMost) {
      Violate(kHAND_1,
              "work waits on the global queue, and again and again a thread is started that looks "
              "for work elsewhere",
              {hand_off, event});
    }
  } else if (both(Variable::kGlobalQueue, false) && at_hand_off_[Variable::kSpinningThreads] == 0) {
    if (spinning) {
      unspun_ = 0;
    } else if (++unspun_ > kOnlyPMost) {
      Violate(kHAND_3,
              "nobody looks for work and no P is idle, and again and again the thread that is "
              "started does not look for any",
              {hand_off, event});
    }
  }
}

// From the beginning of the hand-off to this stop.
bool HandOffJudge::StayedIdle(size_t p) const {
  const Picture& now = view_.now();
  const int64_t mark = now.Of(p, Variable::kIdleMark);
  return now.Of(p, Variable::kStatus) == kIdle && mark != 0 &&
         at_hand_off_.Of(p, Variable::kIdleMark) == mark;
}

bool HandOffJudge::AllOthersIdle(size_t p) const {
  const Picture& now = view_.now();
  const auto procs = static_cast<size_t>(now[Variable::kProcs]);
  if (at_hand_off_[Variable::kProcs] != now[Variable::kProcs] || !view_.Knows(Variable::kIdleMark))
    return false;
  for (size_t other = 0; other < procs; ++other) {
    if (other != p && !StayedIdle(other)) return false;
  }
  return procs > 1;
}

bool HandOffJudge::AnotherIdle(size_t p) const {
  if (!view_.Knows(Variable::kIdleMark) || at_hand_off_[Variable::kIdleProcessors] == 0)
    return false;
  for (size_t other = 0; other < view_.processors(); ++other) {
    if (other != p && StayedIdle(other)) return true;
  }
  return false;
}

// It ran one task all the time.
bool HandOffJudge::AnotherBusy(size_t p) const {
  const Picture& now = view_.now();
  if (!view_.Knows(Variable::kRunningTask)) return false;
  for (size_t other = 0; other < view_.processors(); ++other) {
    const auto same = [&](Variable variable) {
      return at_hand_off_.Of(other, variable) == now.Of(other, variable);
    };
    if (other != p && now.Of(other, Variable::kStatus) == kRunning && same(Variable::kStatus) &&
        now.Of(other, Variable::kRunningTask) != 0 && same(Variable::kRunningTask) &&
        same(Variable::kScheduleTick) && same(Variable::kSyscallTick))
      return true;
  }
  return false;
}

void HandOffJudge::JudgeWithoutWork(size_t p, const Event& hand_off, const Event& event) {
  const Picture& now = view_.now();
  const bool assigned = event.kind == EventKind::kAssign && event.p == hand_off.p;
  const auto both = [&](Variable variable, int64_t value) {
    return at_hand_off_[variable] == value && now[variable] == value;
  };
  // A thread that is started for no P, or for another one, says nothing of this one.
  if (event.kind == EventKind::kAssign && !assigned) return;
  const int64_t last_poll_ns = now[Variable::kLastPoll];
  const bool nobody_polls = last_poll_ns != 0 && at_hand_off_[Variable::kLastPoll] == last_poll_ns;
  if (AllOthersIdle(p) && nobody_polls && both(Variable::kStopPending, 0)) {
    // Also where work waits after all a thread is due.
    Expect(assigned, kHAND_6, "the last P would go idle with nobody polling the network", event);
    return;
  }
  if (!assigned) {
    if (now.Of(p, Variable::kStatus) != kIdle || !view_.Knows(Variable::kIdleMark)) return;
    if (now.Of(p, Variable::kIdleMark) != 0) {
      lost_ = 0;
      Trigger(kHAND_7);
    } else if (++lost_ > kInARowMost) {
      Violate(kHAND_7, "a P was handed to no thread and did not go idle", {hand_off, event});
    }
    return;
  }
  JudgeThread(p, event.Get(Arg::kSpinning) != 0, hand_off, event);
}

// A thread was started for a P without work.
void HandOffJudge::JudgeThread(size_t p, bool spinning, const Event& hand_off, const Event& event) {
  const auto both = [&](Variable variable, int64_t value) {
    return at_hand_off_[variable] == value && view_.now()[variable] == value;
  };
  const auto again = [&](int64_t& in_a_row, bool wrong, int64_t most) {
    in_a_row = wrong ? in_a_row + 1 : 0;
    return in_a_row > most;
  };
  if (spinning) {
    needless_ = 0;
    if (again(spins_beside_idle_, AnotherIdle(p), kOnlyPMost)) {
      Violate(kHAND_3,
              "again and again a thread is started that looks for work, and another P is idle",
              {hand_off, event});
    }
    return;
  }
  const bool nothing_waits = both(Variable::kGlobalQueue, 0) && both(Variable::kCollecting, 0) &&
                             both(Variable::kStopPending, 0);
  if (again(needless_, nothing_waits && both(Variable::kLastPoll, 0), kInARowMost)) {
    Violate(kHAND_7, "a thread is started again and again although nothing waits for one",
            {hand_off, event});
  }
  if (again(polls_beside_busy_, nothing_waits && AnotherBusy(p), kOnlyPMost)) {
    Violate(kHAND_7,
            "a thread is started again and again although nothing waits for one, and another P is "
            "busy",
            {hand_off, event});
  }
}

}  // namespace proctor::snapshots
