// A failure message: what a failing case says to the author of the monitor.
//
//   CAD-2 is violated: a shallow sleep of 40000 ns was requested, 20000 ns were due (idle = 3)
//     The contract: `delay` is `shallow_min` when `idle` = 0; ...
//     Decided by
//       0.000080120 s m1 shallow_sleep duration_ns=40000
//     In the world
//       {"schema": "proctor-scenario/1", ...}
//     Replay: proctor replay CAD-2.json
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_SUITE_FAILURE_MESSAGE_H_
#define PROCTOR_CONFORMANCE_SUITE_FAILURE_MESSAGE_H_

#include <string>
#include <string_view>

#include "conformance/campaign/virtual_run.h"

namespace proctor {

// Lines without a line break at the end. `replay` is the command that runs the counterexample's
// bundle again.
std::string FormatFailureMessage(const Counterexample& counterexample, std::string_view replay);

// The name of a file for the counterexample's bundle: "CAD-2.json", "misbehaviour.json".
std::string BundleFileName(const Bundle& bundle);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SUITE_FAILURE_MESSAGE_H_
