// The library of named scenarios: what the clauses need to be put to the test on a real runtime.
// Each is a file in library/, embedded in the program; `proctor check IMPLEMENTATION
// --scenario FILE` runs a copy of one.
//
// Thread safety: constant after program start.

#ifndef PROCTOR_CONFORMANCE_SCENARIO_LIBRARY_H_
#define PROCTOR_CONFORMANCE_SCENARIO_LIBRARY_H_

#include <span>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

struct NamedScenario {
  Scenario scenario;
  std::vector<ClauseId> clauses;  // those that it is there for
  // Those that it is there for in tier D: it runs once more while the runtime's variables are read.
  std::vector<ClauseId> inspected = {};
  // It runs only where those before it did not decide all of its clauses.
  bool only_where_open = false;
};

// In the order in which `proctor check` runs them. Every scenario is valid.
std::span<const NamedScenario> ScenarioLibrary();

// nullptr: no such scenario.
const NamedScenario* FindScenario(std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SCENARIO_LIBRARY_H_
