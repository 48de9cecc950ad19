// Atomics for the model checker relacy: it goes through schedules of several threads, and through
// the values that each load may see by the C++ memory model. The runtime's lock-free classes take
// these in place of the standard's (runtime/base/atomics.h); so what is checked is their very code.
//
// A fault makes a weaker machine of it: all orders of one kind are relaxed, or a swap is a load and
// a store. A check that does not find the fault that its protocol depends on checks nothing.
//
// Thread safety: relacy runs its threads by turns on the one thread that calls CheckModel.

#ifndef PROCTOR_RUNTIME_MODEL_RELACY_ATOMICS_H_
#define PROCTOR_RUNTIME_MODEL_RELACY_ATOMICS_H_

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string>
#include <type_traits>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
// Not relacy.hpp, which also defines words of the language and of pthreads for its own purposes.
#include <relacy/base.hpp>
// After the first.
#include <relacy/context.hpp>
#include <relacy/context_base_impl.hpp>
// After these.
#include <relacy/atomic.hpp>
#include <relacy/atomic_fence.hpp>
#include <relacy/backoff.hpp>
#include <relacy/stdlib/condition_variable.hpp>
#include <relacy/stdlib/event.hpp>
#include <relacy/stdlib/mutex.hpp>
#include <relacy/stdlib/semaphore.hpp>
#include <relacy/test_suite.hpp>
#include <relacy/var.hpp>
#pragma GCC diagnostic pop

namespace proctor::runtime {

enum class Fault {
  kNone,
  kRelaxedStores,  // release and seq_cst stores are relaxed
  kRelaxedLoads,   // acquire and seq_cst loads are relaxed
  kNoTotalOrder,   // seq_cst is acquire and release
  kNoFences,
  kSplitExchanges,  // an exchange is a load and a store
  kSplitSwaps,      // a compare-and-swap is a load, a comparison and a store
};

template <typename T, Fault kFault>
class RelacyAtomic {
  static rl::debug_info Here(const char* function = __builtin_FUNCTION(),
                             const char* file = __builtin_FILE(),
                             unsigned line = static_cast<unsigned>(__builtin_LINE())) {
    return rl::debug_info(function, file, line);
  }

 public:
  RelacyAtomic() : RelacyAtomic(T()) {}
  RelacyAtomic(T value) : value_(ToRaw(value)) {}  // NOLINT: as the standard's

  T load(std::memory_order order = std::memory_order_seq_cst, rl::debug_info at = Here()) const {
    return FromRaw(value_(at).load(LoadOrder(order)));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst,
             rl::debug_info at = Here()) {
    value_(at).store(ToRaw(value), StoreOrder(order));
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst,
             rl::debug_info at = Here()) {
    if constexpr (kFault == Fault::kSplitExchanges) {
      const T before = load(std::memory_order_acquire, at);
      store(value, std::memory_order_release, at);
      return before;
    }
    return FromRaw(value_(at).exchange(ToRaw(value), SwapOrder(order)));
  }
  bool compare_exchange_strong(T& expected, T value,
                               std::memory_order order = std::memory_order_seq_cst,
                               rl::debug_info at = Here()) {
    if constexpr (kFault == Fault::kSplitSwaps) {
      const T before = load(std::memory_order_acquire, at);
      if (before != expected) {
        expected = before;
        return false;
      }
      store(value, std::memory_order_release, at);
      return true;
    }
    Raw raw = ToRaw(expected);
    const bool won = value_(at).compare_exchange_strong(raw, ToRaw(value), SwapOrder(order));
    expected = FromRaw(raw);
    return won;
  }
  T fetch_add(T delta, std::memory_order order = std::memory_order_seq_cst,
              rl::debug_info at = Here()) {
    return FromRaw(value_(at).fetch_add(ToRaw(delta), SwapOrder(order)));
  }

 private:
  // What relacy can print: numbers and pointers.
  struct Underlying {
    static auto Of() {
      if constexpr (std::is_enum_v<T>) {
        return std::underlying_type_t<T>();
      } else if constexpr (std::is_same_v<T, bool>) {
        return int();
      } else {
        return T();
      }
    }
  };
  using Raw = decltype(Underlying::Of());

  static Raw ToRaw(T value) { return static_cast<Raw>(value); }
  static T FromRaw(Raw raw) { return static_cast<T>(raw); }

