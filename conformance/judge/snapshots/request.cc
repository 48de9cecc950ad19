#include "conformance/judge/snapshots/request.h"

#include <fmt/core.h>

#include <utility>

namespace proctor::snapshots {
namespace {

// A mark may be gone again when the signal is sent, as the task has yielded and come back; not so
// often in a row.
constexpr int64_t kInARowMost = 16;
// The thread may have been asked by somebody else a moment before, and the signal be on its way.
constexpr int64_t kUnsignalledMost = 4;
constexpr int64_t kSignalledForOne = 4;

}  // namespace

using enum ClauseId;

RequestJudge::RequestJudge(const Header& header, const View& view)
    : SnapshotJudge(header, view, {kPRE_1}) {}

void RequestJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kPreemptRequest:
    case EventKind::kPreemptSignal:
    case EventKind::kHandOff:
    case EventKind::kAdjustIdleLocked:
    case EventKind::kShallowSleep:
      if (request_) OnOutcome(event);
      break;
    case EventKind::kGap:
      request_.reset();
      break;
    default:
      break;
  }
  if (event.kind == EventKind::kPreemptRequest && event.p >= 0 && view_.whole()) {
    request_ = event;
    at_request_ = view_.now();
  }
}

void RequestJudge::OnOutcome(const Event& event) {
  const Event request = *std::exchange(request_, std::nullopt);
  if (!view_.Knows(Variable::kOwner) || !SameTask(static_cast<size_t>(request.p))) return;
  if (event.kind == EventKind::kPreemptSignal) {
    JudgeSignal(request, event);
  } else {
    JudgeSilence(request, event);
  }
}

// From the beginning of the request to this stop.
bool RequestJudge::SameTask(size_t p) const {
  for (const Variable variable :
       {Variable::kOwner, Variable::kIdleMark, Variable::kScheduleTick, Variable::kSyscallTick,
        Variable::kRunningTask, Variable::kStatus}) {
    if (at_request_.Of(p, variable) != view_.now().Of(p, variable)) return false;
  }
  return true;
}

void RequestJudge::JudgeSignal(const Event& request, const Event& signal) {
  const auto p = static_cast<size_t>(request.p);
  const int64_t owner = view_.now().Of(p, Variable::kOwner);
  if (owner != signal.Get(Arg::kTarget)) {
    Violate(kPRE_1,
            fmt::format("preemption of P {} was requested, and thread {} was signalled; thread {} "
                        "owns the P",
                        p, signal.Get(Arg::kTarget), owner),
            {request, signal});
    return;
  }
  ++signalled_;
  JudgeMark(Variable::kMarked, "the P", unmarked_, request, signal);
  JudgeMark(Variable::kTaskMarked, "its task", unmarked_tasks_, request, signal);
}

// The request marked the task, so it was not refused.
void RequestJudge::JudgeSilence(const Event& request, const Event& event) {
  const auto p = static_cast<size_t>(request.p);
  if (tunables_.asynchronous_preemption == 0 || !view_.Knows(Variable::kTaskMarked)) return;
  if (at_request_.Of(p, Variable::kTaskMarked) != 0 ||
      view_.now().Of(p, Variable::kTaskMarked) == 0)
    return;
  if (++unsignalled_ <= kUnsignalledMost || unsignalled_ * kSignalledForOne <= signalled_) return;
  Violate(kPRE_1,
          fmt::format("again and again a request to preempt marks the task of P {}, and its thread "
                      "is not signalled",
                      p),
          {request, event});
}

void RequestJudge::JudgeMark(Variable mark, const char* whose, int64_t& in_a_row,
                             const Event& request, const Event& signal) {
  if (!view_.Knows(mark)) return;
  if (view_.now().Of(static_cast<size_t>(request.p), mark) != 0) {
    in_a_row = 0;
    Trigger(kPRE_1);
  } else if (++in_a_row > kInARowMost) {
    Violate(kPRE_1,
            fmt::format("preemption is requested again and again without marking {}", whose),
            {request, signal});
  }
}

}  // namespace proctor::snapshots
