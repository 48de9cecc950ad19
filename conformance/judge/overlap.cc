#include "conformance/judge/overlap.h"

#include <string>
#include <utility>

namespace proctor {
namespace {

// A signal that was sent to the task before may reach the one that computes now.
constexpr int64_t kOnItsWayNs = 2'000'000;
constexpr size_t kInDoubtMost = 64;

// For the runtime a task computes in a call that it is not told of, and keeps its P.
bool KeepsItsP(const Event& event) {
  return event.kind == EventKind::kOpBegin &&
         (event.Is(Arg::kOp, Op::kSpin) || event.Is(Arg::kOp, Op::kBlockUntold));
}

// Where preemption is off but exists, a task that computes may lose its P in ways that no request
// shows (PRE-3). Where there is none, it keeps its P.
bool MayBeAsked(const Header& header) {
  return header.in_force.asynchronous_preemption != 0 ||
         header.promises.preemption == PreemptionKind::kNone;
}

}  // namespace

OverlapJudge::OverlapJudge(const Header& header)
    : StampJudge(kX, {ClauseId::kSYS_8}),
      is_decidable_(header.in_force.procs == 1 && MayBeAsked(header)),
      activity_(header.emits),
      overlaps_(
          std::string("with one P two tasks ran at once: one stamped while another computed, or "
                      "was in a call that the runtime is not told of, and ") +
              (header.in_force.asynchronous_preemption == 0
                   ? "the adapter declares \"preemption\":\"none\""
                   : "had not been asked to yield"),
          0, false),
      is_monitor_seen_(header.in_force.asynchronous_preemption == 0) {
  using enum EventKind;
  Needs(KindSet({kStall}) | Activity::Kinds());
  if (header.in_force.asynchronous_preemption != 0) Needs(KindSet({kPreemptSignal}));
}

void OverlapJudge::Observe(const Event& event) {
  overlaps_.Observe(event);
  activity_.Observe(event);
  if (event.kind == EventKind::kProcsChanged) is_decidable_ = false;
  if (!is_decidable_) return;
  // A collection makes tasks yield without the monitor.
  if (activity_.may_collect()) return;
  OnMonitor(event);
  if (!is_monitor_seen_) return;
  if (event.g >= 0 && !activity_.lost()) OnStamp(event);
}

void OverlapJudge::OnMonitor(const Event& event) {
  switch (event.kind) {
    case EventKind::kShallowWake:
    case EventKind::kDeepWake:
      in_turn_ = is_monitor_seen_ = true;
      break;
    case EventKind::kPreemptSignal:
    case EventKind::kGap:
      asked_in_turn_ = in_turn_;
      asked_ns_ = event.time_ns;
      running_.reset();
      in_doubt_.clear();
      break;
    case EventKind::kShallowSleep:
    case EventKind::kDeepSleep:
      if (asked_in_turn_) asked_ns_ = event.time_ns;
      for (Sample& sample : in_doubt_) overlaps_.Add(std::move(sample));
      in_doubt_.clear();
      in_turn_ = false;
      asked_in_turn_ = false;
      break;
    default:
      break;
  }
}

void OverlapJudge::OnStamp(const Event& event) {
  if (running_ && (event.kind == EventKind::kTaskStart || event.kind == EventKind::kOpBegin ||
                   event.kind == EventKind::kOpEnd)) {
    Sample sample{.begin_ns = running_->time_ns,
                  .end_ns = event.time_ns,
                  .exceeds = event.g != running_->g,
                  .evidence = {*running_, event}};
    if (sample.exceeds && in_turn_ && in_doubt_.size() < kInDoubtMost) {
      in_doubt_.push_back(std::move(sample));
    } else if (!sample.exceeds || !in_turn_) {
      overlaps_.Add(std::move(sample));
    }
    running_.reset();
  }
  if (KeepsItsP(event) && !asked_in_turn_ && event.time_ns - asked_ns_ > kOnItsWayNs) {
    running_ = event;
  }
}

void OverlapJudge::Close() {
  overlaps_.Close();
  Rule(ClauseId::kSYS_8, overlaps_, overlaps_.ByOrder());
}

}  // namespace proctor
