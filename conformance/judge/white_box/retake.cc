#include "conformance/judge/white_box/retake.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor::white_box {
namespace {

constexpr uint8_t Bit(int64_t status) { return static_cast<uint8_t>(1u << status); }

}  // namespace

using enum ClauseId;

RetakeJudge::RetakeJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state,
          {kSLICE_2, kSLICE_3, kSLICE_4, kSLICE_6, kSYS_1, kSYS_2, kSYS_3, kSYS_4, kSYS_5, kSYS_6,
           kSYS_10, kVER_3},
          {EventKind::kLock, EventKind::kUnlock, EventKind::kRead, EventKind::kPreemptRequest,
           EventKind::kPoll, EventKind::kSwap, EventKind::kLostSwap, EventKind::kWrite},
          {Variable::kStatus, Variable::kScheduleTick, Variable::kSyscallTick, Variable::kLocalWork,
           Variable::kSpinningThreads, Variable::kIdleProcessors, Variable::kIdleLocked,
           Variable::kTaskLocked}) {
  LooksAtLocks({LockId::kMonitor});
  LooksAtOthers({});
}

void RetakeJudge::Observe(const Event& event) {
  if (!state_.ByMonitor(event) || state_.within_call()) return;
  switch (event.kind) {
    case EventKind::kLock:
      if (!Is(event, LockId::kMonitor)) break;
      Begin();
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kMonitor)) break;
      OnEnd(event);
      break;
    case EventKind::kRead:
      if (state_.in_duties()) OnRead(event);
      break;
    case EventKind::kPoll:
      changes_of_poll_ = event.Get(Arg::kReady) > 0 ? 2 : 0;
      break;
    case EventKind::kPreemptRequest:
    case EventKind::kSwap:
    case EventKind::kLostSwap:
    case EventKind::kWrite:
      OnEffect(event);
      break;
    default:
      break;
  }
}

void RetakeJudge::Begin() {
  at_p_ = -1;
  changes_of_poll_ = 0;
  spinning_ = idle_ = {};
}

RetakeJudge::Visit& RetakeJudge::VisitOf(int32_t p) {
  const size_t index = PlaceOf(p);
  if (index >= visits_.size()) {
    visits_.resize(index + 1);
    kept_.resize(index + 1);
  }
  Visit& visit = visits_[index];
  if (visit.cycle != state_.cycle()) visit.Begin(state_.cycle());
  at_p_ = p;
  return visit;
}

void RetakeJudge::OnRead(const Event& event) {
  const int64_t value = event.Get(Arg::kValue);
  switch (static_cast<Variable>(event.Get(Arg::kVariable))) {
    case Variable::kStatus:
      VisitOf(event.p).statuses |= Bit(value & 7);
      break;
    case Variable::kScheduleTick:
      VisitOf(event.p).schedule_tick.Add(value);
      break;
    case Variable::kSyscallTick:
      VisitOf(event.p).syscall_tick.Add(value);
      break;
    case Variable::kLocalWork:
      VisitOf(event.p).local.Add(value);
      // In real time thieves come between, and a runtime need not count what it has.
      if (in_real_time_) break;
      Expect(value == state_.processor(event.p).queued, kSYS_2,
             "something else than the P's own queue counts as its work", {event});
      break;
    case Variable::kSpinningThreads:
      (at_p_ < 0 ? spinning_ : VisitOf(at_p_).spinning).Add(value);
      break;
    case Variable::kIdleProcessors:
      (at_p_ < 0 ? idle_ : VisitOf(at_p_).idle).Add(value);
      break;
    default:
      break;
  }
}

// What it has not read by the time that it acts is, for it, what was so since its duties began. The
// act itself may change it.
void RetakeJudge::SettleSlice(Visit& visit, int32_t p) const {
  const Processor& processor = state_.processor(p);
  if (in_real_time_ || processor.changed > state_.duties_step()) return;
  if (visit.statuses == 0) visit.statuses = Bit(processor.status & 7);
  if (visit.schedule_tick.none()) visit.schedule_tick.Add(processor.schedule_tick);
}

