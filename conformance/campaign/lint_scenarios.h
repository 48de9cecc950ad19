// The small scenarios of lint: what an adapter is asked to do, operation by operation.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_LINT_SCENARIOS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_LINT_SCENARIOS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/adapter/protocol.h"
#include "conformance/contract/tunables.h"
#include "conformance/scenario/operations.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

inline constexpr int64_t kLintSleepNs = 40'000'000;  // the longest sleep
inline constexpr int64_t kLintCpuNs = 20'000'000;    // what computes between two stamps of cpu_time
inline constexpr int64_t kLintBlockNs = 100'000'000;  // the call beside a task that computes

bool Declares(const Handshake& handshake, Op op);

// Tasks that do the operation beside others, so that all that it can do is seen.
std::vector<Task> TasksFor(Op op);

// A scenario of the operation alone, and of what shows whether it does what it says.
Scenario ScenarioAlone(Op op, const Handshake& handshake);

// The operations that TasksFor needs beside the one that they are for.
std::vector<Op> NeedsOf(Op op);

// With the channels, descriptors and bytes that the tasks need.
Scenario ScenarioOf(const std::string& name, std::vector<Task> tasks);

// One that the contract's default is not, and that runtimes can do.
int64_t OtherValue(const TunableField& field, int64_t value);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_LINT_SCENARIOS_H_
