#include "conformance/judge/activity.h"

#include <algorithm>

namespace proctor {
namespace {

// A task between two operations: it runs or is runnable, and does nothing that the tracker counts.
constexpr Op kBetween = Op::kStamp;

bool EntersSystemCalls(Op op) { return op == Op::kBlock || op == Op::kCalls || op == Op::kWait; }

}  // namespace

void Activity::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kGap:
      lost_ = true;
      tasks_.clear();
      open_.fill(0);
      break;
    case EventKind::kDescriptorReady:
      ++unread_;
      return;
    case EventKind::kTaskSpawn:
      ++unstarted_;
      break;
    case EventKind::kTaskStart:
      unstarted_ = std::max<int64_t>(unstarted_ - 1, 0);
      if (tasks_.size() >= kTasksMost) {
        lost_ = true;
      } else {
        tasks_.insert_or_assign(event.g, Open{kBetween, event.time_ns, 0});
      }
      break;
    case EventKind::kTaskEnd:
      tasks_.erase(event.g);
      break;
    case EventKind::kOpBegin:
      Begin(event);
      break;
    case EventKind::kOpEnd:
      End(event);
      break;
    default:
      return;
  }
  last_stamp_ns_ = event.time_ns;
  if (live() == 0) live_since_ns_ = INT64_MAX;
  if (live() > 0 && live_since_ns_ == INT64_MAX) live_since_ns_ = event.time_ns;
  const bool rests =
      live() > 0 && !has_timers_ && unstarted_ == 0 && open_waiting() - open(Op::kBlock) == live();
  if (!rests) {
    resting_since_ns_ = INT64_MAX;
  } else if (resting_since_ns_ == INT64_MAX) {
    resting_since_ns_ = event.time_ns;
  }
  const bool computes = event.kind == EventKind::kOpBegin && event.Is(Arg::kOp, Op::kSpin);
  computes_since_ns_ = computes ? event.time_ns : INT64_MAX;
}

void Activity::Begin(const Event& event) {
  const Op op = static_cast<Op>(event.Get(Arg::kOp));
  ++open_[static_cast<size_t>(op)];
  if (op == Op::kSpin && open(Op::kSpin) == 1) spinning_since_ns_ = event.time_ns;
  if (EntersSystemCalls(op)) last_call_began_ns_ = last_call_ns_ = event.time_ns;
  may_collect_ = may_collect_ || op == Op::kWork || op == Op::kAllocate || op == Op::kCollect ||
                 op == Op::kProcs;
  has_timers_ = has_timers_ || op == Op::kSetTimer;
  const auto task = tasks_.find(event.g);
  if (task != tasks_.end()) task->second = {op, event.time_ns, event.Get(Arg::kDurationNs)};
}

void Activity::End(const Event& event) {
  const Op op = static_cast<Op>(event.Get(Arg::kOp));
  if (open(op) == 0) {
    lost_ = true;  // the evidence begins in the middle
    return;
  }
  --open_[static_cast<size_t>(op)];
  if (op == Op::kWait) unread_ = std::max<int64_t>(unread_ - 1, 0);
  if (op == Op::kSpin && open(Op::kSpin) == 0) spinning_since_ns_ = INT64_MAX;
  if (EntersSystemCalls(op)) last_call_ns_ = event.time_ns;
  const auto task = tasks_.find(event.g);
  if (task != tasks_.end()) task->second = {kBetween, event.time_ns, 0};
}

int64_t Activity::open_waiting() const {
  return open(Op::kBlock) + open(Op::kWait) + open(Op::kSleep) + open(Op::kSend) +
         open(Op::kReceive);
}

int64_t Activity::spinning_since_ns() const { return lost_ ? INT64_MAX : spinning_since_ns_; }

int64_t Activity::free_of_calls_since_ns() const {
  // A `wait` parks in the runtime's poller, but reads the byte by a system call first and last.
  if (lost_ || open(Op::kBlock) > 0 || open(Op::kCalls) > 0 || open(Op::kWait) > 0)
    return INT64_MAX;
  return last_call_ns_;
}

int64_t Activity::computes_alone_since_ns() const {
  // A task in one of these uses the P without a stamp when its turn comes.
  if (lost_ || open(Op::kCalls) > 0 || open(Op::kWork) > 0) return INT64_MAX;
  return computes_since_ns_;
}

int64_t Activity::EarliestTimerNs() const {
  int64_t earliest_ns = INT64_MAX;
  for (const auto& [g, task] : tasks_) {
    if (task.op == Op::kSleep)
      earliest_ns = std::min(earliest_ns, task.since_ns + task.duration_ns);
  }
  return earliest_ns;
}

}  // namespace proctor
