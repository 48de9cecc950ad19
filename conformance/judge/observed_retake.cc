#include "conformance/judge/observed_retake.h"

#include <fmt/core.h>

#include <algorithm>

namespace proctor {
namespace {

// One look sees the call, one takes its P; a look that was under way when the call began may be in
// vain.
constexpr int64_t kTurnsMost = 3;
constexpr size_t kTurnsKeptMost = 4096;

}  // namespace

ObservedRetakeJudge::ObservedRetakeJudge(const Header& header)
    : StampJudge(kO, {ClauseId::kSYS_1, ClauseId::kSYS_2, ClauseId::kSYS_3, ClauseId::kSYS_4,
                      ClauseId::kCAD_3}),
      in_force_(header.in_force),
      activity_(header.emits),
      hand_offs_(fmt::format("the P of a blocked system call was not handed off within {} turns of "
                             "the monitor, with a task runnable behind it",
                             kTurnsMost),
                 0, false),
      needed_(fmt::format("the only P was left in a system call for more than {} turns of the "
                          "monitor: with no P idle it has to be taken",
                          kTurnsMost),
              0, false),
      left_alone_(fmt::format("a P was taken from a system call within {} ns, although it had "
                              "nothing to run and another was idle",
                              in_force_.syscall_cap_ns),
                  0, false),
      capped_(fmt::format("a P stayed in a system call for more than {} ns: the turn that had to "
                          "take it ended in a longer sleep",
                          in_force_.syscall_cap_ns),
              0, false),
      first_looks_("a P was taken from a system call at the monitor's first look at it", 0, false),
      resets_("a P was taken from a system call, and the monitor's next sleep was not its shortest",
              0, false) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake, kStall, kTaskSpawn}) |
        Activity::Kinds());
  Needs({ClauseId::kSYS_2, ClauseId::kSYS_4}, KindSet({kThreadWake, kThreadStart}));
}

void ObservedRetakeJudge::Observe(const Event& event) {
  for (Samples* samples :
       {&hand_offs_, &needed_, &left_alone_, &capped_, &first_looks_, &resets_}) {
    samples->Observe(event);
  }
  if (event.kind == EventKind::kGap) {
    call_.reset();
    spawned_.reset();
  }
  if (cycle_.Ends(event)) OnTurn(event);
  if (event.kind == EventKind::kThreadWake || event.kind == EventKind::kThreadStart) OnTaken(event);
  if (event.kind == EventKind::kDeepSleep) OnDeepSleep(event);
  if (call_ && (event.kind == EventKind::kShallowWake || event.kind == EventKind::kDeepWake)) {
    ++call_->looks;
    call_->looked_ns = event.time_ns;
  }
  activity_.Observe(event);
  cycle_.Observe(event);
  if (!activity_.lost()) OnStamp(event);
}

void ObservedRetakeJudge::OnStamp(const Event& event) {
  if (event.kind == EventKind::kTaskSpawn) spawned_ = event;
  if (event.g < 0) return;
  if (call_ && event.g != call_->begin.g) OnOtherRuns(event);
  if (event.kind == EventKind::kTaskStart && spawned_ && spawned_->Get(Arg::kTask) == event.g) {
    spawned_.reset();
  }
  if (event.kind == EventKind::kOpBegin) OnBegin(event);
  if (event.kind == EventKind::kOpEnd && call_ && call_->begin.g == event.g) OnCallEnd(event);
}

void ObservedRetakeJudge::OnBegin(const Event& event) {
  if (event.Is(Arg::kOp, Op::kYield)) {
    yielded_by_ = event.g;
    yielded_ns_ = event.time_ns;
  }
  if (!event.Is(Arg::kOp, Op::kBlock)) return;
  // Two calls at once, or other tasks that run: whose P it is that the monitor takes is not known.
  const bool only_call = activity_.open(Op::kBlock) == 1 && activity_.open(Op::kCalls) == 0;
  const bool others_wait = activity_.open_waiting() == activity_.live();
  if (!only_call || !others_wait) return;
  call_ = Call{.begin = event,
               .behind = spawned_,
               .fresh_since_ns = yielded_by_ == event.g ? yielded_ns_ : INT64_MIN,
               .alone_turns = activity_.live() == 1 && !spawned_ ? SIZE_MAX : 0,
               .looks = cycle_.awake() ? 1 : 0,
               .looked_ns = cycle_.last_wake_ns()};
}

Sample ObservedRetakeJudge::SampleTo(const Event& end, bool exceeds) const {
  std::vector<Event> evidence = {call_->begin, end};
  if (call_->behind) evidence.insert(evidence.begin(), *call_->behind);
  return {.begin_ns = call_->begin.time_ns,
          .end_ns = end.time_ns,
          .exceeds = exceeds,
          .evidence = std::move(evidence)};
}

void ObservedRetakeJudge::OnTurn(const Event& sleep) {
  if (!call_) return;
  ++call_->sleeps;
  const int64_t requested_ns = sleep.Get(Arg::kDurationNs);
  // The taken P shows in the sleep after it, for as long as a run of the shortest ones lasts.
  if (call_->proved && !call_->reset_judged && call_->sleeps <= in_force_.flat_cycles) {
    call_->reset_judged = true;
    resets_.Add(SampleTo(sleep, requested_ns > in_force_.shallow_min_ns));
  }
  if (!cycle_.awake() || cycle_.last_wake_ns() < call_->begin.time_ns) return;
  if (call_->turns.size() >= kTurnsKeptMost) return;
  call_->turns.push_back(
      {.wake_ns = cycle_.last_wake_ns(), .sleep = sleep, .slept_deep = call_->slept_deep});
}

