// A case of a stress run: a scenario, and what is done to the process meanwhile. It is written to a
// file before it runs; one that failed stays there, to be run first next time, and by itself:
//
//   {"schema": "proctor-stress-case/1", "fault": "signals", "about": "DEEP-9.X violates: ...",
//    "scenario": {...}}
//
// Thread safety: plain values and functions.

#ifndef PROCTOR_STRESS_RUN_STRESS_CASE_H_
#define PROCTOR_STRESS_RUN_STRESS_CASE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/judge/verdict.h"
#include "conformance/scenario/scenario.h"
#include "stress/faults/faults.h"

namespace proctor {

inline constexpr std::string_view kStressCaseSchema = "proctor-stress-case/1";

struct StressCase {
  const Fault* fault = nullptr;  // never null in a case that was made or read
  std::string about;             // how it failed; empty: it has not run
  Scenario scenario;             // with a name of its own
};

std::string FormatStressCase(const StressCase& stress_case);
// nullopt: `error`, in one line.
std::optional<StressCase> ReadStressCase(const std::string& path, std::string& error);

// What the fault does to a right runtime may look like this.
bool Excuses(const Fault& fault, const Ruling& ruling);

// Smaller cases that might fail alike, the smallest first; each is valid.
std::vector<StressCase> SmallerCases(const StressCase& stress_case);

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_STRESS_CASE_H_
