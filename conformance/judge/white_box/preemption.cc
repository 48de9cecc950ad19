#include "conformance/judge/white_box/preemption.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

constexpr size_t kTasksMost = 65'536;
// The runtime's own tasks, such as the helper, are numbered from here on.
constexpr int64_t kFirstSystemTask = 1'000'000'000;
// Stopping that takes longer than this has had time for a second request.
constexpr int64_t kStopNs = 20'000'000;

}  // namespace

using enum ClauseId;

PreemptionJudge::PreemptionJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state, {kPRE_1, kPRE_2, kPRE_4, kSLICE_4, kSTW_3, kGC_4},
          {EventKind::kPreemptRequest, EventKind::kPreemptSignal, EventKind::kSignalHandled,
           EventKind::kSwitchOut, EventKind::kEnqueue, EventKind::kExecute,
           EventKind::kStopTheWorld, EventKind::kRelease, EventKind::kWorldStopped,
           EventKind::kHelperRun, EventKind::kCollectionBegin, EventKind::kWrite, EventKind::kLock,
           EventKind::kUnlock, EventKind::kSwap, EventKind::kLostSwap, EventKind::kNoteWake},
          {Variable::kTaskMarked, Variable::kMarked, Variable::kTaskStatus, Variable::kStatus}) {}

void PreemptionJudge::Observe(const Event& event) {
  if (request_ && event.m == request_->m) FollowMarks(event);
  if (event.g >= 0 && !preempted_.empty()) FollowPreempted(event);
  switch (event.kind) {
    case EventKind::kSwitchOut:
      OnSwitchOut(event);
      break;
    case EventKind::kPreemptSignal:
      OnSignal(event);
      break;
    case EventKind::kSignalHandled:
      in_flight_.erase(event.m);
      Trigger(kPRE_2);
      break;
    case EventKind::kPreemptRequest:
      OnRequest(event);
      break;
    case EventKind::kStopTheWorld:
      stopping_ = event;
      stop_requests_.clear();
      for (int32_t p = 0; p < state_.processors(); ++p) {
        if (p != event.p && state_.processor(p).status == kRunning) stop_requests_.emplace(p, 0);
      }
      break;
    case EventKind::kRelease:
      OnRelease(event);
      break;
    case EventKind::kWorldStopped:
      stopping_.reset();
      stop_requests_.clear();
      break;
    case EventKind::kHelperRun:
      helper_looked_ = event;
      Trigger(kGC_4);
      break;
    case EventKind::kCollectionBegin:
      if (event.g < kFirstSystemTask) break;
      Expect(helper_looked_ && helper_looked_->g == event.g && helper_looked_->Get(Arg::kDue) != 0,
             kGC_4, "the helper collects without having found a collection due", {event});
      helper_looked_.reset();
      break;
    default:
      break;
  }
}

// What an accepted request marks comes next in its thread.
void PreemptionJudge::FollowMarks(const Event& event) {
  if (event.kind == EventKind::kWrite) {
    task_marked_ = task_marked_ || (Is(event, Variable::kTaskMarked) && event.g == request_->g);
    marked_ = marked_ || (Is(event, Variable::kMarked) && event.p == request_->p);
  } else if (event.kind != EventKind::kSignalHandled) {
    // A handler runs between any two steps of its thread.
    JudgeMarks(event);
  }
}

void PreemptionJudge::OnSignal(const Event& event) {
  const auto [place, is_new] = in_flight_.try_emplace(event.Get(Arg::kTarget), event);
  if (is_new) {
    Trigger(kSLICE_4);
  } else {
    Violate(kSLICE_4, "a second preemption signal while one was in flight", {place->second, event});
  }
}

void PreemptionJudge::OnSwitchOut(const Event& event) {
  const bool was = event.Get(Arg::kOutReason) == static_cast<int64_t>(OutReason::kPreempted);
  if (was && preempted_.size() < kTasksMost) preempted_.insert_or_assign(event.g, event);
}

void PreemptionJudge::FollowPreempted(const Event& event) {
  const auto found = preempted_.find(event.g);
  if (found == preempted_.end()) return;
  switch (event.kind) {
    case EventKind::kWrite:
      if (!Is(event, Variable::kTaskStatus)) break;
      Expect(event.Get(Arg::kValue) == kRunnable, kPRE_2, "a preempted task did not just yield",
             {found->second, event});
      break;
    case EventKind::kEnqueue:
      Expect(event.Get(Arg::kQueue) == static_cast<int64_t>(Queue::kGlobal), kPRE_4,
             "a preempted task did not go to the tail of the global queue", {found->second, event});
      preempted_.erase(found);
      break;
    case EventKind::kExecute:
      Violate(kPRE_4, "a preempted task went on without having been queued",
              {found->second, event});
      preempted_.erase(found);
      break;
    default:
      break;
  }
}

void PreemptionJudge::OnRequest(const Event& event) {
  if (stopping_ && event.m == stopping_->m) {
    const auto found = stop_requests_.find(event.p);
    if (found != stop_requests_.end()) ++found->second;
  }
  if (event.Get(Arg::kAccepted) == 0) {
    Trigger(kPRE_1);
    return;
  }
  const bool there =
      event.g >= 0 && event.Get(Arg::kThread) >= 0 && event.Get(Arg::kThread) != event.m;
  Expect(there, kPRE_1,
         "a preemption request was accepted for a P without a task or thread, or for its own",
         {event});
  if (!there) return;
  // A mark that is up already is not set again.
  request_ = event;
  task_marked_ = state_.task(event.g).marked != 0;
  marked_ = state_.processor(event.p).marked != 0 || tunables_.asynchronous_preemption == 0;
}

// A P that ran when the world was to stop has stopped.
void PreemptionJudge::OnRelease(const Event& event) {
  const auto found = stop_requests_.find(event.p);
  if (!stopping_ || found == stop_requests_.end()) return;
  const int64_t took_ns = state_.RunNs(stopping_->time_ns, event.time_ns);
  const bool soon = took_ns <= kStopNs;
  // Perhaps the stopper did not run for so long, either.
  if (in_real_time_ && !soon && found->second == 1) {
    stop_requests_.erase(found);
    return;
  }
  if (!soon || found->second > 0) {
    Expect(
        found->second > (soon ? 0 : 1), kSTW_3,
        Sentence(
            "a P took {} ns to stop for stop-the-world, and its preemption was asked for {} times",
            took_ns, found->second),
        {*stopping_, event});
  }
  stop_requests_.erase(found);
}

void PreemptionJudge::JudgeMarks(const Event& event) {
  Expect(task_marked_ && marked_, kPRE_1,
         "a preemption request was accepted without its task and P marked", {*request_, event});
  request_.reset();
}

}  // namespace proctor::white_box
