// The event trace of a runtime: what its scheduler does, every step of it, into one ring a thread.
//
// Writing takes no lock and allocates nothing, and works in signal handlers. Every event gets the
// next number of one counter, so that the events of all rings make one order. A step that gives
// something away is traced before it takes effect, one that takes something after: so whatever
// follows from it has a greater number, though no lock is held across step and event. The first
// ring that is full ends the trace: what comes after a hole could not be understood. From then on
// events are only counted.
//
// With the trace off all of this costs one predictable branch a step.
//
// Thread safety: a TraceRing has one writing thread (and its signal handlers) and one reader.
// Tracer and TraceReader say their own.

#ifndef PROCTOR_RUNTIME_TRACE_TRACE_H_
#define PROCTOR_RUNTIME_TRACE_TRACE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/lock.h"
#include "runtime/trace/trace_ring.h"

namespace proctor::runtime {

enum class TraceKind : uint8_t {
#define TRACE_KIND(enumerator, name, arguments) enumerator,
#include "runtime/trace/kinds.def"
};

enum class TraceVariable : uint8_t {
#define TRACE_VARIABLE(enumerator, name) enumerator,
#include "runtime/trace/kinds.def"
};

std::string_view TraceKindName(TraceKind kind);
std::string_view TraceVariableName(TraceVariable variable);

// Tasks that are the runtime's own, the main task first, are numbered from here on.
inline constexpr int64_t kFirstOwnTask = 1'000'000'000;
// Threads that belong to no scheduler count as this one.
inline constexpr int32_t kForeignThread = 1'000'000;

struct TraceEvent {
  uint64_t order = 0;  // from 1, without gaps
  int64_t time_ns = 0;
  int64_t g = -1;
  int64_t args[3] = {};
  int32_t m = -1;
  int16_t p = -1;
  TraceKind kind = TraceKind::kLock;
};

// Its time is now.
void Stamp(TraceEvent& event);

class TraceRing {
 public:
  // A power of two of events.
  explicit TraceRing(size_t capacity);

  // False: the ring is full.
  bool Write(std::atomic<uint64_t>& counter, const TraceEvent& event);
  // By the reader: the oldest event; false: there is none, or it is being written.
  bool Read(TraceEvent& event);

 private:
  using Ring = BasicTraceRing<StdAtomics, TraceEvent, 8>;

  std::unique_ptr<Ring::Slot[], decltype(&free)> slots_;
  Ring ring_;
};

class Tracer {
 public:
  // `ring_events` is how much one thread's ring holds; 0: the trace is off for good.
  explicit Tracer(size_t ring_events) : ring_events_(ring_events) {}

  bool on() const { return on_.load(std::memory_order_relaxed); }
  // Any thread. Between Stop and a later Start events are missing.
  void Start() { on_.store(ring_events_ != 0, std::memory_order_release); }
  void Stop() { on_.store(false, std::memory_order_release); }

  // For a new thread; null when the trace is off for good. Rings live as long as the Tracer.
  TraceRing* MakeRing();

  // `ring` null: a thread that has none; those share one under a lock.
  void Write(TraceRing* ring, TraceEvent& event);

  // Events that found a full ring, in all.
  int64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  friend class TraceReader;

  void Lose();

  const size_t ring_events_;
  std::atomic<bool> on_{false};
  alignas(64) std::atomic<uint64_t> counter_{0};
  std::atomic<uint64_t> hole_{UINT64_MAX};  // the trace is whole before this number
  std::atomic<int64_t> lost_{0};
  mutable Lock lock_{LockRank::kLeaf};
  std::vector<std::unique_ptr<TraceRing>> rings_ GUARDED_BY(lock_);
  TraceRing* shared_ GUARDED_BY(lock_) = nullptr;
};

// Takes the events out, in their order. One reader at a time, of any thread that is not one of the
// runtime's.
class TraceReader {
 public:
  explicit TraceReader(Tracer& tracer) : tracer_(tracer) {}

  // Gives every event whose predecessors are all written and not lost, with times that never go
  // back. Returns how many it gave.
  size_t Drain(const std::function<void(const TraceEvent&)>& sink);

 private:
  Tracer& tracer_;
  std::vector<TraceEvent> held_;  // sorted by order; something before them is missing still
  uint64_t next_ = 1;
  int64_t last_time_ns_ = 0;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_TRACE_TRACE_H_
