#include "conformance/world/processors.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

Processors::Processors(VirtualRuntime& w)
    : Part(w), procs_(w.setup.knobs.procs), count_(w.setup.knobs.procs) {}

void Processors::Start() {
  const uint32_t first_tick = w_.setup.knobs.first_tick;
  ps_.resize(static_cast<size_t>(procs_));
  TraceWrite(kNobody, Variable::kProcs, procs_);
  TraceWrite(kNobody, Variable::kProcessorCount, procs_);
  for (int32_t p = 0; p < procs_; ++p) {
    P& processor = ProcessorOf(p);
    processor.schedule_tick = processor.syscall_tick = first_tick;
    TraceWrite(kNobody, Variable::kStatus, PROCTOR_P_IDLE, p);
    if (first_tick == 0) continue;
    TraceWrite(kNobody, Variable::kScheduleTick, first_tick, p);
    TraceWrite(kNobody, Variable::kSyscallTick, first_tick, p);
  }
  for (int32_t p = procs_ - 1; p > 0; --p) idle_ps_.push_back(p);
  TraceWrite(kNobody, Variable::kIdleProcessors, idle());
}

void Processors::Grow(int32_t count) {
  count_ = count;
  ps_.resize(std::max(ps_.size(), static_cast<size_t>(count)));
}

void Processors::SetCount(int32_t m, int32_t count) {
  TraceWrite(m, Variable::kProcessorCount, count_ = count);
}

void Processors::SetProcs(int32_t m, int32_t procs) {
  TraceWrite(m, Variable::kProcs, procs_ = procs);
}

void Processors::AskForSafePoint(int32_t m) {
  for (int32_t p = 0; p < count_; ++p) {
    P& processor = ProcessorOf(p);
    if (processor.status != PROCTOR_P_SYSCALL && processor.status != PROCTOR_P_RUNNING) continue;
    processor.safe_point = true;
    TraceWrite(m, Variable::kSafePoint, 1, p);
  }
}

void Processors::Acquire(int32_t m, int32_t p) {
  ThreadOf(m).p = p;
  ProcessorOf(p).m = m;
  ProcessorOf(p).status = PROCTOR_P_RUNNING;
  Trace(EventKind::kAcquire, m, p);
  TraceWrite(m, Variable::kStatus, PROCTOR_P_RUNNING, p);
}

void Processors::Release(int32_t m, int32_t status) {
  const int32_t p = ThreadOf(m).p;
  ThreadOf(m).p = kNobody;
  ProcessorOf(p).m = kNobody;
  ProcessorOf(p).status = status;
  Trace(EventKind::kRelease, m, p);
  TraceWrite(m, Variable::kStatus, status, p);
}

// Under sched.
int32_t Processors::GetIdle(int32_t m) {
  if (idle_ps_.empty()) return kNobody;
  const int32_t p = idle_ps_.back();
  idle_ps_.pop_back();
  TraceWrite(m, Variable::kIdleProcessors, idle());
  return p;
}

// Under sched.
void Processors::PutIdle(int32_t m, int32_t p) {
  idle_ps_.push_back(p);
  TraceWrite(m, Variable::kIdleProcessors, idle());
}

// A pending safe-point function is claimed by the first thread that comes.
void Processors::RunSafePoint(int32_t m, int32_t p) {
  if (!ProcessorOf(p).safe_point) return;
  ProcessorOf(p).safe_point = false;
  TraceSwap(m, Variable::kSafePoint, 1, 0, true, p);
  Trace(EventKind::kSafePointRun, m, p);
}

void Processors::MoveScheduleTick(int32_t m, int32_t p) {
  TraceWrite(m, Variable::kScheduleTick, At(p).schedule_tick += w_.setup.knobs.tick_step, p);
}

void Processors::MoveSyscallTick(int32_t m, int32_t p) {
  TraceWrite(m, Variable::kSyscallTick, At(p).syscall_tick += w_.setup.knobs.tick_step, p);
}

}  // namespace proctor
