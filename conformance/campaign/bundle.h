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
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

inline constexpr std::string_view kBundleSchema = "proctor-bundle/1";

struct Bundle {
  std::string implementation;
  Profile profile = kGo1_20;
  std::optional<ClauseId>
      clause;  // whose violation it shows; nullopt: a misbehaviour of another kind
  Scenario scenario;
  std::optional<std::vector<uint32_t>> choices;
};

std::string FormatBundle(const Bundle& bundle);
// nullopt: `why` names the first thing wrong and its place, in one line.
std::optional<Bundle> ParseBundle(std::string_view json, std::string& why);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_BUNDLE_H_