void ObservedRetakeJudge::NoteTaken(const Event& event, int64_t since_ns) {
  if (call_->taken) return;
  call_->taken = {.event = event, .turns = call_->turns.size(), .since_ns = since_ns};
}

// How many turns the monitor needed, with one P.
void ObservedRetakeJudge::JudgeTurns(const Event& end, int64_t inside_ns) {
  if (in_force_.procs != 1) return;
  const size_t over = call_->taken ? call_->taken->turns : call_->turns.size();
  int64_t turns = call_->taken && call_->taken->since_ns >= inside_ns ? 1 : 0;
  for (size_t i = 0; i < over; ++i) turns += call_->turns[i].wake_ns >= inside_ns;
  const bool exceeds = turns > kTurnsMost;
  if (!call_->taken && !exceeds) return;
  Samples& samples = call_->behind ? hand_offs_ : needed_;
  samples.Add(SampleTo(call_->taken ? call_->taken->event : end, exceeds));
}

// Alone, it is left its P until the cap, and loses it in the first turn after that.
void ObservedRetakeJudge::JudgeCap(int64_t inside_ns) {
  if (in_force_.sched_trace_ms != 0) return;
  int64_t seen_by_ns = INT64_MAX;
  const size_t turns = std::min(call_->turns.size(), call_->alone_turns);
  for (size_t i = 0; i < turns; ++i) {
    const Turn& turn = call_->turns[i];
    if (turn.wake_ns < inside_ns) continue;
    if (seen_by_ns == INT64_MAX) {
      seen_by_ns = turn.sleep.time_ns;
    } else if (turn.wake_ns >= seen_by_ns + in_force_.syscall_cap_ns) {
      const int64_t requested_ns = turn.sleep.Get(Arg::kDurationNs);
      capped_.Add(
          SampleTo(turn.sleep, !turn.slept_deep && requested_ns > in_force_.shallow_min_ns));
      return;
    }
  }
}

void ObservedRetakeJudge::OnTaken(const Event& event) {
  if (call_ && cycle_.awake()) NoteTaken(event, cycle_.last_wake_ns());
}

void ObservedRetakeJudge::OnDeepSleep(const Event& event) {
  if (!call_) return;
  NoteTaken(event, INT64_MIN);
  // Every P is idle, so this one was taken. Where its slice was over that is SYS-5's matter.
  const bool fresh = call_->fresh_since_ns != INT64_MIN &&
                     event.time_ns - call_->fresh_since_ns < in_force_.slice_ns;
  const bool early = event.time_ns - call_->begin.time_ns < in_force_.syscall_cap_ns;
  // A look that began before the slice did found the slice before it, which may have been over.
  const bool looked_since = !call_->turns.empty();
  if (call_->alone() && !call_->slept_deep && in_force_.procs > 1 && !activity_.may_collect() &&
      (!early || (fresh && looked_since))) {
    left_alone_.Add(SampleTo(event, early));
  }
  call_->slept_deep = true;
}

void ObservedRetakeJudge::OnOtherRuns(const Event& event) {
  if (call_->alone()) call_->alone_turns = call_->turns.size();
  if (in_force_.procs != 1 || call_->proved) return;
  call_->proved = true;
  NoteTaken(event, INT64_MIN);
  const bool fresh = call_->fresh_since_ns != INT64_MIN &&
                     event.time_ns - call_->fresh_since_ns < in_force_.slice_ns;
  const bool at_first_look = call_->looks < 2;
  // A look that began before the slice did finds the slice before it, which may be over.
  if (at_first_look && call_->looked_ns < call_->fresh_since_ns) return;
  // A P whose system-call tick is still 0 may look as if it had been seen before.
  if (fresh && calls_ended_ > 0 && !activity_.may_collect())
    first_looks_.Add(SampleTo(event, at_first_look));
}

void ObservedRetakeJudge::OnCallEnd(const Event& event) {
  const int64_t asked_ns = call_->begin.Get(Arg::kDurationNs);
  const int64_t inside_ns = std::max(call_->begin.time_ns, event.time_ns - asked_ns);
  JudgeTurns(event, inside_ns);
  JudgeCap(inside_ns);
  ++calls_ended_;
  call_.reset();
}

void ObservedRetakeJudge::Close() {
  for (Samples* samples :
       {&hand_offs_, &needed_, &left_alone_, &capped_, &first_looks_, &resets_}) {
    samples->Close();
  }
  Rule(ClauseId::kSYS_4, hand_offs_, hand_offs_.ByOrder());
  Rule(ClauseId::kSYS_2, needed_, needed_.ByOrder());
  Rule(ClauseId::kSYS_2, left_alone_, left_alone_.ByOrder());
  Rule(ClauseId::kSYS_3, capped_, capped_.ByOrder());
  Rule(ClauseId::kSYS_1, first_looks_, first_looks_.ByOrder());
  Rule(ClauseId::kCAD_3, resets_, resets_.ByOrder());
}

}  // namespace proctor
