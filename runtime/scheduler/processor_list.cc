#include "runtime/scheduler/processor_list.h"

#include <algorithm>

namespace proctor::runtime {

ProcessorList::~ProcessorList() {
  for (auto& place : places_) delete place.load();
}

void ProcessorList::Start(SchedulerTrace& trace, int32_t procs) {
  for (int32_t i = 0; i < procs; ++i) {
    auto* p = new Processor(i);
    p->Change(ProcessorStatus::kNone, ProcessorStatus::kIdle);
    places_[static_cast<size_t>(i)].store(p, std::memory_order_release);
  }
  count_.Store(procs);
  procs_.Store(procs);
  trace.WriteFirst(TraceVariable::kProcs, procs);
  trace.WriteFirst(TraceVariable::kProcessorCount, procs);
  for (int32_t i = 0; i < procs; ++i) {
    trace.WriteFirst(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kIdle), i);
    trace.WriteFirst(TraceVariable::kScheduleTick, Processor::kFirstScheduleTick, i);
    trace.WriteFirst(TraceVariable::kSyscallTick, Processor::kFirstSyscallTick, i);
  }
}

void ProcessorList::Grow(SchedulerTrace& trace, int32_t procs) {
  const int32_t before = this->procs();
  if (procs > count_.Load(std::memory_order_relaxed)) {
    LockGuard guard(lock_);
    for (int32_t i = before; i < procs; ++i) {
      auto& place = places_[static_cast<size_t>(i)];
      if (place.load(std::memory_order_relaxed) != nullptr) continue;
      auto* p = new Processor(i);
      p->schedule_tick.WriteNow(trace, i);
      p->syscall_tick.WriteNow(trace, i);
      p->Change(ProcessorStatus::kNone, ProcessorStatus::kDead);
      place.store(p, std::memory_order_release);
    }
    count_.TraceThenStore(trace, procs, std::memory_order_release);
  }
  for (int32_t i = before; i < procs; ++i) {
    At(i).TraceThenChange(trace, ProcessorStatus::kDead, ProcessorStatus::kStopped);
  }
}

void ProcessorList::Shorten(SchedulerTrace& trace, int32_t procs) {
  LockGuard guard(lock_);
  count_.TraceThenStore(trace, procs, std::memory_order_release);
}

int64_t ProcessorList::EarliestTimerNs() const {
  int64_t earliest_ns = kNoTimer;
  const int32_t length = count();
  for (int32_t i = 0; i < length; ++i) {
    earliest_ns = std::min(earliest_ns, At(i).timers.earliest_ns());
  }
  return earliest_ns;
}

int32_t ProcessorList::PendingTimers() const {
  int32_t pending = 0;
  const int32_t length = count();
  for (int32_t i = 0; i < length; ++i) pending += At(i).timers.size();
  return pending;
}

int64_t ProcessorList::Births() const {
  int64_t births = 0;
  for (const auto& place : places_) {
    const Processor* p = place.load(std::memory_order_acquire);
    if (p == nullptr) break;
    births += p->births.load(std::memory_order_relaxed);
  }
  return births;
}

}  // namespace proctor::runtime
