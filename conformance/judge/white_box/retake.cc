#include "conformance/judge/white_box/retake.h"

#include <fmt/format.h>

namespace proctor::white_box {

using enum ClauseId;

RetakeJudge::RetakeJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(tier, header, state,
                    {kSLICE_1, kSLICE_2, kSLICE_3, kSLICE_4, kSYS_1, kSYS_2, kSYS_3, kSYS_4, kSYS_5,
                     kSYS_6, kSYS_7, kSYS_10, kVER_3},
                    {EventKind::kRead, EventKind::kPreemptRequest, EventKind::kUnlock,
                     EventKind::kSwap, EventKind::kLostSwap, EventKind::kWrite, EventKind::kHandOff,
                     EventKind::kCollectorRead, EventKind::kTraceLine},
                    {Variable::kProcessorCount, Variable::kStatus, Variable::kScheduleTick,
                     Variable::kSyscallTick, Variable::kLocalWork, Variable::kSpinningThreads,
                     Variable::kIdleProcessors, Variable::kIdleLocked, Variable::kTaskLocked}) {}

RetakeJudge::Stamps& RetakeJudge::StampsOf(int32_t p) {
  const size_t index = PlaceOf(p);
  if (index >= stamps_.size()) stamps_.resize(index + 1);
  return stamps_[index];
}

void RetakeJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event)) return;
  const bool reads_length = event.kind == EventKind::kRead && Is(event, Variable::kProcessorCount);
  if (reads_length && state_.in_duties() && !scanning_) {
    scanning_ = true;
    next_p_ = 0;
  }
  if (!scanning_) return;
  // The scan is over when the next duty reads something of its own.
  const bool over = event.kind == EventKind::kCollectorRead ||
                    event.kind == EventKind::kTraceLine ||
                    (event.kind == EventKind::kUnlock && Is(event, LockId::kMonitor));
  if (!over) {
    OnScanEvent(event);
    return;
  }
  EndVisit(event);
  scanning_ = false;
  Expect(length_read_ && next_p_ >= length_, kSLICE_1,
         Sentence("the scan ended at P {} of {}", next_p_, length_), {event});
}

void RetakeJudge::OnScanEvent(const Event& event) {
  switch (event.kind) {
    case EventKind::kRead:
      if (Is(event, Variable::kProcessorCount)) {
        EndVisit(event);
        length_ = event.Get(Arg::kValue);
        length_read_ = true;
      } else if (visit_ && Is(event, Variable::kStatus) && event.p == visit_->status_read.p) {
        visit_->gone = event.Get(Arg::kValue) != kInSyscall;
      } else if (Is(event, Variable::kStatus)) {
        BeginVisit(event);
      } else if (visit_ && Is(event, Variable::kScheduleTick)) {
        visit_->schedule_tick = event;
      } else if (visit_ && Is(event, Variable::kSyscallTick)) {
        visit_->syscall_tick = event;
      } else if (visit_ && Is(event, Variable::kLocalWork) && !visit_->tried) {
        visit_->local_work = event.Get(Arg::kValue);
        // In real time thieves come between, and a runtime need not count what it has.
        if (in_real_time_) break;
        Expect(visit_->local_work == state_.processor(event.p).queued, kSYS_2,
               "something else than the P's own queue counts as its work", {event});
      } else if (visit_ && Is(event, Variable::kSpinningThreads) && !visit_->tried) {
        visit_->spinning = event.Get(Arg::kValue);
      } else if (visit_ && Is(event, Variable::kIdleProcessors) && !visit_->tried) {
        visit_->idle = event.Get(Arg::kValue);
      }
      break;
    case EventKind::kPreemptRequest:
      if (visit_) visit_->requested = event;
      break;
    case EventKind::kUnlock:
      if (visit_ && Is(event, LockId::kAllP)) visit_->all_p_dropped = true;
      break;
    case EventKind::kSwap:
    case EventKind::kLostSwap:
      if (!visit_) break;
      if (Is(event, Variable::kStatus) && event.p == visit_->status_read.p && !visit_->tried) {
        visit_->tried = event;
        visit_->won = event.kind == EventKind::kSwap;
        JudgeTake();
      }
      if (Is(event, Variable::kTaskLocked)) visit_->task_locked = true;
      break;
    case EventKind::kWrite:
      if (!visit_) break;
      if (Is(event, Variable::kIdleLocked)) {
        visit_->lowered -= event.Get(Arg::kValue) - state_.value(Variable::kIdleLocked);
        visit_->was_lowered = visit_->was_lowered || visit_->lowered > 0;
      } else if (Is(event, Variable::kTaskLocked) && event.Get(Arg::kValue) == 1) {
        visit_->task_locked = true;
      } else if (Is(event, Variable::kStatus) && event.p == visit_->status_read.p &&
                 !visit_->handed_off) {
        if (!ByTaskLock())
          Violate(kSYS_6, "a P was taken by a store instead of a compare-and-swap", {event});
        visit_->tried = event;
        visit_->won = true;
      } else if (Is(event, Variable::kSyscallTick) && event.p == visit_->status_read.p) {
        visit_->bumped = true;
      }
      break;
    case EventKind::kHandOff:
      if (!visit_) break;
      visit_->handed_off = true;
      if (!visit_->won && !ByTaskLock()) {
        Violate(kSYS_6, "a P was handed off that the monitor had not won", {event});
      }
      if (ByTaskLock() && !visit_->tried) {
        visit_->tried = event;
        visit_->won = true;
      }
      break;
    default:
      break;
  }
}

