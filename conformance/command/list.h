// `proctor list` and `proctor explain`.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_LIST_H_
#define PROCTOR_CONFORMANCE_COMMAND_LIST_H_

#include <string>

namespace proctor {

// Prints all clauses, scenarios or implementations, a line each. Returns the exit status.
int ListClauses();
int ListScenarios();
int ListImplementations();
// Hunts for all mutants, and prints for each the clauses that notice it. A violation: one survives.
int ListMutants();
// Prints the changed Go toolchains that ci/go_mutants grades: by which clause and which kinds of
// evidence each must be found, and those that nothing may accuse.
int ListGoMutants();

// Prints a clause: text, level, evidence, profiles, and the scenarios that put it to the test.
int Explain(const std::string& clause);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_LIST_H_
