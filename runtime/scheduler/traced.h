// Variables whose changes are traced. What is not traced is a load, and costs what an atomic's
// costs; with NoTrace for the trace, so does everything else.
//
// The trace is named in each call, for its place is known there; a variable does not hold it.
// `p` and `g` say whose the variable is, if it is a processor's or a task's.
//
// Thread safety: Traced and TracedSum: any thread. TracedCount: what guards it.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TRACED_H_
#define PROCTOR_RUNTIME_SCHEDULER_TRACED_H_

#include <atomic>
#include <cstdint>

#include "runtime/base/atomics.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {

// A variable that one thread at a time sets, or that is swapped.
template <typename T, TraceVariable kVariable, typename Atomics = StdAtomics>
class Traced {
 public:
  explicit Traced(T value = T()) : value_(value) {}

  T Load(std::memory_order order = std::memory_order_seq_cst) const { return value_.load(order); }

  // A load that decides something, traced after it.
  template <typename Trace>
  T Read(Trace& trace, std::memory_order order = std::memory_order_seq_cst, int32_t p = -1) const {
    const T value = value_.load(order);
    trace.Read(kVariable, value, p);
    return value;
  }

  // Gives something away.
  template <typename Trace>
  void TraceThenStore(Trace& trace, T value, std::memory_order order = std::memory_order_seq_cst,
                      int32_t p = -1, int64_t g = -1) {
    trace.Write(kVariable, value, p, g);
    value_.store(value, order);
  }
  // Takes something.
  template <typename Trace>
  void StoreThenTrace(Trace& trace, T value, std::memory_order order = std::memory_order_seq_cst,
                      int32_t p = -1, int64_t g = -1) {
    value_.store(value, order);
    trace.Write(kVariable, value, p, g);
  }
  // Traced somewhere else, or by nobody.
  void Store(T value, std::memory_order order = std::memory_order_seq_cst) {
    value_.store(value, order);
  }

  // True: it was as expected, and has the value now.
  bool Swap(T expected, T value, std::memory_order order = std::memory_order_seq_cst) {
    return value_.compare_exchange_strong(expected, value, order);
  }
  // The same, with either outcome traced.
  template <typename Trace>
  bool TracedSwap(Trace& trace, T expected, T value, int32_t p = -1) {
    const bool won = Swap(expected, value);
    trace.Swap(kVariable, expected, value, won, p);
    return won;
  }

  // One more; by the only thread that may change it, so this need not be one atomic step.
  template <typename Trace>
  void Bump(Trace& trace, int32_t p) {
    const T value = value_.load(std::memory_order_relaxed) + 1;
    value_.store(value, std::memory_order_relaxed);
    trace.Write(kVariable, value, p);
  }

  // The value there is, as if it were written now.
  template <typename Trace>
  void WriteNow(Trace& trace, int32_t p = -1) const {
    trace.Write(kVariable, value_.load(std::memory_order_relaxed), p);
  }

 private:
  typename Atomics::template Atomic<T> value_;
};

// A sum that several threads change at the same time. Traced as changes: two threads may be traced
// in another order than they acted, and the sum is still right.
template <TraceVariable kVariable, typename Atomics = StdAtomics>
class TracedSum {
 public:
  int32_t Load(std::memory_order order = std::memory_order_seq_cst) const {
    return value_.load(order);
  }

  // Returns the new value.
  template <typename Trace>
  int32_t Add(Trace& trace, int32_t delta) {
    const int32_t now = AddUntraced(delta);
    trace.Add(kVariable, delta);
    return now;
  }
  // The trace of it is the caller's.
  int32_t AddUntraced(int32_t delta) {
    return value_.fetch_add(delta, std::memory_order_seq_cst) + delta;
  }

  // From 0 to 1. False: it is not 0. The trace of it is the caller's.
  bool SwapZeroToOne() {
    int32_t none = 0;
    return value_.compare_exchange_strong(none, 1, std::memory_order_seq_cst);
  }

 private:
  typename Atomics::template Atomic<int32_t> value_{0};
};

// A plain number under a lock.
template <TraceVariable kVariable>
class TracedCount {
 public:
  int32_t value() const { return value_; }

  template <typename Trace>
  void Set(Trace& trace, int32_t value) {
    value_ = value;
    trace.Write(kVariable, value_);
  }
  template <typename Trace>
  void Add(Trace& trace, int32_t delta) {
    Set(trace, value_ + delta);
  }
  // With no trace of it.
  void Reset() { value_ = 0; }

 private:
  int32_t value_ = 0;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TRACED_H_
