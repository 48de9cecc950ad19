// Preemption: the request, the signal, and how the task gives way.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_PREEMPTION_H_
#define PROCTOR_CONFORMANCE_WORLD_PREEMPTION_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Preemption : private Part {
 public:
  using Part::Part;

  // Asks the task on p to yield.
  void Preempt(int32_t m, int32_t p);
  void PreemptAll(int32_t m);
  void OnSignal(int32_t m);
  // To the tail of the global queue, and on to the next task.
  void PutBack(int32_t m, OutReason reason);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_PREEMPTION_H_
