// The timers of all processors.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_TIMERS_H_
#define PROCTOR_CONFORMANCE_WORLD_TIMERS_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Timers : private Part {
 public:
  using Part::Part;

  void Add(int32_t m, int32_t p, int64_t when_ns, int32_t g);
  // A timer that fires for its own, and that no task waits for.
  void Set(int32_t m, int32_t p, int64_t when_ns, int64_t owner, int32_t number);
  // False: it has fired, was stopped or never set.
  bool Stop(int32_t m, int64_t owner, int32_t number);
  // Runs p's overdue timers in a thread that has a processor: their tasks become ready there.
  void Run(int32_t m, int32_t p);
  // kNoTimer: there is none.
  int64_t EarliestNs() const;
  // All timers of a processor go to another one.
  void MoveAll(int32_t m, int32_t from, int32_t to);

  int32_t count() const { return count_; }
  int32_t own() const { return own_; }  // of them, those that fire for their own

 private:
  void Push(int32_t m, int32_t p, const Timer& timer);
  void Fire(int32_t m, int32_t p, const Timer& timer);
  // What the trace says of who waits for it.
  int64_t WaiterOf(const Timer& timer) const;

  int32_t count_ = 0;
  int32_t own_ = 0;
  uint64_t order_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_TIMERS_H_
