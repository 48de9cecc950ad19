// Deviations: faults that the world can have in its own half of the contract - the wakers, the exit
// from system calls, injection, hand-off - one at a time. A judge that misses its deviation is
// worth nothing.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_WORLD_DEVIATION_H_
#define PROCTOR_CONFORMANCE_WORLD_DEVIATION_H_

namespace proctor {

enum class Deviation {
  kNone,
#define DEVIATION(enumerator, name, clause, profile, origin, text) enumerator,
#include "conformance/world/deviations.def"
#undef DEVIATION
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_DEVIATION_H_
