// Whether the world is stopped or about to be, and how many processors have still to stop.
//
// Thread safety: under the scheduler's lock; pending() anywhere; one thread stops the world at a
// time, and sleeps here.

#ifndef PROCTOR_RUNTIME_SCHEDULER_WORLD_STOP_H_
#define PROCTOR_RUNTIME_SCHEDULER_WORLD_STOP_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/note.h"
#include "runtime/base/panic.h"
#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

class WorldStop {
 public:
  bool pending(std::memory_order order = std::memory_order_relaxed) const {
    return pending_.Load(order);
  }
  template <typename Trace>
  bool ReadPending(Trace& trace, std::memory_order order) const {
    return pending_.Read(trace, order);
  }

  // `procs` processors are to stop, the stopper's own included.
  template <typename Trace>
  void Begin(Trace& trace, int32_t procs) REQUIRES(under_sched) {
    note_.Clear();
    left_.Set(trace, procs);
    pending_.TraceThenStore(trace, true);
  }
  bool waits() const REQUIRES(under_sched) { return left_.value() > 0; }

  // One has been stopped by the stopper itself.
  template <typename Trace>
  void Count(Trace& trace) REQUIRES(under_sched) {
    left_.Add(trace, -1);
  }
  // One has stopped; the last one wakes the stopper.
  template <typename Trace>
  void CountAndWake(Trace& trace) REQUIRES(under_sched) {
    Count(trace);
    if (left_.value() > 0) return;
    if (left_.value() < 0) Panic("more processors have stopped than there are");
    trace.Emit(TraceKind::kStopperWake);
    note_.Wake();
  }

  // By the stopper, without the lock. False: the time has passed.
  bool SleepFor(int64_t timeout_ns) { return note_.SleepFor(timeout_ns); }

  template <typename Trace>
  void End(Trace& trace) REQUIRES(under_sched) {
    pending_.TraceThenStore(trace, false);
  }

 private:
  Traced<bool, TraceVariable::kStopPending> pending_;
  TracedCount<TraceVariable::kStopWait> left_ GUARDED_BY(under_sched);
  Note note_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_WORLD_STOP_H_
