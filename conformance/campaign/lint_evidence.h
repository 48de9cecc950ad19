// What the stamps of lint's small scenarios say of an adapter beyond what its scenario asks for.
//
// Only what no right adapter can show is a fault, however busy the machine is: order, counts, and
// time in the one direction in which no machine makes it wrong.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LINT_EVIDENCE_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LINT_EVIDENCE_H_

#include <string>

#include "conformance/adapter/driver.h"

namespace proctor {

// Of a run of ScenarioAlone(op) (lint_scenarios.h) that matches its scenario. Empty: no fault is
// seen.
std::string FindFault(Op op, const Run& run);

// What does not balance in what the adapter gathered, or is not there at all. Empty: nothing.
std::string FindWrongGathered(const Scenario& scenario, const Gathered& gathered);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LINT_EVIDENCE_H_
