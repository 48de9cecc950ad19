#include "conformance/judge/snapshots/retake.h"

#include <fmt/core.h>

namespace proctor::snapshots {
namespace {

// Ticks have 32 bits and wrap.
bool IsNext(int64_t tick, int64_t before) {
  return static_cast<uint32_t>(tick) == static_cast<uint32_t>(before) + 1;
}

// A task cannot be locked while another thread has it locked, to read its stack; but not for this
// number of scans.
constexpr int64_t kLeftOutMost = 8;
constexpr int64_t kTakenBeforeMost = 4;

}  // namespace

using enum ClauseId;

RetakeJudge::RetakeJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kSYS_1, kSYS_2, kSYS_3, kSYS_5, kSYS_6, kSYS_7, kVER_3}) {}

void RetakeJudge::Observe(const Event& event) {
  if (!view_.whole() || !view_.Knows(Variable::kSeenSyscallTick) ||
      !view_.Knows(Variable::kSeenSyscallNs))
    return;
  if (event.kind == EventKind::kAdjustIdleLocked && event.Get(Arg::kDelta) < 0) {
    idle_at_bracket_.assign(view_.processors(), false);
    for (size_t p = 0; p < idle_at_bracket_.size(); ++p) {
      idle_at_bracket_[p] = view_.now().Of(p, Variable::kStatus) == kIdle;
    }
  }
  if (event.kind == EventKind::kHandOff && event.p >= 0) {
    JudgeBeginning(static_cast<size_t>(event.p), event);
    OnTake(event);
  }
  if (event.kind == EventKind::kShallowSleep) OnCycle(event);
}

// The slice of the P may have expired by then: the monitor asked for its preemption, or it is so
// still.
bool RetakeJudge::ExpiredBy(size_t p, int64_t time_ns) const {
  const Picture& now = view_.now();
  if (view_.Has(EventKind::kPreemptRequest, p)) return true;
  return now.Of(p, Variable::kSeenScheduleTick) == now.Of(p, Variable::kScheduleTick) &&
         now.Of(p, Variable::kSeenScheduleNs) + tunables_.slice_ns <= time_ns;
}

// When the monitor woke up the P was in the system call that it is taken from, or left in, now.
bool RetakeJudge::InCallBefore(size_t p) const {
  const Picture& before = view_.before();
  if (p >= before.count()) return false;
  if (!TakesByTaskLock()) return before.Of(p, Variable::kStatus) == kInSyscall;
  return before.Of(p, Variable::kStatus) == kRunning &&
         before.Of(p, Variable::kSeenSyscallNs) != 0 &&
         before.Of(p, Variable::kSeenSyscallTick) == before.Of(p, Variable::kSyscallTick);
}

// A P that was idle when the bracket around its taking began had been taken before. That somebody
// else took it, and entered a call with it, at that very moment, is not so often.
void RetakeJudge::JudgeBeginning(size_t p, const Event& event) {
  if (p >= idle_at_bracket_.size() || !view_.Watched(kWatchAdjustIdleLocked)) return;
  if (!idle_at_bracket_[p]) {
    taken_before_ = 0;
  } else if (++taken_before_ > kTakenBeforeMost) {
    Violate(TakesByTaskLock() ? kVER_3 : kSYS_7,
            "P are taken before one idle thread less is on the books, again and again", {event});
  }
}

// From here on the P is the monitor's own: what others knew of it, they have lost.
void RetakeJudge::OnTake(const Event& event) {
  const auto p = static_cast<size_t>(event.p);
  const Picture& now = view_.now();
  const int64_t tick = now.Of(p, Variable::kSyscallTick);
  const int64_t status = now.Of(p, Variable::kStatus);
  const ClauseId of_winner = TakesByTaskLock() ? kVER_3 : kSYS_6;
  if (status != kIdle) {
    Violate(of_winner, fmt::format("P {} was handed off with status {}, not idle", p, status),
            {event});
    return;
  }
  if (InCallBefore(p) && view_.SameOf(p, Variable::kSyscallTick)) {
    Violate(of_winner, fmt::format("the tick of P {} was not moved when it was taken", p), {event});
    return;
  }
  const bool known_call = IsNext(tick, now.Of(p, Variable::kSeenSyscallTick));
  const bool seen_earlier = now.Of(p, Variable::kSeenSyscallNs) < view_.woke_ns();
  if (known_call && seen_earlier) {
    Trigger(of_winner);
    if (!ExpiredBy(p, event.time_ns)) Trigger(kSYS_1);
    JudgeReason(p, event);
  } else if (ExpiredBy(p, event.time_ns)) {
    Trigger(kSYS_5);
  } else if (IsNext(tick, view_.before().Of(p, Variable::kSyscallTick))) {
    // The monitor alone moved the tick, so no other call was over meanwhile: the compare-and-swap
    // of the status does not tell one call from the next.
    Violate(kSYS_1, fmt::format("P {} was taken from a system call seen for the first time", p),
            {event});
  }
}

void RetakeJudge::JudgeReason(size_t p, const Event& event) {
  const Picture& now = view_.now();
  const int64_t since_ns = now.Of(p, Variable::kSeenSyscallNs);
  if (since_ns + tunables_.syscall_cap_ns <= view_.woke_ns()) {
    Trigger(kSYS_3);
    return;
  }
  const bool same_call = InCallBefore(p) && IsNext(now.Of(p, Variable::kSyscallTick),
                                                   view_.before().Of(p, Variable::kSyscallTick));
  // Nobody but its owner, who is in the call, adds to its queue.
  const bool empty = same_call && view_.before().Of(p, Variable::kLocalWork) == 0;
  const bool below_cap = since_ns + tunables_.syscall_cap_ns > event.time_ns;
  if (empty && below_cap && view_.AnotherIdle(p)) {
    Violate(kSYS_2,
            fmt::format("P {} was taken although its queue is empty, another P is idle, and its "
                        "call was first seen {} ns ago at most",
                        p, event.time_ns - since_ns),
            {event});
  } else if (below_cap && now.Of(p, Variable::kLocalWork) > 0) {
    Trigger(kSYS_2);
  }
}

