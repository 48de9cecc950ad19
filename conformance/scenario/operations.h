// Operations built in short, for scenarios that code makes.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_SCENARIO_OPERATIONS_H_
#define PROCTOR_CONFORMANCE_SCENARIO_OPERATIONS_H_

#include <cstdint>
#include <vector>

#include "conformance/scenario/scenario.h"

namespace proctor {

// One that lasts (spin, work, block, calls, sleep), or another one without its other members.
inline Operation For(Op op, int64_t duration_ns = 0) {
  return {.op = op, .duration_ns = duration_ns};
}

inline Operation SetTimer(int32_t timer, int64_t duration_ns) {
  return {.op = Op::kSetTimer, .duration_ns = duration_ns, .timer = timer};
}
inline Operation StopTimer(int32_t timer) { return {.op = Op::kStopTimer, .timer = timer}; }
inline Operation ResetTimer(int32_t timer, int64_t duration_ns) {
  return {.op = Op::kResetTimer, .duration_ns = duration_ns, .timer = timer};
}
// Puts a setting before each stop or reset of a timer that has none before it.
void SetTimersFirst(std::vector<Operation>& ops);

inline Operation Spawn(int32_t task) { return {.op = Op::kSpawn, .task = task}; }
inline Operation Send(int32_t channel) { return {.op = Op::kSend, .channel = channel}; }
inline Operation Receive(int32_t channel) { return {.op = Op::kReceive, .channel = channel}; }
inline Operation Allocate(int64_t bytes) { return {.op = Op::kAllocate, .bytes = bytes}; }
inline Operation ChangeProcs(int32_t procs) { return {.op = Op::kProcs, .procs = procs}; }

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SCENARIO_OPERATIONS_H_
