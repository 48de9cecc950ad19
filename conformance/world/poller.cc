// Timers, descriptors, and the thread that blocks in the poller when nobody has anything to do.

#include <algorithm>

#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

bool LaterTimer(const Timer& a, const Timer& b) {
  return a.when_ns != b.when_ns ? a.when_ns > b.when_ns : a.order > b.order;
}

}  // namespace

void Scheduler::SetPollerReady(int32_t m) {
  if (poller_ready_) return;
  poller_ready_ = true;
  TellWrite(m, Variable::kPollerReady, 1);
}

void Scheduler::AddTimer(int32_t m, int32_t p, int64_t when_ns, int32_t g) {
  std::vector<Timer>& timers = ProcessorOf(p).timers;
  timers.push_back({when_ns, ++timer_order_, g});
  std::push_heap(timers.begin(), timers.end(), LaterTimer);
  Tell(EventKind::kTimerSet, m, p, gs_[static_cast<size_t>(g)].id, when_ns);
  TellWrite(m, Variable::kTimerCount, ++timer_count_);
  WakePoller(m, when_ns);
}

// Runs p's overdue timers in a thread that has a processor: their tasks become ready there.
void Scheduler::RunTimers(int32_t m, int32_t p) {
  std::vector<Timer>& timers = ProcessorOf(p).timers;
  while (!timers.empty() && timers.front().when_ns <= now_ns_) {
    std::pop_heap(timers.begin(), timers.end(), LaterTimer);
    const Timer timer = timers.back();
    timers.pop_back();
    Tell(EventKind::kTimerFired, m, p, gs_[static_cast<size_t>(timer.g)].id, timer.when_ns);
    TellWrite(m, Variable::kTimerCount, --timer_count_);
    if (Deviates(Deviation::kTimerWakes)) WakeMonitorUnduly(m);
    MakeReady(m, timer.g);
  }
}

int64_t Scheduler::EarliestTimerNs() const {
  int64_t earliest_ns = kNoTimer;
  for (int32_t p = 0; p < processor_count_; ++p) {
    const std::vector<Timer>& timers = ps_[static_cast<size_t>(p)].timers;
    if (!timers.empty()) earliest_ns = std::min(earliest_ns, timers.front().when_ns);
  }
  return earliest_ns;
}

// Somebody has to see to a timer: whoever blocks in the poller, if that would be too late, else a
// new thread.
void Scheduler::WakePoller(int32_t m, int64_t when_ns) {
  if (last_poll_ns_ == 0) {
    if (poll_until_ns_ == 0 || poll_until_ns_ > when_ns) BreakPoller(m, when_ns);
  } else {
    WakeProcessor(m);
  }
}

void Scheduler::BreakPoller(int32_t m, int64_t when_ns) {
  Tell(EventKind::kPollerBreak, m, kNobody, kNobody, when_ns);
  if (blocked_m_ == kNobody || choices_.Chance(knobs_.lost_break_permille)) return;
  Then(blocked_m_, Step::kPollBack, choices_.Between(500, knobs_.poll_back_ns));
}

