// RapidCheck generators of valid scenarios. Whatever they shrink to is valid as well.
//
// Thread safety: none; RapidCheck draws on one thread at a time.

#ifndef PROCTOR_CONFORMANCE_SCENARIO_GENERATORS_H_
#define PROCTOR_CONFORMANCE_SCENARIO_GENERATORS_H_

#include <rapidcheck.h>

#include "conformance/scenario/scenario.h"

namespace proctor {

struct ScenarioBounds {
  int32_t tasks_most = 8;
  int32_t ops_most = 8;
  int64_t duration_ns_most = 100'000'000;
  int64_t procs_most = 8;
  bool timers = true;  // tasks also set timers for their own, and change procs
};

// Tasks of every kind of operation over a few channels and descriptors, with events from outside.
// Nothing guarantees that such a scenario ends: tasks may wait for each other for ever.
rc::Gen<Scenario> ArbitraryScenario(const ScenarioBounds& bounds = {});

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SCENARIO_GENERATORS_H_
