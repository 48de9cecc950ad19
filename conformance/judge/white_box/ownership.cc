#include "conformance/judge/white_box/ownership.h"

#include <fmt/core.h>

namespace proctor::white_box {
namespace {

// Longer than any thread takes to start, and than two of the longest cycles.
constexpr int64_t kStrandedNs = 40'000'000;
constexpr size_t kThreadsMost = 16'384;

}  // namespace

using enum ClauseId;

OwnershipJudge::OwnershipJudge(Tier tier, const Header& header, const State& state)
    // What changes who is stranded or awake, and every cycle, which shows that time has passed.
    : WhiteBoxJudge(tier, header, state, {kSYS_8, kSYS_9, kSLICE_5, kHAND_8},
                    {EventKind::kAcquire,       EventKind::kRelease,     EventKind::kAssign,
                     EventKind::kEnqueue,       EventKind::kDequeue,     EventKind::kExecute,
                     EventKind::kWrite,         EventKind::kSwap,        EventKind::kSyscallEnter,
                     EventKind::kSyscallReturn, EventKind::kSyscallExit, EventKind::kInject,
                     EventKind::kInjectEnd,     EventKind::kHandOff,     EventKind::kHandOffEnd,
                     EventKind::kPoll,          EventKind::kLock,        EventKind::kUnlock,
                     EventKind::kShallowSleep,  EventKind::kShallowWake, EventKind::kDeepSleep,
                     EventKind::kDeepWake},
                    {Variable::kScheduleTick, Variable::kIdleThreads, Variable::kIdleProcessors,
                     Variable::kSpinningThreads, Variable::kStopPending, Variable::kLastPoll}) {
  LooksAtLocks({LockId::kSched});
}

void OwnershipJudge::Observe(const Event& event) {
  switch (event.kind) {
    case EventKind::kAcquire: {
      const int32_t owner = state_.processor(event.p).owner;
      Expect(owner < 0 || owner == event.m, kSYS_8,
             Sentence("P {} was acquired while thread {} owned it", event.p, owner), {event});
      break;
    }
    case EventKind::kSyscallReturn:
      if (returning_.size() >= kThreadsMost) returning_.clear();
      returning_.insert_or_assign(event.m, Returning{.event = event});
      break;
    case EventKind::kEnqueue: {
      const auto returning = returning_.find(event.m);
      if (returning != returning_.end() && returning->second.event.g == event.g) {
        returning->second.queued = event.Get(Arg::kQueue) == static_cast<int64_t>(Queue::kGlobal);
      }
      break;
    }
    case EventKind::kSyscallExit:
      OnExit(event);
      break;
    case EventKind::kExecute:
      OnExecute(event);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kScheduleTick)) ++SliceOf(event.p).ticks;
      break;
    default:
      break;
  }
  if (in_real_time_) FollowThread(event);
  LookForStranded(event);
}

OwnershipJudge::Slice& OwnershipJudge::SliceOf(int32_t p) {
  const size_t index = PlaceOf(p);
  if (index >= slices_.size()) slices_.resize(index + 1);
  return slices_[index];
}

// Who is awake may be kept from running for any time, and takes care of the stranded tasks when it
// goes on.
void OwnershipJudge::FollowThread(const Event& event) {
  switch (event.kind) {
    case EventKind::kInject:
    case EventKind::kHandOff:
      ++under_way_;
      return;
    case EventKind::kInjectEnd:
    case EventKind::kHandOffEnd:
      --under_way_;
      return;
    default:
      break;
  }
  if (state_.ByMonitor(event)) return;
  switch (event.kind) {
    case EventKind::kAcquire:
    case EventKind::kSyscallReturn:
    case EventKind::kPoll:
      if (awake_.size() >= kThreadsMost) awake_.clear();
      awake_.insert(event.m);
      break;
    case EventKind::kSyscallEnter:
      awake_.erase(event.m);
      break;
    case EventKind::kSwap:
      if (Is(event, Variable::kLastPoll) && event.Get(Arg::kValue) == 0) awake_.erase(event.m);
      break;
    case EventKind::kWrite:
      if (Is(event, Variable::kIdleThreads) &&
          event.Get(Arg::kValue) > state_.value(Variable::kIdleThreads)) {
        awake_.erase(event.m);
      }
      break;
    default:
      break;
  }
}

bool OwnershipJudge::SomebodyIsAwake() const {
  return in_real_time_ && (!awake_.empty() || under_way_ > 0 || state_.holder(LockId::kSched) >= 0);
}

void OwnershipJudge::OnExit(const Event& event) {
  const auto path = static_cast<ExitPath>(event.Get(Arg::kPath));
  const auto found = returning_.find(event.m);
  if (path == ExitPath::kReacquired) {
    const int32_t owner = state_.processor(event.p).owner;
    Expect(owner < 0 || owner == event.m, kSYS_8,
           Sentence("a returning thread took P {} back, which thread {} owns", event.p, owner),
           {event});
  } else if (path == ExitPath::kQueued) {
    Expect(found != returning_.end() && found->second.queued, kSYS_9,
           "a returning thread found no P and did not queue its task", {event});
  } else {
    Trigger(kSYS_9);
  }
  if (found != returning_.end()) returning_.erase(found);
}

void OwnershipJudge::OnExecute(const Event& event) {
  // What the tick did since the last task began shows whether that one had a slice of its own.
  Slice& slice = SliceOf(event.p);
  if (slice.begin) {
    const bool inherits = slice.begin->Get(Arg::kInherits) != 0;
    Expect(slice.ticks == (inherits ? 0 : 1), kSLICE_5,
           Sentence("the tick moved {} times for a task that {}", slice.ticks,
                    inherits ? "inherits the slice" : "has a fresh slice"),
           {*slice.begin, event});
  }
  slice = {.begin = event};
  // The thread runs a task: whatever it came back with is settled.
  const auto returning = returning_.find(event.m);
  if (returning != returning_.end() && returning->second.event.g != event.g) {
    Expect(returning->second.queued, kSYS_9,
           "a returning thread runs another task and left its own behind",
           {returning->second.event, event});
    returning_.erase(returning);
  }
}

void OwnershipJudge::LookForStranded(const Event& event) {
  const bool stranded = state_.all_queued() > 0 && state_.value(Variable::kIdleProcessors) > 0 &&
                        state_.value(Variable::kSpinningThreads) == 0 && state_.assigned() == 0 &&
                        state_.value(Variable::kStopPending) == 0 && state_.owned() == 0 &&
                        !SomebodyIsAwake();
  if (!stranded) {
    if (event.kind == EventKind::kDequeue) Trigger(kHAND_8);
    stranded_since_.reset();
  } else if (!stranded_since_) {
    stranded_since_ = event;
  } else if (state_.RunNs(stranded_since_->time_ns, event.time_ns) > kStrandedNs) {
    Violate(kHAND_8, "a runnable task waits, P are idle, and no thread is on its way",
            {*stranded_since_, event});
    stranded_since_ = event;
  }
}

}  // namespace proctor::white_box
