// A plan: what a campaign was asked for, checked before anything runs. Everything that can be wrong
// with the request is found here.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_PLAN_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/selection.h"
#include "conformance/campaign/subject.h"
#include "conformance/contract/profile.h"
#include "conformance/debug_information/state_map.h"
#include "conformance/report/expectations.h"
#include "conformance/scenario/library.h"

namespace proctor {

// What the runs of an adapter can show.
inline constexpr TierSet kAdapterTiers = kT | kO | kX | kD;

struct CampaignRequest {
  std::string program = "proctor";     // how the user started this program, for replay lines
  std::string implementation;          // a name (implementations/implementation.h) or a path
  std::string clauses = "*";           // globs
  TierSet tiers = 0;                   // 0: those that the implementation's evidence is for
  std::vector<std::string> scenarios;  // names or files; empty: those that the clauses need
  uint64_t seed = 1;
  int64_t budget_ms = 120'000;     // no scenario starts after it
  int64_t worlds = 100'000;        // random ones, for tier V
  std::string state_map;           // file, for tier D; empty: one that comes with Proctor
  std::string expectations;        // file; empty: the implementation's own
  std::optional<Profile> profile;  // else by the version that the implementation declares
};

struct Plan {
  CampaignRequest request;
  std::optional<Subject> subject;  // the implementation's monitor, where this program holds it
  Selection selection;
  TierSet possible = 0;  // those that there can be evidence of
  TierSet tiers = 0;     // those that are to judge
  std::vector<NamedScenario> scenarios;
  Expectations expectations;
  std::vector<StateMap> state_maps;  // to look for the runtime's variables with

  // Whether the implementation's adapter is to run.
  bool RunsAdapter() const { return (tiers & kAdapterTiers) != 0; }
  bool RunsWorlds() const { return subject && (tiers & kV) != 0; }
};

// nullopt: `error`, in one line; all of them are wrong usage.
std::optional<Plan> MakePlan(const CampaignRequest& request, std::optional<Subject> subject,
                             std::string& error);

// The expectations in the file, or the built-in ones of the implementation where `path` is empty.
// nullopt: `error`.
std::optional<Expectations> LookUpExpectations(const std::string& path,
                                               const std::string& implementation,
                                               std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_PLAN_H_
