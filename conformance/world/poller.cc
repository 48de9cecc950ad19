#include "conformance/world/poller.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

Poller::Poller(VirtualRuntime& w)
    : Part(w), descriptors_(static_cast<size_t>(w.setup.scenario.descriptors)) {}

void Poller::Start() { TraceWrite(kNobody, Variable::kLastPoll, last_poll_ns_); }

void Poller::SetReady(int32_t m) {
  if (ready_) return;
  ready_ = true;
  TraceWrite(m, Variable::kPollerReady, 1);
}

// A thread has to take care of a timer: the one that blocks in the poller, if it would return too
// late, else a new one.
void Poller::Wake(int32_t m, int64_t when_ns) {
  if (last_poll_ns_ == 0) {
    if (until_ns_ == 0 || until_ns_ > when_ns) Break(m, when_ns);
  } else {
    w_.threads.WakeProcessor(m);
  }
}

void Poller::Break(int32_t m, int64_t when_ns) {
  Trace(EventKind::kPollerBreak, m, kNobody, kNobody, when_ns);
  if (blocked_m_ == kNobody || w_.choices.Chance(w_.setup.knobs.lost_break_permille)) return;
  Then(blocked_m_, Step::kPollBack, w_.choices.Between(500, w_.setup.knobs.poll_back_ns));
}

void Poller::Block(int32_t m) {
  const int64_t timer_ns = w_.timers.EarliestNs();
  until_ns_ = timer_ns == kNoTimer ? 0 : timer_ns;
  TraceWrite(m, Variable::kPollUntil, until_ns_);
  TraceSwap(m, Variable::kLastPoll, last_poll_ns_, 0, true);
  last_poll_ns_ = 0;
  blocked_m_ = m;
  timeout_ns_ = until_ns_ == 0 ? -1 : std::max<int64_t>(until_ns_ - now_ns(), 0);
  for (const DescriptorState& descriptor : descriptors_) {
    if (descriptor.bytes > 0 && !descriptor.waiting.empty()) return Then(m, Step::kPollBack, 1'000);
  }
  if (until_ns_ != 0) return Then(m, Step::kPollTimeout, timeout_ns_);
  SetStep(m, Step::kPollTimeout);
}

void Poller::Back(int32_t m) {
  blocked_m_ = kNobody;
  std::vector<int32_t>& tasks = found_;
  GatherReady(m, tasks);
  const auto count = static_cast<int32_t>(tasks.size());
  Trace(EventKind::kPoll, m, kNobody, kNobody, timeout_ns_, count);
  until_ns_ = 0;
  TraceWrite(m, Variable::kPollUntil, 0);
  last_poll_ns_ = now_ns();
  TraceWrite(m, Variable::kLastPoll, now_ns());
  if (count > 0 && Deviates(Deviation::kPollerWakes)) w_.note.WakeUnduly(m);

  Take(LockId::kSched, m);
  const int32_t p = w_.stop.pending() ? kNobody : w_.processors.GetIdle(m);
  Drop(LockId::kSched, m);
  if (p == kNobody) {
    if (count > 0) w_.injection.Run(m, tasks);
  } else {
    w_.processors.Acquire(m, p);
    for (const int32_t g : tasks) {
      w_.tasks.SetStatus(m, TaskAt(g), TaskStatus::kRunnable);
      w_.queues.PutLocal(m, p, g, false);
    }
  }
  if (count > 0 && AdjustsWaiters(w_.setup.options.profile)) CountWaiters(m, -count);
  if (p == kNobody) return w_.search.Park(m);
  if (count > 0) {
    w_.threads.WakeProcessor(m);
  } else {
    ThreadOf(m).spinning = true;
    w_.threads.SetSpinning(m, 1);
  }
  Then(m, Step::kSchedule);
}

// The tasks whose descriptors are ready; they no longer wait in the poller.
void Poller::GatherReady(int32_t m, std::vector<int32_t>& tasks) {
  tasks.clear();
  for (DescriptorState& descriptor : descriptors_) {
    while (descriptor.bytes > 0 && !descriptor.waiting.empty()) {
      --descriptor.bytes;
      tasks.push_back(descriptor.waiting.Pop());
    }
  }
  // Until go1.22 the poll itself corrects the count, before the tasks are anywhere else to be seen.
  if (!tasks.empty() && !AdjustsWaiters(w_.setup.options.profile)) {
    CountWaiters(m, -static_cast<int32_t>(tasks.size()));
  }
}

void Poller::CountWaiters(int32_t m, int32_t delta) {
  waiters_ += delta;
  if (delta < 0) Trace(EventKind::kAdjustWaiters, m, kNobody, kNobody, delta);
  TraceWrite(m, Variable::kPollWaiters, waiters_);
}

void Poller::MakeReady(int32_t descriptor) {
  DescriptorState& state = descriptors_[static_cast<size_t>(descriptor)];
  ++state.bytes;
  Trace(EventKind::kDescriptorReady, kNobody, kNobody, kNobody, descriptor);
  if (blocked_m_ == kNobody || state.waiting.empty()) return;
  if (ThreadOf(blocked_m_).step == Step::kPollTimeout) {
    Then(blocked_m_, Step::kPollBack, w_.choices.Between(500, 5'000));
  }
}

void Poller::WaitFor(int32_t m, int32_t descriptor) {
  SetReady(m);
  DescriptorState& state = descriptors_[static_cast<size_t>(descriptor)];
  if (state.bytes > 0) {
    --state.bytes;
    return Then(m, Step::kResume, kOpNs);
  }
  state.waiting.Append(ThreadOf(m).g);
  CountWaiters(m, 1);
  w_.programs.Wait(m);
}

void Poller::BlockOrPark(int32_t m) {
  const int64_t timer_ns = w_.timers.EarliestNs();
  const bool has_timer = timer_ns != kNoTimer;
  const bool unattended =
      waiters_ == 0 && has_timer && w_.choices.Chance(w_.setup.knobs.unattended_timers_permille);
  if (ready_ && (waiters_ > 0 || has_timer) && !unattended) {
    if (last_poll_ns_ != 0) return Block(m);
    if (has_timer && (until_ns_ == 0 || until_ns_ > timer_ns)) Break(m, timer_ns);
  }
  w_.search.Park(m);
}

}  // namespace proctor
