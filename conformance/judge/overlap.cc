#include "conformance/judge/overlap.h"

namespace proctor {
namespace {

// A signal that was sent to the task before may reach the one that computes now.
constexpr int64_t kOnItsWayNs = 2'000'000;

// For the runtime a task computes in a call that it is not told of, and keeps its P.
bool KeepsItsP(const Event& event) {
  return event.kind == EventKind::kOpBegin &&
         (event.Is(Arg::kOp, Op::kSpin) || event.Is(Arg::kOp, Op::kBlockUntold));
}

}  // namespace

OverlapJudge::OverlapJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kSYS_8}),
      in_force_(header.in_force),
      activity_(header.emits),
      overlaps_(
          "with one P two tasks ran at once: one stamped while another computed, or was in a call "
          "that the runtime is not told of, and had not been asked to yield",
          0, false) {
  using enum EventKind;
  Needs(KindSet({kPreemptSignal, kStall}) | Activity::Kinds());
}

void OverlapJudge::Observe(const Event& event) {
  overlaps_.Observe(event);
  activity_.Observe(event);
  if (in_force_.procs != 1 || in_force_.asynchronous_preemption == 0) return;
  // A collection makes tasks yield without the monitor.
  if (activity_.may_collect()) return;
  if (event.kind == EventKind::kPreemptSignal || event.kind == EventKind::kGap) {
    running_.reset();
    asked_ns_ = event.time_ns;
  }
  if (event.g < 0 || activity_.lost()) return;
  if (running_ && (event.kind == EventKind::kTaskStart || event.kind == EventKind::kOpBegin ||
                   event.kind == EventKind::kOpEnd)) {
    overlaps_.Add({.begin_ns = running_->time_ns,
                   .end_ns = event.time_ns,
                   .exceeds = event.g != running_->g,
                   .evidence = {*running_, event}});
    running_.reset();
  }
  if (KeepsItsP(event) && event.time_ns - asked_ns_ > kOnItsWayNs) running_ = event;
}

void OverlapJudge::Close() {
  overlaps_.Close();
  Rule(ClauseId::kSYS_8, overlaps_, overlaps_.ByOrder());
}

}  // namespace proctor
