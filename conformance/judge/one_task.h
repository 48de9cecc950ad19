// Hand-made evidence, for tests: a monitor beside one task, behind which another may be.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_JUDGE_ONE_TASK_H_
#define PROCTOR_CONFORMANCE_JUDGE_ONE_TASK_H_

#include <cstdint>

#include "conformance/judge/trace_builder.h"

namespace proctor {

inline constexpr int64_t kTask = 1;
inline constexpr int64_t kBehind = 2;

// This number of samples, all of them wrong, breaks a rule.
inline constexpr int kEnough = 6;

// A monitor, and one task that never ends.
inline TraceBuilder OneTask(int64_t procs) {
  TraceBuilder trace;
  trace.header.in_force.procs = procs;
  trace.header.in_force.gc_percent = -1;
  trace.Run(2, 20 * kUs).Start(kTask);
  return trace;
}

inline void Spawn(TraceBuilder& trace) {
  trace.Add(EventKind::kTaskSpawn, {{Arg::kTask, kBehind}}, kTask);
}

inline void Yield(TraceBuilder& trace) { trace.Begin(kTask, Op::kYield).End(kTask, Op::kYield); }

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_ONE_TASK_H_