void RetakeJudge::SettleCall(Visit& visit, int32_t p) const {
  if (in_real_time_) return;
  SettleSlice(visit, p);
  const Processor& processor = state_.processor(p);
  if (processor.changed <= state_.duties_step()) {
    if (visit.syscall_tick.none()) visit.syscall_tick.Add(processor.syscall_tick);
    if (visit.local.none()) visit.local.Add(processor.queued);
  }
  const auto settle = [&](const Zeroness& before, Zeroness& count, Variable variable) {
    if (before.none() && count.none() && state_.IsSince(variable, state_.duties_step())) {
      count.Add(state_.value(variable));
    }
  };
  settle(spinning_, visit.spinning, Variable::kSpinningThreads);
  settle(idle_, visit.idle, Variable::kIdleProcessors);
}

void RetakeJudge::OnEffect(const Event& event) {
  if (event.kind == EventKind::kPreemptRequest) {
    Visit& visit = VisitOf(event.p);
    SettleSlice(visit, event.p);
    ++visit.requests;
    visit.unmoved = state_.processor(event.p).ticked_ns < last_scan_ns_;
    if (!state_.in_duties()) {
      Violate(kSLICE_3, "a preemption request outside the duties", {event});
    } else if (visit.requests > 1) {
      Violate(kSLICE_4, "preemption was requested twice in one scan", {event});
    } else if (visit.won) {
      Violate(kSYS_10,
              fmt::format("P {} was asked to preempt after the monitor had taken it", event.p),
              {event});
    }
    return;
  }
  if (Is(event, Variable::kStatus)) {
    Visit& visit = VisitOf(event.p);
    SettleCall(visit, event.p);
    ++visit.takes;
    visit.won = visit.won || event.kind != EventKind::kLostSwap;
  } else if (event.kind == EventKind::kWrite && Is(event, Variable::kTaskLocked)) {
    if (event.Get(Arg::kValue) != 1) return;
    Visit& visit = VisitOf(event.p);
    SettleCall(visit, event.p);
    visit.task_locked = true;
  } else if (event.kind == EventKind::kWrite && Is(event, Variable::kIdleLocked)) {
    if (changes_of_poll_ > 0) {
      --changes_of_poll_;
    } else if (at_p_ >= 0 && event.Get(Arg::kValue) < state_.value(Variable::kIdleLocked)) {
      ++VisitOf(at_p_).brackets;
    }
  }
}

void RetakeJudge::OnEnd(const Event& event) {
  const auto length = static_cast<int32_t>(
      in_real_time_ ? static_cast<int64_t>(visits_.size())
                    : std::max<int64_t>(state_.value(Variable::kProcessorCount),
                                        static_cast<int64_t>(visits_.size())));
  for (int32_t p = 0; p < length && p < kProcessorsMost; ++p) JudgeP(p, event);
  last_scan_ns_ = state_.duties_now_ns();
}

// Whether the status is among `statuses`, as read or as it was all the time.
Maybe RetakeJudge::StatusIs(const Visit& visit, int32_t p, uint8_t statuses) const {
  uint8_t seen = visit.statuses;
  if (seen == 0) {
    if (in_real_time_ || state_.processor(p).changed > state_.duties_step()) {
      return Maybe::Unknown();
    }
    seen = Bit(state_.processor(p).status & 7);
  }
  return {(seen & statuses) != 0, (seen & ~statuses) != 0};
}

// As read or, where it was not, as it was all the time.
const Readings& RetakeJudge::TickOf(const Readings& read, int32_t p, int64_t Processor::* tick) {
  if (!read.none()) return read;  // NOLINT: of a P, which stays
  if (in_real_time_ || state_.processor(p).changed > state_.duties_step()) {
    unread_ = Readings::Unknown();
  } else {
    unread_ = {};
    unread_.Add(state_.processor(p).*tick);
  }
  return unread_;
}

