#include "conformance/judge/activity.h"

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
    case EventKind::kTaskStart:
      if (tasks_.size() >= kTasksMost) {
        lost_ = true;
      } else {
        tasks_.insert_or_assign(event.g, Open{kBetween, event.time_ns});
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
      break;
  }
}

void Activity::Begin(const Event& event) {
  const Op op = static_cast<Op>(event.Get(Arg::kOp));
  ++open_[static_cast<size_t>(op)];
  if (op == Op::kSpin && open(Op::kSpin) == 1) spinning_since_ns_ = event.time_ns;
  if (EntersSystemCalls(op)) last_call_ns_ = event.time_ns;
  const auto task = tasks_.find(event.g);
  if (task != tasks_.end()) task->second = {op, event.time_ns};
}

void Activity::End(const Event& event) {
  const Op op = static_cast<Op>(event.Get(Arg::kOp));
  if (open(op) == 0) {
    lost_ = true;  // the evidence begins in the middle
    return;
  }
  --open_[static_cast<size_t>(op)];
  if (op == Op::kSpin && open(Op::kSpin) == 0) spinning_since_ns_ = INT64_MAX;
  if (EntersSystemCalls(op)) last_call_ns_ = event.time_ns;
  const auto task = tasks_.find(event.g);
  if (task != tasks_.end()) task->second = {kBetween, event.time_ns};
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

}  // namespace proctor
