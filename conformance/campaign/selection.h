// A selection: which clauses were asked for, part by part ("CAD-*,DEEP-9" has two parts). A part
// that nothing was judged of must be said, so parts are kept.
//
// Thread safety: a Selection is a plain value.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_SELECTION_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_SELECTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/contract.h"

namespace proctor {

struct SelectedPart {
  std::string glob;  // as it was written
  std::vector<ClauseId> clauses;
};

struct Selection {
  std::vector<SelectedPart> parts;
  std::vector<ClauseId> clauses;  // of all parts, each once, in the order of the contract

  bool Has(ClauseId clause) const;
};

// nullopt: a part is empty or matches no clause; `error`.
std::optional<Selection> SelectClauses(std::string_view globs, std::string& error);

// Why nothing of the part can be judged by these tiers, or in that profile where it is known:
// "--clauses: 'CYC-1' is decided by tier V only, and tiers T,O,X were to judge". Empty: it can.
std::string WhyNotJudged(const SelectedPart& part, TierSet tiers, std::optional<Profile> profile);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_SELECTION_H_
