// A bundle: everything that replays one run in virtual time, as a file.
//
//   {"schema": "proctor-bundle/1", "implementation": "reference", "profile": "go1.20",
//    "clause": "CAD-2", "scenario": {...}, "choices": [0, 0, 3]}
//
// `choices` only where a schedule was enumerated instead of drawn from the scenario's seed.
//
// Thread safety: a Bundle is a plain value.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_BUNDLE_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_BUNDLE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

inline constexpr std::string_view kBundleSchema = "proctor-bundle/1";

struct Bundle {
  std::string implementation;
  Profile profile = kDefaultProfile;
  // Whose violation it shows; nullopt: a misbehaviour of another kind.
  std::optional<ClauseId> clause;
  Scenario scenario;
  std::optional<std::vector<uint32_t>> choices;
};

std::string FormatBundle(const Bundle& bundle);
// nullopt: `error` names the first thing wrong and its place, in one line. `ignored` gets the
// members that are unknown here, where it is not nullptr; those of the scenario are errors.
std::optional<Bundle> ParseBundle(std::string_view text, std::string& error,
                                  std::set<std::string>* ignored = nullptr);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_BUNDLE_H_
