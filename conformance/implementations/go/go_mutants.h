// Go toolchains with one change each in their monitor, or in what surrounds it: what stands in
// mutants/mutants.json. The file is data for ci/go_mutants, which builds and grades them.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_GO_GO_MUTANTS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_GO_GO_MUTANTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"

namespace proctor {

struct GoMutant {
  std::string name;
  std::string about;
  std::optional<ClauseId> clause;     // that must find it; none: right and different, nothing may
  std::vector<std::string> tiers;     // by which kinds of evidence: "O", "X", "D"
  std::vector<std::string> releases;  // "go1.19", "go1.26"
};

// nullopt: `error` says what is wrong with the text and where.
std::optional<std::vector<GoMutant>> ParseGoMutants(std::string_view json, std::string& error);

// Those of this program.
std::string_view GoMutantsFile();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_GO_GO_MUTANTS_H_
