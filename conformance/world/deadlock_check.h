// The deadlock check, and what happens when it finds one.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_DEADLOCK_CHECK_H_
#define PROCTOR_CONFORMANCE_WORLD_DEADLOCK_CHECK_H_

#include <cstdint>

#include "conformance/world/part.h"
#include "conformance/world/world.h"

namespace proctor {

class DeadlockCheck : private Part {
 public:
  using Part::Part;

  // Under sched; where it finds something it has dropped that lock, and the world has ended.
  void Run(int32_t m);

 private:
  void Fatal(int32_t m, WorldEnd end, EventKind kind, int64_t argument = 0);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_DEADLOCK_CHECK_H_