void RetakeJudge::JudgeP(int32_t p, const Event& event) {
  static const Visit kNoVisit;
  const auto index = static_cast<size_t>(p);
  const bool visited = index < visits_.size() && visits_[index].cycle == state_.cycle();
  const Visit& visit = visited ? visits_[index] : kNoVisit;
  if (!visited && in_real_time_) return;
  const bool by_task_lock = TakesByTaskLock(profile_);
  const auto watched_statuses =
      static_cast<uint8_t>(by_task_lock ? Bit(kRunning) : Bit(kRunning) | Bit(kInSyscall));
  const Maybe watched = StatusIs(visit, p, watched_statuses);
  if (!watched.yes) {
    if (by_task_lock && visit.brackets > 0) {
      Violate(kVER_3, fmt::format("P {} had a bracket of idle threads, and does not run", p),
              {event});
    }
    if (visit.requests + visit.takes == 0) {
      if (visit.shown) Trigger(kSYS_10);
      return;
    }
    Violate(kSYS_10,
            fmt::format("P {} was {}, though it is idle, stopped, dead or not made", p,
                        visit.takes > 0 ? "taken" : "asked to preempt"),
            {event});
    return;
  }
  if (index >= kept_.size()) {
    visits_.resize(index + 1);
    kept_.resize(index + 1);
    return JudgeP(p, event);
  }
  const Maybe expired = JudgeSlice(p, visit, watched, event);
  if (by_task_lock) {
    JudgeByTaskLock(p, visit, watched, event);
    if (visit.task_locked) JudgeCall(p, visit, Maybe::Surely(true), expired, event);
  } else {
    const Maybe in_call = StatusIs(visit, p, Bit(kInSyscall));
    if (in_call.yes) {
      JudgeCall(p, visit, in_call, expired, event);
    } else if (visit.takes > 0) {
      Violate(kSYS_6, fmt::format("P {} was to be taken, though it was in no system call", p),
              {event});
    }
  }
}

// Whether the slice is over.
Maybe RetakeJudge::JudgeSlice(int32_t p, const Visit& visit, Maybe watched, const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  Kept& kept = kept_[static_cast<size_t>(p)];
  const Readings& ticks = TickOf(visit.schedule_tick, p, &Processor::schedule_tick);
  const Maybe fresh = kept.schedule.IsFresh(ticks);
  const Maybe expired = kept.schedule.IsOld(ticks, tunables_.slice_ns, now_ns);
  const Maybe due = watched && expired;
  const bool requested = visit.requests > 0;
  kept.schedule.See(ticks, now_ns, watched);
  if (fresh.yes && !fresh.no) kept.requested = false;
  const Sighting& sighting = kept.schedule;
  if (due.Permits(requested)) {
    kept.schedule.Learn(requested, ticks, tunables_.slice_ns, now_ns);
    if (requested) {
      Trigger(kept.requested ? kSLICE_4 : kSLICE_3);
      if (IsWrapped(sighting)) Trigger(kSYS_10);
    } else if (!fresh.no) {
      Trigger(kSLICE_2);
      if (MovedHigh(sighting)) Trigger(kSLICE_6);
    }
  } else {
    const std::string reason =
        fresh.no ? fmt::format("the same tick was first seen {} ns ago, the slice is {} ns",
                               now_ns - sighting.since_ns(), tunables_.slice_ns)
        : sighting.before_ns() == 0
            ? fmt::format("its schedule tick {} was seen for the first time", sighting.tick())
            : fmt::format("its schedule tick had moved from {} to {}", sighting.before_tick(),
                          sighting.tick());
    BlameRequest(
        p, ticks, requested,
        fmt::format("preemption of P {} was {}requested: {}", p, requested ? "" : "not ", reason),
        event);
  }
  kept.requested = kept.requested || requested;
  return expired;
}

// The tick before it was larger.
bool RetakeJudge::IsWrapped(const Sighting& sighting) {
  return sighting.before_ns() != 0 && sighting.tick() < sighting.before_tick();
}

// It differs from the one before above its lowest 8 bits.
bool RetakeJudge::MovedHigh(const Sighting& sighting) {
  return sighting.before_ns() != 0 && (sighting.tick() ^ sighting.before_tick()) >> 8 != 0;
}

