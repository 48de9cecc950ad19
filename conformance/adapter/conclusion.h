// What is made of a run once its process is gone: the headers of its traces, the runtime's own
// trace and what was read of its variables as evidence of their own, and whether the adapter did
// what the scenario says.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_CONCLUSION_H_
#define PROCTOR_CONFORMANCE_ADAPTER_CONCLUSION_H_

#include <vector>

#include "conformance/adapter/driver.h"

namespace proctor {

// `stamps`: what the adapter was asked for; `observed`: an observer found the monitor, or that
// there was none.
void FillHeader(const Scenario& scenario, Stamps stamps, bool observed, Run& run);

// Holds what the adapter stamped against what it was asked to do; a mismatch makes the run an
// error. `done`: the adapter said that it is; `deadlocked`: the runtime reported a deadlock and
// ended by it, which is then explained.
void HoldAgainstScenario(const Scenario& scenario, bool done, bool deadlocked, Run& run);

// `trace`: the events that the runtime itself traced, by time. What the harness did and saw joins
// them; what the observer saw of the monitor stands in the trace already.
void TakeTrace(const std::vector<Event>& trace, Run& run);

// `inspected`: what was read at the stops of the monitor's thread, and what it was doing there.
void TakeInspected(std::vector<Event> inspected, Run& run);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_CONCLUSION_H_
