#include "conformance/world/threads.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {

void Threads::Start() {
  TraceWrite(kNobody, Variable::kThreads, threads_ = 2);
  ms_.resize(2);
}

void Threads::CountNew(int32_t m) { TraceWrite(m, Variable::kThreads, ++threads_); }

void Threads::AddIdle(int32_t m) {
  idle_ms_.push_back(m);
  TraceWrite(m, Variable::kIdleThreads, static_cast<int64_t>(idle_ms_.size()));
}

void Threads::AddSystem(int32_t m) { TraceWrite(m, Variable::kSystemThreads, ++system_threads_); }

void Threads::AddIdleLocked(int32_t m, int32_t delta) {
  TraceWrite(m, Variable::kIdleLocked, idle_locked_ += delta);
}

int32_t Threads::Running() const {
  const int32_t system = Deviates(Deviation::kMonitorCounted) ? 0 : system_threads_;
  return threads_ - static_cast<int32_t>(idle_ms_.size()) - idle_locked_ - system;
}

void Threads::BecomeSpinning(int32_t m) {
  TraceSwap(m, Variable::kSpinningThreads, 0, 1, true);
  spinning_ = 1;
}

void Threads::StartThread(int32_t m, int32_t p, bool spinning, bool sched_held) {
  if (!sched_held) Take(LockId::kSched, m);
  const bool fresh = idle_ms_.empty();
  int32_t other;
  if (fresh) {
    other = static_cast<int32_t>(ms_.size());
    ms_.emplace_back();
    if (Deviates(Deviation::kTakenButNotStarted)) {
      ThreadOf(other).unstarted = true;
    } else {
      TraceWrite(m, Variable::kThreads, ++threads_);
    }
  } else {
    other = idle_ms_.back();
    idle_ms_.pop_back();
    TraceWrite(m, Variable::kIdleThreads, static_cast<int64_t>(idle_ms_.size()));
  }
  ThreadOf(other).next_p = p;
  ThreadOf(other).spinning = spinning;
  Trace(EventKind::kAssign, m, p, kNobody, other, spinning, fresh);
  Then(other, Step::kBegin, w_.choices.Between(1'000, w_.setup.knobs.thread_start_ns));
  if (!sched_held) Drop(LockId::kSched, m);
}

// Somebody has work for another thread. One that looks for work is enough.
void Threads::WakeProcessor(int32_t m) {
  if (spinning_ != 0) return;
  BecomeSpinning(m);
  Take(LockId::kSched, m);
  const int32_t p = w_.processors.GetIdle(m);
  Drop(LockId::kSched, m);
  if (p == kNobody) return SetSpinning(m, -1);
  StartThread(m, p, true);
}

void Threads::SetSpinning(int32_t m, int32_t by) {
  spinning_ += by;
  TraceWrite(m, Variable::kSpinningThreads, spinning_);
}

}  // namespace proctor
