// All processors. The list only grows; a place, once filled, stays filled. How many of them may be
// used is a number of its own, which changes with the world stopped.
//
// Thread safety: reading anywhere. The length changes under lock(), the number in use under the
// scheduler's lock.

#ifndef PROCTOR_RUNTIME_SCHEDULER_PROCESSOR_LIST_H_
#define PROCTOR_RUNTIME_SCHEDULER_PROCESSOR_LIST_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "runtime/base/lock.h"
#include "runtime/scheduler/processor.h"
#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

inline constexpr int32_t kProcsMost = 1024;

class ProcessorList {
 public:
  ProcessorList() = default;
  ~ProcessorList();
  ProcessorList(const ProcessorList&) = delete;
  ProcessorList& operator=(const ProcessorList&) = delete;

  // The first ones, idle; before anybody else looks. Traced as what there was from the beginning.
  void Start(SchedulerTrace& trace, int32_t procs);

  Processor& At(int32_t number) const {
    return *places_[static_cast<size_t>(number)].load(std::memory_order_acquire);
  }
  // The length of the list.
  int32_t count() const { return count_.Load(std::memory_order_acquire); }
  int32_t ReadCount(SchedulerTrace& trace) const { return count_.Read(trace); }
  // How many may be used.
  int32_t procs() const { return procs_.Load(std::memory_order_relaxed); }
  int32_t ReadProcs(SchedulerTrace& trace) const {
    return procs_.Read(trace, std::memory_order_relaxed);
  }
  Lock& lock() RETURN_CAPABILITY(lock_) { return lock_; }

  // With the world stopped: processors procs() to `procs` - 1 are there and stopped. They are not
  // in use before SetProcs.
  void Grow(SchedulerTrace& trace, int32_t procs) REQUIRES(under_sched);
  // With the world stopped, and those from `procs` on dead.
  void Shorten(SchedulerTrace& trace, int32_t procs) REQUIRES(under_sched);
  void SetProcs(SchedulerTrace& trace, int32_t procs) REQUIRES(under_sched) {
    procs_.TraceThenStore(trace, procs, std::memory_order_release);
  }

  // kNoTimer: there is none. A hint.
  int64_t EarliestTimerNs() const;
  int32_t PendingTimers() const;
  // Tasks born on processors, less the deaths there; of those beyond the list's end too.
  int64_t Births() const;

 private:
  std::array<std::atomic<Processor*>, kProcsMost> places_ = {};
  Traced<int32_t, TraceVariable::kProcessorCount> count_;
  Traced<int32_t, TraceVariable::kProcs> procs_;
  Lock lock_{LockRank::kAllP};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_PROCESSOR_LIST_H_
