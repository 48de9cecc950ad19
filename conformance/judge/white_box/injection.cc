#include "conformance/judge/white_box/injection.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

constexpr size_t kOpenMost = 4096;
// Locks that others hold, and the steps of the cycles themselves.
constexpr int64_t kSlackNs = 50'000'000;

}  // namespace

using enum ClauseId;

InjectionJudge::InjectionJudge(Tier tier, const Header& header, const State& state)
    : WhiteBoxJudge(
          tier, header, state, {kPOLL_6, kPOLL_7},
          {EventKind::kDescriptorReady, EventKind::kPoll, EventKind::kInject, EventKind::kInjectEnd,
           EventKind::kWrite, EventKind::kSwap, EventKind::kEnqueue, EventKind::kAssign,
           EventKind::kUnlock, EventKind::kDeepSleep, EventKind::kDeepWake},
          {Variable::kTaskStatus, Variable::kIdleProcessors, Variable::kThreads,
           Variable::kIdleThreads, Variable::kLastPoll, Variable::kPollerReady}) {
  LooksAtLocks({LockId::kSched});
}

void InjectionJudge::Observe(const Event& event) {
  FollowReady(event);
  if (event.kind == EventKind::kInject) {
    if (open_.size() >= kOpenMost) open_.clear();
    open_.insert_or_assign(event.m, Injection{.begin = event});
    return;
  }
  if (open_.empty()) return;
  const auto found = open_.find(event.m);
  if (found == open_.end()) return;
  OnStep(found->second, event);
  if (event.kind == EventKind::kInjectEnd) {
    Conclude(found->second, event);
    open_.erase(found);
  }
}

// A descriptor that is ready while every P is busy and nobody polls is the monitor's to find.
void InjectionJudge::FollowReady(const Event& event) {
  // A P that turned busy while the monitor slept deep may stay unwatched (DEEP-12).
  const bool busy = !state_.sleeping_deep() && state_.value(Variable::kIdleProcessors) == 0 &&
                    state_.value(Variable::kLastPoll) != 0 &&
                    state_.value(Variable::kPollerReady) != 0;
  if (!busy || event.kind == EventKind::kPoll) {
    if (ready_ && event.kind == EventKind::kPoll) Trigger(kPOLL_7);
    ready_.reset();
  }
  if (ready_ && state_.RunNs(ready_->time_ns, event.time_ns) >
                    tunables_.poll_stale_ns + tunables_.shallow_max_ns + kSlackNs) {
    Violate(kPOLL_7, "with every P busy nobody polled the network, and a descriptor is ready",
            {*ready_, event});
    ready_.reset();
  }
  if (event.kind == EventKind::kDescriptorReady && busy && !ready_) ready_ = event;
}

void InjectionJudge::OnStep(Injection& injection, const Event& event) {
  switch (event.kind) {
    case EventKind::kWrite:
      if (Is(event, Variable::kTaskStatus) && event.Get(Arg::kValue) == kRunnable) {
        injection.marked.push_back(event.g);
      } else if (Is(event, Variable::kIdleProcessors) &&
                 event.Get(Arg::kValue) < state_.value(Variable::kIdleProcessors)) {
        injection.taken_unstarted = true;
        injection.counted = false;
      } else if (Is(event, Variable::kThreads) || Is(event, Variable::kIdleThreads)) {
        injection.counted = true;
      }
      break;
    case EventKind::kEnqueue: {
      injection.queued.push_back(event.g);
      const bool marked = state_.task(event.g).status == kRunnable;
      Expect(marked, kPOLL_6, "a task was queued before it was marked runnable",
             {injection.begin, event});
      break;
    }
    case EventKind::kAssign:
      ++injection.started;
      if (injection.counted) injection.taken_unstarted = false;
      break;
    case EventKind::kUnlock:
      if (!Is(event, LockId::kSched)) break;
      Expect(!injection.taken_unstarted, kPOLL_6,
             "an idle P was taken, and the sched lock released before its thread counted as "
             "running",
             {injection.begin, event});
      injection.taken_unstarted = false;
      break;
    default:
      break;
  }
}

void InjectionJudge::Conclude(const Injection& injection, const Event& end) {
  const int64_t ready = injection.begin.Get(Arg::kCount);
  Expect(injection.started <= ready, kPOLL_6,
         Sentence("{} threads were started for {} ready tasks", injection.started, ready),
         {injection.begin, end});
  Expect(injection.marked == injection.queued, kPOLL_6,
         "ready tasks were not queued in their order", {injection.begin, end});
}

}  // namespace proctor::white_box
