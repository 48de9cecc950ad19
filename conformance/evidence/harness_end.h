// How a process's end by the harness itself stands in evidence: no status of its own says anything.
//
// Thread safety: a constant.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_HARNESS_END_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_HARNESS_END_H_

#include <cstdint>

namespace proctor {

// The status of a `process_exit`, at the time at which the harness ended it: the scenario's budget
// had passed.
inline constexpr int64_t kEndedByHarness = -1;

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_HARNESS_END_H_
