// Operations built in short, for scenarios that code makes.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_SCENARIO_OPERATIONS_H_
#define PROCTOR_CONFORMANCE_SCENARIO_OPERATIONS_H_

#include <cstdint>

#include "conformance/scenario/scenario.h"

namespace proctor {

// One that lasts (spin, work, block, calls, sleep), or another one without its other members.
inline Operation For(Op op, int64_t duration_ns = 0) {
  return {.op = op, .duration_ns = duration_ns};
}

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SCENARIO_OPERATIONS_H_
