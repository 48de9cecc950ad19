#include "runtime/scheduler/collections.h"

#include "runtime/os/linux/clock.h"

namespace proctor::runtime {

CollectorState Collections::State(bool dying) const {
  CollectorState state;
  state.enabled = hooks_.Enabled();
  state.dying = dying;
  state.collecting = collecting_.Load(std::memory_order_relaxed);
  state.percent = hooks_.Percent();
  state.last_end_ns = last_ns_.Load(std::memory_order_relaxed);
  return state;
}

bool Collections::IsDue(bool dying, int64_t now_ns, int64_t period_ns) const {
  const CollectorState state = State(dying);
  return state.enabled && !state.dying && !state.collecting && state.percent >= 0 &&
         state.last_end_ns != 0 && now_ns - state.last_end_ns > period_ns;
}

void Collections::Collect(SchedulerTrace& trace, int64_t task) {
  collecting_.TraceThenStore(trace, true);
  trace.Emit(TraceKind::kCollectionBegin, -1, task);
  hooks_.Collect();
  collecting_.StoreThenTrace(trace, false);
  last_ns_.StoreThenTrace(trace, NowNs());
  trace.Emit(TraceKind::kCollection, -1, task, count_.fetch_add(1) + 1);
}

}  // namespace proctor::runtime
