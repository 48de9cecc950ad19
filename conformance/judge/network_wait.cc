#include "conformance/judge/network_wait.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// The poll comes due, a cycle later it happens; then the slice of the running task and two cycles
// around it.
int64_t Bound(const Tunables& tunables) {
  return tunables.poll_stale_ns + tunables.slice_ns + 3 * tunables.shallow_max_ns +
         kSystemAllowanceNs;
}

}  // namespace

NetworkWaitJudge::NetworkWaitJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kPOLL_7}),
      in_force_(header.in_force),
      activity_(header.emits),
      waits_(fmt::format(
                 "a task whose descriptor was ready did not run within {:g} ms while every P was "
                 "busy",
                 static_cast<double>(Bound(in_force_)) / 1e6),
             Bound(in_force_)) {
  using enum EventKind;
  Needs(KindSet({kDescriptorReady, kStall}) | Activity::Kinds());
}

void NetworkWaitJudge::Observe(const Event& event) {
  waits_.Observe(event);
  activity_.Observe(event);
  // Without preemption the bound does not hold, which is another clause's matter.
  if (in_force_.procs != 1 || in_force_.asynchronous_preemption == 0) return;
  // Nothing ends a call that the runtime is not told of.
  if (activity_.lost() || activity_.open(Op::kBlockUntold) > 0) {
    ready_.reset();
  } else if (event.kind == EventKind::kDescriptorReady) {
    const bool one_of_each = activity_.open(Op::kWait) == 1 && activity_.open(Op::kSpin) == 1;
    if (!ready_ && one_of_each) ready_ = event;
  } else if (event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kWait) && ready_) {
    const bool exceeds = event.time_ns - ready_->time_ns > waits_.bound_ns();
    // A spin that ended in between set the P free: only a wait that was too long nevertheless
    // counts.
    if (activity_.open(Op::kSpin) == 1) {
      waits_.Add({.begin_ns = ready_->time_ns,
                  .end_ns = event.time_ns,
                  .exceeds = exceeds,
                  .beyond_ns = event.time_ns - ready_->time_ns - waits_.bound_ns(),
                  .evidence = {*ready_, event}});
    }
    ready_.reset();
  } else if ((event.kind == EventKind::kOpEnd && event.Is(Arg::kOp, Op::kSpin)) ||
             event.kind == EventKind::kAtRest) {
    if (ready_) waits_.AddPieces(ready_->time_ns, event.time_ns, {*ready_, event});
    ready_.reset();
  }
}

void NetworkWaitJudge::Close() {
  waits_.Close();
  Rule(ClauseId::kPOLL_7, waits_, waits_.ByShare());
}

}  // namespace proctor