  static rl::memory_order Plainly(std::memory_order order) {
    switch (order) {
      case std::memory_order_relaxed:
        return rl::mo_relaxed;
      case std::memory_order_consume:
      case std::memory_order_acquire:
        return rl::mo_acquire;
      case std::memory_order_release:
        return rl::mo_release;
      case std::memory_order_acq_rel:
        return rl::mo_acq_rel;
      case std::memory_order_seq_cst:
        return rl::mo_seq_cst;
    }
    std::abort();
  }
  static rl::memory_order LoadOrder(std::memory_order order) {
    if (kFault == Fault::kRelaxedLoads) return rl::mo_relaxed;
    if (kFault == Fault::kNoTotalOrder && order == std::memory_order_seq_cst) return rl::mo_acquire;
    return Plainly(order);
  }
  static rl::memory_order StoreOrder(std::memory_order order) {
    if (kFault == Fault::kRelaxedStores) return rl::mo_relaxed;
    if (kFault == Fault::kNoTotalOrder && order == std::memory_order_seq_cst) return rl::mo_release;
    return Plainly(order);
  }
  static rl::memory_order SwapOrder(std::memory_order order) {
    if (kFault == Fault::kNoTotalOrder && order == std::memory_order_seq_cst) return rl::mo_acq_rel;
    return Plainly(order);
  }

  rl::atomic<Raw> value_;
};

// Plain data that a protocol hands from thread to thread: an access that races is found.
template <typename T>
class RacyData {
 public:
  void Set(T value) { value_($).store(value); }
  T Get() const { return value_($).load(); }
  RacyData& operator=(T value) {
    Set(value);
    return *this;
  }
  operator T() const { return Get(); }  // NOLINT: in place of a plain T

 private:
  rl::var<T> value_;
};

template <Fault kFault = Fault::kNone>
struct RelacyAtomics {
  template <typename T>
  using Atomic = RelacyAtomic<T, kFault>;
  template <typename T>
  using Plain = RacyData<T>;

  static void Fence(std::memory_order order) {
    if (kFault == Fault::kNoFences) return;
    rl::atomic_thread_fence(order == std::memory_order_seq_cst ? rl::mo_seq_cst : rl::mo_acq_rel,
                            $);
  }
  static void Relax() { rl::yield(1, $); }
  static void Sleep(int64_t) { rl::yield(1, $); }
};

// A thread sleeps on it, another wakes it. For model checks of what is built on notes; the real one
// is a futex's (runtime/base/note.h).
class ModelNote {
 public:
  void Wake() { word_.store(1, std::memory_order_release); }
  void Clear() { word_.store(0, std::memory_order_relaxed); }
  bool woken() const { return word_.load(std::memory_order_acquire) != 0; }
  // A sleep that nobody ends is a failed check.
  void Sleep() const {
    while (!woken()) rl::yield(1, $);
  }

 private:
  RelacyAtomic<int, Fault::kNone> word_{0};
};

class ModelLock {
 public:
  void Acquire() { mutex_.lock($); }
  void Release() { mutex_.unlock($); }

 private:
  rl::mutex mutex_;
};

// How many schedules a check tries at random; MODEL_SCHEDULES in the environment overrides it.
inline int64_t SchedulesOr(int64_t schedules) {
  const char* const wanted = std::getenv("MODEL_SCHEDULES");
  return wanted == nullptr ? schedules : std::atoll(wanted);
}

// Keeps the first bytes of what is written to it. relacy replaces operator new, also under the
// library's string streams, which do not survive that.
class FirstBytes : public std::streambuf {
 public:
  FirstBytes() { setp(bytes_, bytes_ + sizeof bytes_); }
  std::string Text() const { return std::string(pbase(), pptr()); }

 protected:
  int_type overflow(int_type byte) override { return traits_type::not_eof(byte); }

 private:
  char bytes_[1 << 16];
};

struct ModelResult {
  bool passed = false;
  std::string report;  // of a failed check: the history that led to it
};

// Runs the threads of `Suite`, a rl::test_suite, through random schedules, or, if `full`, through
// all of them.
template <typename Suite>
ModelResult CheckModel(int64_t schedules, bool full = false) {
  const auto bytes = std::make_unique<FirstBytes>();
  std::ostream output(bytes.get());
  rl::test_params params;
  params.search_type = full ? rl::sched_full : rl::sched_random;
  params.iteration_count = static_cast<rl::iteration_t>(schedules);
  params.execution_depth_limit = 10'000;
  params.output_stream = &output;
  params.progress_stream = &output;
  ModelResult result;
  result.passed = rl::simulate<Suite>(params);
  result.report = bytes->Text();
  return result;
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_MODEL_RELACY_ATOMICS_H_
