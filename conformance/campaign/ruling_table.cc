#include "conformance/campaign/ruling_table.h"

namespace proctor {

void RulingTable::Take(const Ruling& ruling) {
  if (!selection_.Has(ruling.clause) || (ruling.tier & tiers_) == 0) return;
  const auto [place, is_new] = rulings_.try_emplace({ruling.clause, ruling.tier}, ruling);
  if (!is_new) place->second = Combine(place->second, ruling);
}

void RulingTable::TakeForAll(std::span<const ClauseId> clauses, TierSet tiers, Verdict verdict,
                             const std::string& message) {
  for (const ClauseId clause : clauses) {
    for (const Tier tier : kTiers) {
      if ((GetClause(clause).tiers & tiers & tier) == 0) continue;
      Take({.clause = clause, .tier = tier, .verdict = verdict, .message = message});
    }
  }
}

const Ruling* RulingTable::Find(ClauseId clause, Tier tier) const {
  const auto found = rulings_.find({clause, tier});
  return found != rulings_.end() ? &found->second : nullptr;
}

}  // namespace proctor
