// A function that is run once for every processor, at a safe point of each.
//
// Thread safety: Begin by one thread at a time, after the run before has ended; the rest anywhere.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SAFE_POINTS_H_
#define PROCTOR_RUNTIME_SCHEDULER_SAFE_POINTS_H_

#include <atomic>
#include <cstdint>

#include "runtime/scheduler/processor.h"

namespace proctor::runtime {

class SafePoints {
 public:
  using Function = void (*)(int32_t processor);

  // For `count` processors, each of which is to be asked then.
  void Begin(Function function, int32_t count) {
    function_ = function;
    left_.store(count);
  }
  template <typename Trace>
  static void Ask(Trace& trace, Processor& p) {
    p.safe_point.TraceThenStore(trace, true, std::memory_order_seq_cst, p.id);
  }
  int32_t left() const { return left_.load(std::memory_order_acquire); }

  // Runs it for the processor if that was asked and nobody has done so: the first one to claim it
  // does.
  template <typename Trace>
  void RunIfAsked(Trace& trace, Processor& p) {
    if (!p.safe_point.Swap(true, false)) return;
    trace.Swap(TraceVariable::kSafePoint, true, false, true, p.id);
    trace.Emit(TraceKind::kSafePointRun, p.id);
    function_(p.id);
    left_.fetch_sub(1, std::memory_order_acq_rel);
  }

 private:
  Function function_ = nullptr;
  std::atomic<int32_t> left_{0};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SAFE_POINTS_H_
