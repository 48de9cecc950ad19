// The trace of a world: events as they happen, to a sink, until the world ends.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_WORLD_TRACE_H_
#define PROCTOR_CONFORMANCE_WORLD_WORLD_TRACE_H_

#include <cstdint>

#include "conformance/evidence/event.h"
#include "conformance/world/world.h"

namespace proctor {

class WorldTrace {
 public:
  explicit WorldTrace(EventSink& sink) : sink_(sink) {}

  void Add(int64_t time_ns, EventKind kind, int32_t m, int32_t p, int64_t g, int64_t a, int64_t b,
           int64_t c) {
    if (ended_) return;
    ++events_;
    Event event;
    event.time_ns = time_ns;
    event.kind = kind;
    event.m = m;
    event.p = p;
    event.g = g;
    event.args[0] = a;
    event.args[1] = b;
    event.args[2] = c;
    sink_.Observe(event);
  }

  // Whatever comes later is no part of the trace.
  void End() { ended_ = true; }
  bool ended() const { return ended_; }
  int64_t events() const { return events_; }

 private:
  EventSink& sink_;
  int64_t events_ = 0;
  bool ended_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_WORLD_TRACE_H_
