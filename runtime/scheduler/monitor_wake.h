// How the monitor sleeps deep and who wakes it.
//
// The monitor says under the scheduler's lock that it waits, and then sleeps on its note. A waker
// takes the flag back under the same lock and wakes the note: one wake-up a sleep, and none is
// missed. The flag may be looked at without the lock, to see whether it is worth taking.
//
// Thread safety: under the scheduler's lock; waits() anywhere; the note's sleeper is the monitor.

#ifndef PROCTOR_RUNTIME_SCHEDULER_MONITOR_WAKE_H_
#define PROCTOR_RUNTIME_SCHEDULER_MONITOR_WAKE_H_

#include <atomic>

#include "runtime/base/atomics.h"
#include "runtime/base/note.h"
#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/trace_numbers.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

template <typename Atomics, typename Note>
class BasicMonitorWake {
 public:
  bool waits() const { return waits_.Load(std::memory_order_seq_cst); }
  template <typename Trace>
  bool ReadWaits(Trace& trace) const {
    return waits_.Read(trace);
  }

  template <typename Trace>
  void SetWaits(Trace& trace, bool waits) REQUIRES(under_sched) {
    waits_.TraceThenStore(trace, waits);
  }

  // If it waits.
  template <typename Trace>
  void Wake(Trace& trace, Waker waker) REQUIRES(under_sched) {
    if (!waits_.Read(trace, std::memory_order_relaxed)) return;
    waits_.TraceThenStore(trace, false);
    trace.Emit(TraceKind::kNoteWake, -1, -1, waker);
    note_.Wake();
  }

  Note& note() { return note_; }

 private:
  Traced<bool, TraceVariable::kMonitorWaits, Atomics> waits_;
  Note note_;
};

using MonitorWake = BasicMonitorWake<StdAtomics, Note>;

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_MONITOR_WAKE_H_