// ... and only there.
bool RetakeJudge::IsNarrow(const Sighting& sighting) {
  return sighting.before_ns() != 0 && ((sighting.tick() ^ sighting.before_tick()) & 0xff) == 0;
}

Maybe RetakeJudge::Count(const Zeroness& read, Variable variable) const {
  if (!read.none()) return read.IsMore();
  if (in_real_time_ || !state_.IsSince(variable, state_.duties_step())) return Maybe::Unknown();
  return Maybe::Surely(state_.value(variable) > 0);
}

Maybe RetakeJudge::HasLocalWork(int32_t p, const Visit& visit) const {
  if (!visit.local.none()) return visit.local.IsMore();
  if (in_real_time_ || state_.processor(p).changed > state_.duties_step()) return Maybe::Unknown();
  return Maybe::Surely(state_.processor(p).queued > 0);
}

void RetakeJudge::JudgeCall(int32_t p, const Visit& visit, Maybe in_call, Maybe expired,
                            const Event& event) {
  const int64_t now_ns = state_.duties_now_ns();
  Kept& kept = kept_[static_cast<size_t>(p)];
  const Readings& ticks = TickOf(visit.syscall_tick, p, &Processor::syscall_tick);
  const Maybe fresh = kept.syscall.IsFresh(ticks);
  const Maybe seen_only = fresh && !expired;
  const Maybe over_cap = kept.syscall.SinceLongerThan(tunables_.syscall_cap_ns, now_ns);
  const Maybe others =
      Count(visit.spinning.none() ? spinning_ : visit.spinning, Variable::kSpinningThreads) ||
      Count(visit.idle.none() ? idle_ : visit.idle, Variable::kIdleProcessors);
  const Maybe leave = !HasLocalWork(p, visit) && others && !over_cap;
  const Maybe due = in_call && !seen_only && !leave;
  const bool tried = visit.takes > 0;
  const bool permitted = due.Permits(tried);
  const bool surely_fresh = fresh.yes && !fresh.no;
  if (!permitted) BlameTake(p, visit, surely_fresh, expired.yes && !expired.no, event);
  // A slice that is over bypasses the look at the tick, and leaves what was seen of it alone.
  kept.syscall.See(ticks, now_ns, in_call && !expired);
  const bool is_wrapped = kept.syscall.tick() < kept.largest_call;
  kept.largest_call = std::max(kept.largest_call, kept.syscall.tick());
  if (!permitted) return;
  if (seen_only.yes && !seen_only.no) {
    // Who leaves a call for its newness need not look further.
    const bool for_newness = visit.local.none();
    if (for_newness && is_wrapped) ++kept.left_wrapped;
    if (for_newness && !is_wrapped) kept.left_new = true;
    Trigger(kSYS_1);
    if (IsWrapped(kept.syscall)) Trigger(kSYS_10);
    if (MovedHigh(kept.syscall)) Trigger(kSLICE_6);
  } else if (!tried) {
    if (!in_call.no) Trigger(kSYS_2);
  } else if (surely_fresh) {
    Trigger(kSYS_5);
  } else if (!HasLocalWork(p, visit).no) {
    Trigger(kSYS_4);
  } else {
    Trigger(over_cap.no ? kSYS_2 : kSYS_3);
  }
}

void RetakeJudge::JudgeByTaskLock(int32_t p, const Visit& visit, Maybe watched,
                                  const Event& event) {
  if (watched.no) return;
  Expect(visit.brackets == 1, kVER_3,
         Sentence("P {} runs, and had {} brackets of idle threads around a look at its task", p,
                  visit.brackets),
         {event});
  if (in_real_time_ || visit.task_locked) return;
  const Processor& processor = state_.processor(p);
  const Task& task = state_.task(processor.running);
  const bool steady = processor.changed <= state_.duties_step() && processor.running >= 0 &&
                      task.changed <= state_.duties_step();
  Expect(!steady || task.status != kTaskInSyscall, kVER_3,
         Sentence("the task of P {} is in a system call, and was not locked", p), {event});
}

}  // namespace proctor::white_box