void RetakeJudge::OnCycle(const Event& event) {
  left_out_.resize(view_.processors());
  for (size_t p = 0; p < view_.processors(); ++p) {
    JudgeRecord(p, event);
    if (view_.Busy(p) && InCallBefore(p)) {
      JudgeLeftAlone(p, event);
    } else {
      left_out_[p] = 0;
    }
  }
  JudgeBrackets(event);
}

// The monitor alone writes the record, and it wrote the tick that it found.
void RetakeJudge::JudgeRecord(size_t p, const Event& event) {
  if (p >= view_.before().count() || view_.SameOf(p, Variable::kSeenSyscallNs)) return;
  const int64_t tick = view_.now().Of(p, Variable::kSeenSyscallTick);
  if (view_.MayHaveHad(p, Variable::kSyscallTick, tick)) return;
  Violate(kSYS_1,
          fmt::format("the tick {} was recorded of a call of P {}, whose tick is {}", tick, p,
                      view_.now().Of(p, Variable::kSyscallTick)),
          {event});
}

// The P was in one system call from the wake-up to here, and so was not taken.
void RetakeJudge::JudgeLeftAlone(size_t p, const Event& event) {
  const Picture& before = view_.before();
  const Picture& now = view_.now();
  const int64_t tick = now.Of(p, Variable::kSyscallTick);
  const bool was_known = before.Of(p, Variable::kSeenSyscallTick) == tick &&
                         before.Of(p, Variable::kSeenSyscallNs) != 0;
  const bool has_work =
      now.Of(p, Variable::kLocalWork) > 0 && before.Of(p, Variable::kLocalWork) > 0;
  if (!was_known) {
    if (has_work && ExpiredBy(p, view_.woke_ns())) {
      LeaveOut(
          p, kSYS_5,
          fmt::format("P {} has work on its queue, is in a system call, its slice is over, and "
                      "it was not taken",
                      p),
          event);
      return;
    }
    const bool recorded =
        now.Of(p, Variable::kSeenSyscallTick) == tick && !view_.SameOf(p, Variable::kSeenSyscallNs);
    // An expired slice bypasses the record.
    if (!recorded && ExpiredBy(p, event.time_ns)) return;
    Expect(recorded, kSYS_1, "a new system call of a P was not recorded", event);
    return;
  }
  const int64_t since_ns = now.Of(p, Variable::kSeenSyscallNs);
  if (!view_.SameOf(p, Variable::kSeenSyscallNs)) {
    Violate(kSYS_1, fmt::format("the time of a known system call of P {} moved", p), {event});
  } else if (since_ns + tunables_.syscall_cap_ns <= view_.woke_ns()) {
    LeaveOut(p, kSYS_3,
             fmt::format("P {} is in a system call first seen {} ns ago and was not taken", p,
                         view_.woke_ns() - since_ns),
             event);
  } else if (has_work) {
    LeaveOut(
        p, kSYS_2,
        fmt::format("P {} has work on its queue, is in a known system call, and was not taken", p),
        event);
  } else if (before.Of(p, Variable::kLocalWork) == 0 && view_.AnotherIdle(p)) {
    Trigger(kSYS_2);
  }
}

void RetakeJudge::LeaveOut(size_t p, ClauseId clause, const std::string& message,
                           const Event& event) {
  if (TakesByTaskLock() && ++left_out_[p] <= kLeftOutMost) return;
  Violate(clause, message, {event});
}

// One idle thread less on the books while a P is taken and handed off, or looked at.
void RetakeJudge::JudgeBrackets(const Event& event) {
  if (!view_.Watched(kWatchAdjustIdleLocked) || !view_.Watched(kWatchHandOff)) return;
  const ClauseId clause = TakesByTaskLock() ? kVER_3 : kSYS_7;
  int64_t lowered = 0;
  size_t brackets = 0;
  bool injecting = false;
  bool handed_off = false;
  for (const Event& step : view_.steps()) {
    if (step.kind == EventKind::kAdjustIdleLocked) {
      lowered -= step.Get(Arg::kDelta);
      if (lowered == 0) ++brackets;
      if (lowered < 0 || lowered > 1) {
        Violate(clause, "the count of idle locked threads was not lowered and raised in turn",
                {step, event});
        return;
      }
    } else if (step.kind == EventKind::kInject) {
      injecting = true;
    } else if (step.kind == EventKind::kHandOff) {
      handed_off = true;
      if (lowered != 1) {
        Violate(clause, "a P was handed off without one idle thread less on the books",
                {step, event});
        return;
      }
    }
  }
  if (lowered != 0) {
    Violate(clause, "one idle thread less stayed on the books", {event});
    return;
  }
  if (!TakesByTaskLock()) {
    if (handed_off) Trigger(kSYS_7);
    return;
  }
  if (injecting) return;  // some brackets are those of the poll
  size_t busy = 0;
  for (size_t p = 0; p < view_.processors(); ++p) busy += view_.Busy(p) ? 1 : 0;
  if (busy == 0) return;
  Expect(brackets >= busy, kVER_3,
         "a running P was visited without the bracket of idle threads around it", event);
}

}  // namespace proctor::snapshots