void Scheduler::BlockInPoller(int32_t m) {
  const int64_t timer_ns = EarliestTimerNs();
  poll_until_ns_ = timer_ns == kNoTimer ? 0 : timer_ns;
  TellWrite(m, Variable::kPollUntil, poll_until_ns_);
  TellSwap(m, Variable::kLastPoll, last_poll_ns_, 0, true);
  last_poll_ns_ = 0;
  blocked_m_ = m;
  poll_timeout_ns_ = poll_until_ns_ == 0 ? -1 : std::max<int64_t>(poll_until_ns_ - now_ns_, 0);
  for (const DescriptorState& descriptor : descriptors_) {
    if (descriptor.bytes > 0 && !descriptor.waiting.empty()) return Then(m, Step::kPollBack, 1'000);
  }
  if (poll_until_ns_ != 0) return Then(m, Step::kPollTimeout, poll_timeout_ns_);
  SetStep(m, Step::kPollTimeout);
}

void Scheduler::PollBack(int32_t m) {
  blocked_m_ = kNobody;
  std::vector<int32_t>& tasks = found_;
  GatherReady(m, tasks);
  const auto count = static_cast<int32_t>(tasks.size());
  Tell(EventKind::kPoll, m, kNobody, kNobody, poll_timeout_ns_, count);
  poll_until_ns_ = 0;
  TellWrite(m, Variable::kPollUntil, 0);
  last_poll_ns_ = now_ns_;
  TellWrite(m, Variable::kLastPoll, now_ns_);
  if (count > 0 && Deviates(Deviation::kPollerWakes)) WakeMonitorUnduly(m);

  Take(LockId::kSched, m);
  const int32_t p = stop_pending_ ? kNobody : GetIdle(m);
  Drop(LockId::kSched, m);
  if (p == kNobody) {
    if (count > 0) InjectWithoutP(m, tasks);
  } else {
    Acquire(m, p);
    for (const int32_t g : tasks) {
      SetStatus(m, gs_[static_cast<size_t>(g)], TaskStatus::kRunnable);
      PutLocal(m, p, g, false);
    }
  }
  if (count > 0 && AdjustsWaiters(options_.profile)) CountPollWaiters(m, -count);
  if (p == kNobody) return Park(m);
  if (count > 0) {
    WakeProcessor(m);
  } else {
    ThreadOf(m).spinning = true;
    SetSpinning(m, 1);
  }
  Then(m, Step::kSchedule);
}

// The tasks whose descriptors are ready; they no longer wait in the poller.
void Scheduler::GatherReady(int32_t m, std::vector<int32_t>& tasks) {
  tasks.clear();
  for (DescriptorState& descriptor : descriptors_) {
    while (descriptor.bytes > 0 && !descriptor.waiting.empty()) {
      --descriptor.bytes;
      tasks.push_back(descriptor.waiting.Pop());
    }
  }
  // Until go1.22 the poll itself corrects the count, before the tasks are anywhere else to be seen.
  if (!tasks.empty() && !AdjustsWaiters(options_.profile)) {
    CountPollWaiters(m, -static_cast<int32_t>(tasks.size()));
  }
}

void Scheduler::CountPollWaiters(int32_t m, int32_t delta) {
  poll_waiters_ += delta;
  if (delta < 0) Tell(EventKind::kAdjustWaiters, m, kNobody, kNobody, delta);
  TellWrite(m, Variable::kPollWaiters, poll_waiters_);
}

// By a thread that has no processor to run them on.
void Scheduler::InjectWithoutP(int32_t m, std::vector<int32_t>& tasks) {
  const auto count = static_cast<int32_t>(tasks.size());
  Tell(EventKind::kInject, m, kNobody, kNobody, count);
  const bool unmarked = Deviates(Deviation::kInjectUnmarked);
  const auto mark = [&] {
    for (const int32_t g : tasks) SetStatus(m, gs_[static_cast<size_t>(g)], TaskStatus::kRunnable);
  };
  if (!unmarked) mark();
  if (Deviates(Deviation::kInjectReversed)) std::reverse(tasks.begin(), tasks.end());
  Interleave(m);
  Take(LockId::kSched, m);
  for (const int32_t g : tasks) PutGlobal(m, g);
  if (unmarked) mark();
  Drop(LockId::kSched, m);
  Interleave(m);
  const int32_t most = Deviates(Deviation::kInjectStartsTooMany) ? INT32_MAX : count;
  for (int32_t started = 0; started < most; ++started) {
    if (Deviates(Deviation::kStrandedTask)) break;
    Take(LockId::kSched, m);
    const int32_t p = GetIdle(m);
    if (p != kNobody) StartThread(m, p, false, true);
    Drop(LockId::kSched, m);
    if (p == kNobody) break;
    Interleave(m);
  }
  Tell(EventKind::kInjectEnd, m);
}

void Scheduler::MakeDescriptorReady(int32_t descriptor) {
  DescriptorState& state = descriptors_[static_cast<size_t>(descriptor)];
  ++state.bytes;
  Tell(EventKind::kDescriptorReady, kNobody, kNobody, kNobody, descriptor);
  if (blocked_m_ == kNobody || state.waiting.empty()) return;
  if (ThreadOf(blocked_m_).step == Step::kPollTimeout) {
    Then(blocked_m_, Step::kPollBack, choices_.Between(500, 5'000));
  }
}

}  // namespace proctor
