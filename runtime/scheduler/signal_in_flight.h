// Whether a preemption signal to a thread is on its way. One is enough: a second one would find
// what the first one left.
//
// Thread safety: any thread; Arrived in the signal's handler.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SIGNAL_IN_FLIGHT_H_
#define PROCTOR_RUNTIME_SCHEDULER_SIGNAL_IN_FLIGHT_H_

#include <atomic>

#include "runtime/base/atomics.h"

namespace proctor::runtime {

template <typename Atomics>
class BasicSignalInFlight {
 public:
  // True: none is on its way, and the caller sends one. Else what the caller wrote before may be
  // missed by the handler of the one that is on its way: who asked asks again.
  bool Claim() { return !in_flight_.exchange(true, std::memory_order_acq_rel); }
  // First thing in the handler, or by a caller that could not send it.
  void Arrived() { in_flight_.store(false, std::memory_order_release); }

 private:
  typename Atomics::template Atomic<bool> in_flight_{false};
};

using SignalInFlight = BasicSignalInFlight<StdAtomics>;

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SIGNAL_IN_FLIGHT_H_
