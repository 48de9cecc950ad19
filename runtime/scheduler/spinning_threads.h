// How many threads look for work (they spin), and whether one is wanted that does.
//
// What makes it safe to wake nobody while somebody spins:
//   - A thread that makes work visible does so first, and looks at the number of spinning threads
//     second. A spinning thread that gives up counts itself out first, and looks at all queues
//     again second. Whatever the order, one of the two sees the other.
//   - A thread that finds nobody spinning, and no idle processor for one, says that one is wanted,
//     and looks again. A thread that gives its processor back does that first, and looks whether
//     one is wanted second.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SPINNING_THREADS_H_
#define PROCTOR_RUNTIME_SCHEDULER_SPINNING_THREADS_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/atomics.h"
#include "runtime/base/panic.h"
#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

template <typename Atomics>
class BasicSpinningThreads {
 public:
  int32_t count(std::memory_order order = std::memory_order_relaxed) const {
    return count_.Load(order);
  }

  // `Thread` has a flag `spinning`, its own.
  template <typename Trace, typename Thread>
  void Join(Trace& trace, Thread& thread) {
    thread.spinning = true;
    Add(trace, 1);
  }
  template <typename Trace, typename Thread>
  void Leave(Trace& trace, Thread& thread) {
    thread.spinning = false;
    Add(trace, -1);
  }

  // Counts in a thread that is to come. False: somebody spins already. Traced by the caller: as an
  // addition, or as a swap.
  bool TryJoinFirst() { return count_.SwapZeroToOne(); }
  // It does not come after all.
  template <typename Trace>
  void Cancel(Trace& trace) {
    Add(trace, -1);
  }

  // Whether a thread is to be woken that looks for work, by a thread that has made some visible.
  // `idle` has a count(order) of the idle processors.
  template <typename Idle>
  bool WakeIsDue(const Idle& idle) {
    if (count(std::memory_order_seq_cst) != 0) return false;
    if (idle.count(std::memory_order_seq_cst) != 0) return true;
    if (wanted_.load(std::memory_order_relaxed)) return false;
    wanted_.store(true, std::memory_order_seq_cst);
    return idle.count(std::memory_order_seq_cst) != 0;
  }

  bool wanted() const { return wanted_.load(std::memory_order_seq_cst); }
  void Want() { wanted_.store(true, std::memory_order_seq_cst); }
  // An exchange, so that what was made visible before the wish is seen by who fulfils it.
  void Fulfil() { wanted_.exchange(false, std::memory_order_seq_cst); }

 private:
  template <typename Trace>
  void Add(Trace& trace, int32_t delta) {
    const int32_t now = count_.Add(trace, delta);
    if (now < 0) Panic("%d threads spin", now);
  }

  TracedSum<TraceVariable::kSpinningThreads, Atomics> count_;
  typename Atomics::template Atomic<bool> wanted_{false};
};

using SpinningThreads = BasicSpinningThreads<StdAtomics>;

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SPINNING_THREADS_H_
