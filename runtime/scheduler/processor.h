// A processor: the right to run tasks, and what goes with it: a queue, timers, ticks, a few dead
// tasks to be used again.
//
//   idle      on the idle list
//   running   a thread owns it
//   syscall   its thread is in a system call; who swaps the status first takes it
//   stopped   the world is stopped
//   dead      there are fewer processors now
//
// Thread safety: the owner's fields belong to the thread that owns the processor; all others are
// atomic or say what guards them.

#ifndef PROCTOR_RUNTIME_SCHEDULER_PROCESSOR_H_
#define PROCTOR_RUNTIME_SCHEDULER_PROCESSOR_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/panic.h"
#include "runtime/scheduler/local_queue.h"
#include "runtime/scheduler/timer_heap.h"
#include "runtime/scheduler/traced.h"
#include "runtime/sysmon/host.h"

namespace proctor::runtime {

struct Processor {
  explicit Processor(int32_t number)
      : id(number), timers(number), random(number * 0x9E3779B9u + 1) {}

  const int32_t id;
  Traced<ProcessorStatus, TraceVariable::kStatus> status{ProcessorStatus::kNone};
  // Ticks wrap soon after the start, so that it is no rare event months later.
  static constexpr uint32_t kFirstScheduleTick = UINT32_MAX - 8;
  static constexpr uint32_t kFirstSyscallTick = UINT32_MAX - 16;
  // With every fresh time slice, and with every system call.
  Traced<uint32_t, TraceVariable::kScheduleTick> schedule_tick{kFirstScheduleTick};
  Traced<uint32_t, TraceVariable::kSyscallTick> syscall_tick{kFirstSyscallTick};
  std::atomic<Thread*> thread{nullptr};  // whose it is; also while that one is in a system call
                                         // with take_by_task_lock
  Traced<bool, TraceVariable::kMarked> preempt;        // it has been asked to preempt
  Traced<bool, TraceVariable::kSafePoint> safe_point;  // a function is to be run for it
  Processor* next_idle = nullptr;  // on the idle list; under the scheduler's lock
  Task* locked_task = nullptr;     // by the thread that holds it in its system call
  LocalQueue queue;
  TimerHeap timers;

  // The owner's.
  uint32_t random;
  TaskList dead_tasks;  // with their stacks
  int64_t next_task_id = 0;
  int64_t last_task_id = 0;        // of the numbers at hand
  std::atomic<int64_t> births{0};  // of tasks here, less the deaths; others read it

  // The two places where a status changes: by the thread that owns the processor, and where several
  // want it.
  void Change(ProcessorStatus from, ProcessorStatus to,
              std::memory_order order = std::memory_order_seq_cst) {
    const ProcessorStatus seen = status.Load(std::memory_order_relaxed);
    if (seen != from) [[unlikely]] {
      Panic("processor %d is in status %d and not in %d", id, static_cast<int>(seen),
            static_cast<int>(from));
    }
    status.Store(to, order);
  }
  bool Swap(ProcessorStatus from, ProcessorStatus to) { return status.Swap(from, to); }

  template <typename Trace>
  void TraceThenChange(Trace& trace, ProcessorStatus from, ProcessorStatus to) {
    trace.Write(TraceVariable::kStatus, to, id);
    Change(from, to);
  }
  // True, and traced: it took place.
  template <typename Trace>
  bool SwapThenTrace(Trace& trace, ProcessorStatus from, ProcessorStatus to) {
    if (!Swap(from, to)) return false;
    trace.Swap(TraceVariable::kStatus, from, to, true, id);
    return true;
  }

  uint32_t NextRandom() {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    return random;
  }

  // The owner is the only writer, so these need not be one atomic step.
  void CountBirths(int64_t change) {
    births.store(births.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
  }
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_PROCESSOR_H_
