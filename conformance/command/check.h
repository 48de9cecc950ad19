// `proctor check`: puts one implementation to the test, scenario by scenario, and reports.

#ifndef PROCTOR_CONFORMANCE_COMMAND_CHECK_H_
#define PROCTOR_CONFORMANCE_COMMAND_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"

namespace proctor {

struct CheckOptions {
  std::string implementation;
  std::string clauses = "*";           // globs
  TierSet tiers = 0;                   // 0: those that the implementation's evidence is for
  std::vector<std::string> scenarios;  // names or files; empty: those that the clauses need
  uint64_t seed = 1;
  int64_t budget_ms = 120'000;     // no scenario starts after it
  int64_t worlds = 100'000;        // random ones, for tier V
  std::string out;                 // folder for the report; empty: none
  std::string expectations;        // file; empty: the implementation's own
  std::optional<Profile> profile;  // else by the version that the implementation declares
};

// Returns the exit status. Whatever was gathered when something fails is reported.
int Check(const CheckOptions& options);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_CHECK_H_
