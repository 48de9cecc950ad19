// Who blocks in the network poller: one thread at most, until the earliest timer is due. And how
// many tasks wait for descriptors, which decides whether anybody has to.
//
// The turn is a number: when the poller was polled last, or 0 while a thread blocks in it.
//
// Thread safety: any thread; SetUntil and Give by the thread that has the turn.

#ifndef PROCTOR_RUNTIME_SCHEDULER_POLL_TURN_H_
#define PROCTOR_RUNTIME_SCHEDULER_POLL_TURN_H_

#include <atomic>
#include <cstdint>

#include "runtime/scheduler/traced.h"

namespace proctor::runtime {

class PollTurn {
 public:
  // Before anybody polls.
  void Start(int64_t now_ns) { last_poll_ns_.Store(now_ns); }

  // 0: a thread blocks in the poller.
  int64_t last_poll_ns(std::memory_order order = std::memory_order_relaxed) const {
    return last_poll_ns_.Load(order);
  }
  template <typename Trace>
  int64_t ReadLastPollNs(Trace& trace, std::memory_order order) const {
    return last_poll_ns_.Read(trace, order);
  }
  // By who polls without blocking: false: somebody else polled, or blocks.
  template <typename Trace>
  bool SwapLastPollNs(Trace& trace, int64_t expected_ns, int64_t new_ns) {
    return last_poll_ns_.TracedSwap(trace, expected_ns, new_ns);
  }

  // False: another thread has the turn.
  template <typename Trace>
  bool Take(Trace& trace) {
    int64_t last_ns = last_poll_ns();
    while (last_ns != 0 && !last_poll_ns_.Swap(last_ns, 0)) last_ns = last_poll_ns();
    if (last_ns == 0) return false;
    trace.Swap(TraceVariable::kLastPoll, last_ns, int64_t{0}, true);
    return true;
  }
  // It blocks until then.
  template <typename Trace>
  void SetUntil(Trace& trace, int64_t until_ns) {
    until_ns_.TraceThenStore(trace, until_ns);
  }
  // It has polled.
  template <typename Trace>
  void Give(Trace& trace, int64_t now_ns) {
    last_poll_ns_.StoreThenTrace(trace, now_ns);
  }

  // 0: without end, or nobody blocks.
  int64_t until_ns() const { return until_ns_.Load(); }
  template <typename Trace>
  int64_t ReadUntilNs(Trace& trace) const {
    return until_ns_.Read(trace);
  }

  int32_t waiters(std::memory_order order = std::memory_order_relaxed) const {
    return waiters_.Load(order);
  }
  template <typename Trace>
  void AddWaiters(Trace& trace, int32_t delta) {
    waiters_.AddUntraced(delta);
    if (delta < 0) trace.Emit(TraceKind::kAdjustWaiters, -1, -1, delta);
    trace.Add(TraceVariable::kPollWaiters, delta);
  }

 private:
  Traced<int64_t, TraceVariable::kLastPoll> last_poll_ns_;
  Traced<int64_t, TraceVariable::kPollUntil> until_ns_;
  TracedSum<TraceVariable::kPollWaiters> waiters_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_POLL_TURN_H_
