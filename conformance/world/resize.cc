#include "conformance/world/resize.h"

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// How long it may take to make new processors.
constexpr int64_t kMakingNsMost = 200'000;

}  // namespace

// With the world stopped and the sched lock held to the end: first the list of processors gets its
// new length, then the new processors are made. The monitor may look at the list in between.
void Resize::Grow(int32_t m) {
  Take(LockId::kSched, m);
  if (target_ > w_.processors.count()) {
    if (w_.locks.HeldByMonitor(LockId::kAllP)) {
      Drop(LockId::kSched, m);
      return Then(m, Step::kResize, 50'000);
    }
    Take(LockId::kAllP, m);
    const int32_t from = w_.processors.count();
    w_.processors.Grow(target_);
    for (int32_t p = from; p < target_; ++p) {
      if (ProcessorOf(p).status == PROCTOR_P_DEAD) continue;
      ProcessorOf(p).status = PROCTOR_P_NONE;
      ProcessorOf(p).schedule_tick = w_.setup.knobs.first_tick;
      ProcessorOf(p).syscall_tick = w_.setup.knobs.first_tick;
      TraceWrite(m, Variable::kScheduleTick, w_.setup.knobs.first_tick, p);
      TraceWrite(m, Variable::kSyscallTick, w_.setup.knobs.first_tick, p);
    }
    TraceWrite(m, Variable::kProcessorCount, w_.processors.count());
    Drop(LockId::kAllP, m);
  }
  Then(m, Step::kResized, w_.choices.Between(0, kMakingNsMost));
}

void Resize::Resized(int32_t m) {
  if (target_ < w_.processors.procs() && w_.locks.HeldByMonitor(LockId::kAllP))
    return Then(m, Step::kResized, 50'000);
  for (int32_t p = w_.processors.procs(); p < target_; ++p) {
    ProcessorOf(p).status = PROCTOR_P_STOPPED;
    TraceWrite(m, Variable::kStatus, PROCTOR_P_STOPPED, p);
  }
  if (target_ < w_.processors.procs()) Shrink(m);
  w_.processors.SetProcs(m, target_);
  Drop(LockId::kSched, m);
  Then(m, Step::kStart);
}

// What the processors at the end had goes to those that stay.
void Resize::Shrink(int32_t m) {
  if (ThreadOf(m).p >= target_) {
    const int32_t old = ThreadOf(m).p;
    Trace(EventKind::kRelease, m, old);
    ProcessorOf(old).m = kNobody;
    ThreadOf(m).p = 0;
    ProcessorOf(0).m = m;
    Trace(EventKind::kAcquire, m, 0);
  }
  for (int32_t p = target_; p < w_.processors.procs(); ++p) {
    P& processor = ProcessorOf(p);
    while (RunQueues::LocalWork(processor) > 0) w_.queues.PutGlobal(m, w_.queues.TakeLocal(m, p));
    w_.timers.MoveAll(m, p, 0);
    processor.status = PROCTOR_P_DEAD;
    TraceWrite(m, Variable::kStatus, PROCTOR_P_DEAD, p);
  }
  Take(LockId::kAllP, m);
  w_.processors.SetCount(m, target_);
  Drop(LockId::kAllP, m);
}

}  // namespace proctor
