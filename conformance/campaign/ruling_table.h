// The rulings of a campaign: one for each clause and tier that was asked for, combined from all
// evidence.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_RULING_TABLE_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_RULING_TABLE_H_

#include <map>
#include <span>
#include <string>
#include <utility>

#include "conformance/campaign/selection.h"
#include "conformance/judge/verdict.h"

namespace proctor {

class RulingTable {
 public:
  // The selection outlives the table.
  RulingTable(const Selection& selection, TierSet tiers) : selection_(selection), tiers_(tiers) {}

  // Those of clauses and tiers that were not asked for are left out.
  void Take(const Ruling& ruling);

  // The same verdict on each of the clauses in each of the tiers that can decide it.
  void TakeForAll(std::span<const ClauseId> clauses, TierSet tiers, Verdict verdict,
                  const std::string& message);

  // Whether it was asked for.
  bool Wants(ClauseId clause, Tier tier) const {
    return selection_.Has(clause) && (tier & tiers_ & GetClause(clause).tiers) != 0;
  }

  void Forget() { rulings_.clear(); }

  // nullptr: nothing was said of it.
  const Ruling* Find(ClauseId clause, Tier tier) const;

 private:
  const Selection& selection_;
  const TierSet tiers_;
  std::map<std::pair<ClauseId, Tier>, Ruling> rulings_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_RULING_TABLE_H_
