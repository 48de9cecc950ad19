// The small scenarios of lint: what an adapter is asked to do, operation by operation.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LINT_SCENARIOS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LINT_SCENARIOS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "conformance/contract/tunables.h"
#include "conformance/scenario/operations.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

inline constexpr int64_t kLintSleepNs = 40'000'000;  // the longest sleep
inline constexpr int64_t kLintCpuNs = 20'000'000;    // the spin between two stamps of cpu_time

// Tasks that do the operation beside others, so that all that it can do is seen.
std::vector<Task> TasksFor(Op op);

// The same for a scenario of the operation alone; `declared` are the operations that there are.
std::vector<Task> TasksAlone(Op op, const std::set<std::string>& declared);

// The operations that the tasks need beside the one that they are for.
std::vector<Op> NeedsOf(Op op);

// With the channels, descriptors and bytes that the tasks need.
Scenario ScenarioOf(const std::string& name, std::vector<Task> tasks);

// One that the contract's default is not, and that runtimes can do.
int64_t OtherValue(const TunableField& field, int64_t value);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LINT_SCENARIOS_H_
