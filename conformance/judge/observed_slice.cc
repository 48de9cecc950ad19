#include "conformance/judge/observed_slice.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// A slice that is over in short calls is taken by the turn that finds it so, wherever that finds
// the task.
constexpr int64_t kDueTurnsMost = 1;
// The thread that gets the P needs a moment, in which a monitor that looks often has many turns.
constexpr int64_t kDueApartNs = 5'000'000;
// Once the threads other than the monitor have had this, the task's has had a part of it, since it
// has the only P; and it has taken the last request.
constexpr int64_t kTakenNs = 5'000'000;

bool IsCall(const Event& event) {
  return event.Is(Arg::kOp, Op::kBlock) || event.Is(Arg::kOp, Op::kCalls);
}

}  // namespace

ObservedSliceJudge::ObservedSliceJudge(const Header& header)
    : StampJudge(kO, {ClauseId::kSLICE_3, ClauseId::kSYS_5}),
      in_force_(header.in_force),
      activity_(header.emits),
      late_(fmt::format("a turn of the monitor that found a slice of {} ns over sent no request to "
                        "yield",
                        in_force_.slice_ns),
            0, false),
      early_(fmt::format("a task was asked to yield before its slice of {} ns was over",
                         in_force_.slice_ns),
             0, false),
      in_calls_(
          fmt::format("a task that makes short system calls kept its P for more than {} turns "
                      "of the monitor after its slice was over",
                      kDueTurnsMost),
          0, false) {
  using enum EventKind;
  Needs(KindSet({kShallowSleep, kShallowWake, kDeepSleep, kDeepWake, kPreemptSignal, kStall,
                 kTaskSpawn}) |
        Activity::Kinds());
  Needs({ClauseId::kSLICE_3}, KindSet({kCpuRead}));
  Needs({ClauseId::kSYS_5}, KindSet({kThreadWake, kThreadStart}));
}

void ObservedSliceJudge::Observe(const Event& event) {
  for (Samples* samples : {&late_, &early_, &in_calls_}) samples->Observe(event);
  // Who has the P is known only where there is one.
  if (in_force_.procs != 1) return;
  if (event.kind == EventKind::kGap) {
    spin_.reset();
    behind_.reset();
  }
  if (cycle_.Ends(event) && cycle_.awake()) OnTurn(event);
  if (event.kind == EventKind::kPreemptSignal) OnSignal(event);
  if (event.kind == EventKind::kCpuRead) OnCpuRead(event.Get(Arg::kCpuNs));
  if (event.kind == EventKind::kThreadWake || event.kind == EventKind::kThreadStart) OnTaken(event);
  activity_.Observe(event);
  cycle_.Observe(event);
  if (!activity_.lost()) OnStamp(event);
}

void ObservedSliceJudge::OnTurn(const Event& sleep) {
  const int64_t wake_ns = cycle_.last_wake_ns();
  if (spin_ && wake_ns >= spin_->since.time_ns) {
    if (spin_->seen_by_ns == INT64_MAX) {
      if (spin_->taken) spin_->seen_by_ns = sleep.time_ns;
    } else if (wake_ns >= spin_->seen_by_ns + in_force_.slice_ns) {
      late_.Add({.begin_ns = spin_->since.time_ns,
                 .end_ns = sleep.time_ns,
                 .exceeds = true,
                 .evidence = {spin_->since, sleep}});
      spin_->since = sleep;
      spin_->seen_by_ns = INT64_MAX;
    }
  }
  if (behind_ && wake_ns >= behind_->spawned.time_ns) {
    if (behind_->seen_by_ns == INT64_MAX) {
      behind_->seen_by_ns = sleep.time_ns;
    } else if (wake_ns >= behind_->seen_by_ns + in_force_.slice_ns &&
               wake_ns >= behind_->due_ns + kDueApartNs) {
      behind_->due_ns = wake_ns;
      ++behind_->due_turns;
    }
  }
}

// A thread gets the P, or the task is asked to yield between two calls: who waits behind it will
// run, however long that takes.
void ObservedSliceJudge::OnTaken(const Event& event) {
  if (!behind_ || !cycle_.awake()) return;
  if (behind_->seen_by_ns != INT64_MAX &&
      cycle_.last_wake_ns() >= behind_->seen_by_ns + in_force_.slice_ns) {
    in_calls_.Add({.begin_ns = behind_->spawned.time_ns, .end_ns = event.time_ns});
  }
  behind_.reset();
}

