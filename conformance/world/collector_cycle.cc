#include "conformance/world/collector_cycle.h"

#include <algorithm>

#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

constexpr int64_t kHeapLeastBytes = 4 << 20;

}  // namespace

CollectorCycle::CollectorCycle(VirtualRuntime& w)
    : Part(w),
      enabled_(w.setup.knobs.collector_up_at_ns == 0),
      last_end_ns_(w.setup.knobs.collected_before ? kBootNs : 0),
      percent_(w.setup.tunables.gc_percent) {}

void CollectorCycle::Start() {
  TraceWrite(kNobody, Variable::kCollectorEnabled, enabled_);
  TraceWrite(kNobody, Variable::kCollectorPercent, percent_);
  TraceWrite(kNobody, Variable::kLastCollection, last_end_ns_);
}

void CollectorCycle::ComeUp(int32_t m) {
  TraceWrite(m, Variable::kCollectorEnabled, enabled_ = true);
}

void CollectorCycle::SetPercent(int32_t m, int64_t percent) {
  TraceWrite(m, Variable::kCollectorPercent, percent_ = percent);
}

void CollectorCycle::Begin(int32_t m) {
  TraceWrite(m, Variable::kCollecting, collecting_ = true);
  Trace(EventKind::kCollectionBegin, m, ThreadOf(m).p, TaskOf(m).id);
}

// The next part of a collection.
void CollectorCycle::Collect(int32_t m) {
  G& task = TaskOf(m);
  if (task.phase == kCollectionWanted) {
    if (w_.stop.Ask(m, StopReason::kCollectionBegin)) task.phase = kMarking;
    return;
  }
  task.phase = kCollectionEnds;
  w_.stop.Ask(m, StopReason::kCollectionEnd);
}

void CollectorCycle::EndCollection(int32_t m) {
  if (mark_work_) SetMarkWork(m, false);
  TraceWrite(m, Variable::kCollecting, collecting_ = false);
  TraceWrite(m, Variable::kLastCollection, last_end_ns_ = now_ns());
  Trace(EventKind::kCollection, m, kNobody, TaskOf(m).id, ++collections_);
  heap_bytes_ = 0;
  w_.own_tasks.AskScavenger(m);
  Then(m, Step::kStart, w_.choices.Between(5'000, 50'000));
}

void CollectorCycle::SetMarkWork(int32_t m, bool on) {
  if (mark_work_ == on) return;
  TraceWrite(m, Variable::kMarkWork, mark_work_ = on);
}

bool CollectorCycle::CollectionDue() const {
  return enabled_ && !w_.surroundings.dying() && !collecting_ && percent_ >= 0 &&
         last_end_ns_ != 0 && now_ns() - last_end_ns_ > w_.setup.tunables.forcegc_period_ns;
}

void CollectorCycle::Allocate(int32_t m, int64_t bytes) {
  heap_bytes_ += bytes;
  const int64_t threshold_bytes = kHeapLeastBytes * std::max<int64_t>(percent_, 1) / 100;
  if (percent_ < 0 || heap_bytes_ < threshold_bytes || collecting_) {
    return Then(m, Step::kResume, kOpNs);
  }
  TaskOf(m).phase = kCollectionWanted;
  Collect(m);
}

}  // namespace proctor