void RetakeJudge::JudgeTake() {
  Expect(visit_->all_p_dropped && !state_.MonitorHolds(LockId::kAllP) && visit_->lowered == 1,
         kSYS_7,
         visit_->lowered == 1 ? "a P was taken with the all-P lock held"
                              : "a P was taken without one idle thread less on the books",
         {*visit_->tried});
  Expect(visit_->tried->Get(Arg::kExpected) == kInSyscall, kSYS_6,
         "a P was taken from another status than that of a system call", {*visit_->tried});
}

void RetakeJudge::BeginVisit(const Event& event) {
  EndVisit(event);
  Expect(event.p == next_p_ && length_read_ && event.p < length_, kSLICE_1,
         Sentence("the scan came to P {}; P {} of {} was next", event.p, next_p_, length_),
         {event});
  // Anew before each step.
  length_read_ = false;
  next_p_ = event.p + 1;
  visit_.emplace(event);
}

void RetakeJudge::EndVisit(const Event& event) {
  if (!visit_) return;
  // Reading the length again tells that the step is over; what it says is needed at the end of the
  // scan.
  const bool watched =
      visit_->status == kRunning || (visit_->status == kInSyscall && !ByTaskLock());
  if (!watched) {
    Expect(!visit_->schedule_tick && !visit_->syscall_tick && !visit_->requested && !visit_->tried,
           kSYS_10, "an idle, stopped or dead P was touched", {visit_->status_read, event});
    visit_.reset();
    return;
  }
  Stamps& stamps = StampsOf(visit_->status_read.p);
  const bool expired = JudgeSlice(stamps);
  if (ByTaskLock()) {
    Expect(visit_->was_lowered && visit_->lowered == 0, kVER_3,
           "a running P was visited without the bracket of idle threads around it",
           {visit_->status_read, event});
    if (visit_->task_locked) JudgeSyscall(stamps, expired, event);
  } else if (visit_->status == kInSyscall) {
    JudgeSyscall(stamps, expired, event);
  }
  visit_.reset();
}

