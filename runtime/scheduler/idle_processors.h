// The processors that nobody has, the last one first, and how many they are.
//
// Thread safety: under the scheduler's lock; count() anywhere.

#ifndef PROCTOR_RUNTIME_SCHEDULER_IDLE_PROCESSORS_H_
#define PROCTOR_RUNTIME_SCHEDULER_IDLE_PROCESSORS_H_

#include <atomic>
#include <cstdint>

#include "runtime/scheduler/processor.h"
#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

class IdleProcessors {
 public:
  int32_t count(std::memory_order order = std::memory_order_relaxed) const {
    return count_.Load(order);
  }
  template <typename Trace>
  int32_t ReadCount(Trace& trace, std::memory_order order) const {
    return count_.Read(trace, order);
  }

  // Null: there is none.
  template <typename Trace>
  Processor* Take(Trace& trace) REQUIRES(under_sched) {
    Processor* p = first_;
    if (p == nullptr) return nullptr;
    first_ = p->next_idle;
    count_.StoreThenTrace(trace, count() - 1);
    return p;
  }

  template <typename Trace>
  void Put(Trace& trace, Processor* p) REQUIRES(under_sched) {
    p->next_idle = first_;
    first_ = p;
    count_.TraceThenStore(trace, count() + 1);
  }

  template <typename Function>
  void ForEach(Function function) REQUIRES(under_sched) {
    for (Processor* p = first_; p != nullptr; p = p->next_idle) function(*p);
  }

 private:
  Processor* first_ GUARDED_BY(under_sched) = nullptr;
  // seq_cst: a thread that makes work visible looks here second, one that goes idle counts its
  // processor first.
  Traced<int32_t, TraceVariable::kIdleProcessors> count_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_IDLE_PROCESSORS_H_
