// Workloads: families of scenarios that press a runtime's monitor, each a generator with a seed and
// an intensity. A right runtime ends every one of them, and its ledger balances.
//
// Thread safety: constant after program start; generators are pure.

#ifndef PROCTOR_STRESS_WORKLOADS_WORKLOADS_H_
#define PROCTOR_STRESS_WORKLOADS_WORKLOADS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/scenario/scenario.h"
#include "stress/workloads/draw.h"

namespace proctor {

inline constexpr int64_t kIntensityMost = 1000;

struct Workload {
  std::string_view name;          // also a part of the names of its scenarios
  std::string_view about;         // what it does, and what of the contract it presses
  std::vector<ClauseId> clauses;  // those
  // At intensity 1 it takes some tenths of a second; the load grows with it, not the duration of a
  // single operation.
  Scenario (*make)(Draw& draw, int64_t intensity);
};

std::span<const Workload> Workloads();
// nullptr: no such family.
const Workload* FindWorkload(std::string_view name);

// A valid scenario without a name. The seed decides what is stamped, too.
Scenario MakeScenario(const Workload& workload, uint64_t seed, int64_t intensity);

}  // namespace proctor

#endif  // PROCTOR_STRESS_WORKLOADS_WORKLOADS_H_
