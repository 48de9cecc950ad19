#include "conformance/adapter/task_cursor.h"

#include <fmt/core.h>

namespace proctor {
namespace {

// They last at least as long as they are asked to, whatever the machine does.
bool LastsByTheClock(Op op) {
  return op == Op::kBlock || op == Op::kBlockUntold || op == Op::kWork || op == Op::kCalls;
}

// What is stamped inside it.
std::optional<EventKind> InnerOf(Op op) {
  switch (op) {
    case Op::kSpawn:
      return EventKind::kTaskSpawn;
    case Op::kStamp:
      return EventKind::kCpuTime;
    case Op::kSetTimer:
    case Op::kStopTimer:
    case Op::kResetTimer:
      return EventKind::kTimerAnswer;
    case Op::kProcs:
      return EventKind::kProcsChanged;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string TaskCursor::Due() const {
  switch (place_) {
    case Place::kBeforeStart:
      return "task_start";
    case Place::kBetween:
      return IsPast() ? "task_end" : fmt::format("op_begin of {}", OperationName());
    case Place::kInside:
      return fmt::format("{} of {}", inner_ ? EventKindName(*inner_) : "op_end", OperationName());
    case Place::kEnded:
      return "nothing more";
  }
  return "";
}

std::string TaskCursor::Take(const Event& event) {
  const std::string wrong = WrongWith(event);
  if (wrong.empty()) Advance(event);
  return wrong;
}

std::string TaskCursor::OperationName() const {
  return fmt::format("{} {} (repeat {} of {})", OpNames()[static_cast<size_t>(operation().op)],
                     index_, repeat_ + 1, task_.repeat);
}

bool TaskCursor::IsThis(const Event& event) const {
  return event.Is(Arg::kOp, operation().op) &&
         event.Get(Arg::kIndex) == static_cast<int64_t>(index_);
}

std::string TaskCursor::WrongWith(const Event& event) const {
  const auto wrong = [&] { return fmt::format("where {} was due", Due()); };
  switch (event.kind) {
    case EventKind::kTaskStart:
      return place_ == Place::kBeforeStart ? "" : wrong();
    case EventKind::kTaskEnd:
      return place_ == Place::kBetween && IsPast() ? "" : wrong();
    case EventKind::kTaskSpawn:
    case EventKind::kCpuTime:
    case EventKind::kTimerAnswer:
    case EventKind::kProcsChanged:
      return place_ == Place::kInside && inner_ == event.kind ? WrongWithInner(event) : wrong();
    case EventKind::kOpBegin:
      if (place_ != Place::kBetween || IsPast() || !IsThis(event)) return wrong();
      if (event.Get(Arg::kDurationNs) == operation().duration_ns) return "";
      return fmt::format("where duration_ns={} is asked for", operation().duration_ns);
    case EventKind::kOpEnd:
      return WrongWithEnd(event);
    default:
      return wrong();
  }
}

std::string TaskCursor::WrongWithInner(const Event& event) const {
  if (event.kind == EventKind::kProcsChanged && event.Get(Arg::kProcs) != operation().procs) {
    return fmt::format("where procs={} is asked for", operation().procs);
  }
  if (event.kind == EventKind::kCpuTime && event.Get(Arg::kCpuNs) < 0) {
    return "where cpu_ns is the CPU time used so far";
  }
  if (event.kind != EventKind::kTimerAnswer) return "";
  if (event.Get(Arg::kTimer) != operation().timer) {
    return fmt::format("where it is about timer={}", operation().timer);
  }
  const int64_t active = event.Get(Arg::kActive);
  return active == 0 || active == 1 ? "" : "where active is 0 or 1";
}

std::string TaskCursor::WrongWithEnd(const Event& event) const {
  if (place_ != Place::kInside || inner_ || !IsThis(event)) {
    return fmt::format("where {} was due", Due());
  }
  const int64_t lasted_ns = event.time_ns - began_ns_;
  if (!LastsByTheClock(operation().op) || lasted_ns >= operation().duration_ns) return "";
  return fmt::format("after {} ns, where it lasts {} ns at least", lasted_ns,
                     operation().duration_ns);
}

void TaskCursor::Advance(const Event& event) {
  switch (event.kind) {
    case EventKind::kTaskStart:
      place_ = Place::kBetween;
      break;
    case EventKind::kTaskEnd:
      place_ = Place::kEnded;
      break;
    case EventKind::kOpBegin:
      place_ = Place::kInside;
      began_ns_ = event.time_ns;
      inner_ = InnerOf(operation().op);
      break;
    case EventKind::kOpEnd:
      place_ = Place::kBetween;
      if (++index_ == task_.ops.size()) {
        index_ = 0;
        ++repeat_;
      }
      break;
    default:
      inner_.reset();
      break;
  }
}

}  // namespace proctor
