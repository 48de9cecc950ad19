// Emits the steps of one scheduler to its tracer, in the name of the calling thread.
//
// A step that gives something away is emitted before it takes effect, one that takes something
// after it: so whatever follows from it comes later in the trace.
//
// Thread safety: any thread, signal handlers included.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_TRACE_H_
#define PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_TRACE_H_

#include <cstddef>
#include <cstdint>

#include "runtime/trace/trace.h"

namespace proctor::runtime {

struct SchedulerParts;

class SchedulerTrace {
 public:
  // `ring_events`: as for Tracer. Threads of other schedulers than `owner` count as foreign.
  SchedulerTrace(const SchedulerParts* owner, size_t ring_events)
      : owner_(owner), tracer_(ring_events) {}
  SchedulerTrace(const SchedulerTrace&) = delete;
  SchedulerTrace& operator=(const SchedulerTrace&) = delete;

  Tracer& tracer() { return tracer_; }
  bool on() const { return tracer_.on(); }

  // Up to three arguments, integers or enumerators.
  template <typename... Arguments>
  void Emit(TraceKind kind, int32_t p = -1, int64_t g = -1, Arguments... arguments) {
    static_assert(sizeof...(arguments) <= 3);
    if (tracer_.on()) [[unlikely]] {
      EmitSlowly(kind, p, g, {static_cast<int64_t>(arguments)...});
    }
  }

  template <typename T>
  void Read(TraceVariable variable, T value, int32_t p = -1, int64_t g = -1) {
    Emit(TraceKind::kRead, p, g, variable, value);
  }
  template <typename T>
  void Write(TraceVariable variable, T value, int32_t p = -1, int64_t g = -1) {
    Emit(TraceKind::kWrite, p, g, variable, value);
  }
  void Add(TraceVariable variable, int64_t delta) {
    Emit(TraceKind::kAdd, -1, -1, variable, delta);
  }
  // `won`: whether the swap took place.
  template <typename T>
  void Swap(TraceVariable variable, T expected, T value, bool won, int32_t p = -1) {
    Emit(won ? TraceKind::kSwap : TraceKind::kLostSwap, p, -1, variable, expected, value);
  }

  // In nobody's name: the values that there are before anything happens.
  void WriteFirst(TraceVariable variable, int64_t value, int32_t p = -1);

 private:
  struct Arguments {
    int64_t values[3] = {};
  };
  [[gnu::noinline, gnu::cold]] void EmitSlowly(TraceKind kind, int32_t p, int64_t g,
                                               const Arguments& arguments);

  const SchedulerParts* const owner_;
  Tracer tracer_;
};

// The same calls, and no code: where nobody listens.
struct NoTrace {
  static constexpr bool on() { return false; }
  template <typename... Arguments>
  void Emit(TraceKind, Arguments...) const {}
  template <typename... Arguments>
  void Read(TraceVariable, Arguments...) const {}
  template <typename... Arguments>
  void Write(TraceVariable, Arguments...) const {}
  void Add(TraceVariable, int64_t) const {}
  template <typename... Arguments>
  void Swap(TraceVariable, Arguments...) const {}
};
inline constexpr NoTrace kNoTrace;

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_TRACE_H_