bool RetakeJudge::JudgeSlice(Stamps& stamps) {
  const int64_t now_ns = state_.duties_now_ns();
  Stamp& stamp = stamps.schedule;
  if (!visit_->schedule_tick) {
    Violate(kSLICE_2, "the schedule tick of a busy P was not looked at", {visit_->status_read});
    return false;
  }
  const Event& read = *visit_->schedule_tick;
  const int64_t tick = read.Get(Arg::kValue);
  if (!stamp.valid || tick != stamp.tick) {
    const bool wrapped = stamp.valid && tick < stamp.tick;
    stamp = {.valid = true,
             .tick = tick,
             .since_ns = now_ns,
             .before_ns = stamp.since_ns,
             .wrapped = wrapped};
    Expect(!visit_->requested, wrapped ? kSYS_10 : kSLICE_2,
           "a preemption request although the schedule tick had moved", {read});
    return false;
  }
  const bool due = stamp.since_ns + tunables_.slice_ns <= now_ns;
  if (!visit_->requested && !due) return false;
  // Counted from the tick before, it would have been due: the time was not stamped anew.
  const bool by_old_time =
      !due && stamp.before_ns != 0 && stamp.before_ns + tunables_.slice_ns <= now_ns;
  const ClauseId clause = stamp.wrapped     ? kSYS_10
                          : by_old_time     ? kSLICE_2
                          : stamp.requested ? kSLICE_4
                                            : kSLICE_3;
  stamp.requested = stamp.requested || visit_->requested;
  Expect(visit_->requested.has_value() == due, clause,
         Sentence(
             "the same tick was first seen {} ns ago, and preemption was {}requested; the slice is "
             "{} ns",
             now_ns - stamp.since_ns, visit_->requested ? "" : "not ", tunables_.slice_ns),
         {read});
  return due;
}

void RetakeJudge::JudgeSyscall(Stamps& stamps, bool expired, const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  Stamp& stamp = stamps.syscall;
  const bool tried = visit_->tried.has_value();
  if (!visit_->syscall_tick) {
    if (!expired)
      Violate(kSYS_1, "the tick of a system call was not looked at", {visit_->status_read});
    return;
  }
  const int64_t tick = visit_->syscall_tick->Get(Arg::kValue);
  const bool fresh = !stamp.valid || tick != stamp.tick;
  if (fresh && !expired) {
    const bool wrapped = stamp.valid && tick < stamp.tick;
    stamp = {.valid = true, .tick = tick, .since_ns = now_ns, .wrapped = wrapped};
    Expect(!tried, wrapped ? kSYS_10 : kSYS_1,
           "a P was taken from a system call seen for the first time",
           {*visit_->syscall_tick, event});
    return;
  }
  const int64_t local =
      visit_->local_work >= 0 ? visit_->local_work : state_.processor(visit_->status_read.p).queued;
  const bool others = (visit_->spinning > 0) || (visit_->idle > 0);
  const bool looked_at_others = visit_->spinning >= 0 || visit_->idle >= 0;
  const bool below_cap = stamp.since_ns + tunables_.syscall_cap_ns > now_ns;
  const bool empty = local == 0;
  // A second look at the status that finds the thread back spares the swap.
  if (visit_->gone && !tried) return;
  const bool leave = empty &&
                     (looked_at_others ? others : state_.value(Variable::kIdleProcessors) > 0) &&
                     below_cap;
  const ClauseId clause = leave           ? kSYS_2
                          : fresh         ? kSYS_5
                          : stamp.wrapped ? kSYS_10
                          : !empty        ? kSYS_4
                          : !below_cap    ? kSYS_3
                                          : kSYS_2;
  Expect(
      tried == !leave, clause,
      Sentence("a P in a system call was {}taken: {} tasks on its queue, {} spinning and {} idle, "
               "first seen "
               "{} ns ago",
               tried ? "" : "not ", local, visit_->spinning, visit_->idle, now_ns - stamp.since_ns),
      {*visit_->syscall_tick, event});
  if (tried && !ByTaskLock()) {
    Expect(visit_->won == visit_->bumped && visit_->won == visit_->handed_off, kSYS_6,
           visit_->won ? "the winner did not bump the tick and hand the P off"
                       : "the loser of the swap changed something all the same",
           {*visit_->tried, event});
    Expect(visit_->lowered == 0, kSYS_7, "one idle thread less stayed on the books",
           {*visit_->tried, event});
  }
}

}  // namespace proctor::white_box