// A thread that gets no CPU cannot take a request, and no second one is sent meanwhile. Nor does
// its slice end before.
void ObservedSliceJudge::OnCpuRead(int64_t cpu_ns) {
  if (!spin_) return;
  if (!spin_->cpu_ns) spin_->cpu_ns = cpu_ns;
  if (cpu_ns - *spin_->cpu_ns >= kTakenNs) spin_->taken = true;
}

void ObservedSliceJudge::OnSignal(const Event& event) {
  OnTaken(event);
  if (!spin_) return;
  const int64_t fresh_ns = spin_->fresh_since_ns;
  // A turn that began before the spin may have meant the task before it.
  const bool meant = cycle_.last_wake_ns() >= spin_->begin.time_ns;
  if (meant && !spin_->asked && fresh_ns != INT64_MIN) {
    early_.Add({.begin_ns = fresh_ns,
                .end_ns = event.time_ns,
                .exceeds = event.time_ns - fresh_ns < in_force_.slice_ns,
                .evidence = {spin_->begin, event}});
  }
  late_.Add({.begin_ns = spin_->since.time_ns, .end_ns = event.time_ns});
  spin_->asked = true;
  spin_->since = event;
  spin_->cpu_ns.reset();
  spin_->taken = false;
  spin_->seen_by_ns = INT64_MAX;
}

void ObservedSliceJudge::OnStamp(const Event& event) {
  if (event.kind == EventKind::kTaskSpawn && event.g >= 0 && !behind_) {
    behind_ = Behind{.spawned = event};
  }
  if (event.g < 0) return;
  if (spin_ && (event.g != spin_->begin.g || activity_.may_collect())) spin_.reset();
  OnOther(event);
  if (event.kind == EventKind::kOpBegin && event.Is(Arg::kOp, Op::kYield)) {
    yielded_by_ = event.g;
    yielded_ns_ = event.time_ns;
  }
  const bool of_operation = event.kind == EventKind::kOpBegin || event.kind == EventKind::kOpEnd;
  const bool spins = of_operation && event.Is(Arg::kOp, Op::kSpin);
  // A collection has the P run tasks that nobody stamps.
  if (event.kind == EventKind::kOpBegin && spins && in_force_.asynchronous_preemption != 0 &&
      !activity_.may_collect()) {
    // Behind a yield of its own no request is on its way any more: its thread has run since.
    const bool is_fresh = yielded_by_ == event.g;
    spin_ = Spin{.begin = event,
                 .since = event,
                 .fresh_since_ns = is_fresh ? yielded_ns_ : INT64_MIN,
                 .taken = is_fresh};
  }
  if (event.kind == EventKind::kOpEnd && spins) spin_.reset();
}

void ObservedSliceJudge::OnOther(const Event& event) {
  if (!behind_) return;
  const auto sample = [&](bool exceeds) {
    return Sample{.begin_ns = behind_->spawned.time_ns,
                  .end_ns = event.time_ns,
                  .exceeds = exceeds,
                  .evidence = {behind_->spawned, event}};
  };
  const bool starts =
      event.kind == EventKind::kTaskStart && event.g == behind_->spawned.Get(Arg::kTask);
  if (starts || behind_->due_turns > kDueTurnsMost) {
    // A P that was taken before, because one call was seen twice, says nothing.
    if (event.time_ns - behind_->spawned.time_ns >= in_force_.slice_ns)
      in_calls_.Add(sample(behind_->due_turns > kDueTurnsMost));
    behind_.reset();
    return;
  }
  // Only one that computes between its calls for less than a look takes is in calls all the time.
  const bool in_calls = event.g == behind_->spawned.g &&
                        (event.kind == EventKind::kOpBegin || event.kind == EventKind::kOpEnd) &&
                        (IsCall(event) || event.Is(Arg::kOp, Op::kSpawn));
  if (!in_calls && event.time_ns > behind_->spawned.time_ns) behind_.reset();
}

void ObservedSliceJudge::Close() {
  for (Samples* samples : {&late_, &early_, &in_calls_}) samples->Close();
  Rule(ClauseId::kSLICE_3, late_, late_.ByOrder());
  Rule(ClauseId::kSLICE_3, early_, early_.ByOrder());
  Rule(ClauseId::kSYS_5, in_calls_, in_calls_.ByOrder());
}

}  // namespace proctor
