#include "conformance/judge/panel.h"

#include <algorithm>
#include <map>
#include <utility>

#include "conformance/judge/identity.h"
#include "conformance/judge/observed.h"
#include "conformance/judge/snapshots/snapshots.h"
#include "conformance/judge/stamps.h"
#include "conformance/judge/white_box/white_box_panel.h"

namespace proctor {

namespace {

// All judges that can say something about evidence with this header: those of its tiers whose
// clauses hold in its profile and whose kinds of events it emits.
std::vector<std::unique_ptr<Judge>> MakeJudges(const Header& header, bool filter,
                                               std::span<const ClauseId> wanted) {
  std::vector<std::unique_ptr<Judge>> judges;
  if ((header.tiers & kO) != 0) AddObservedJudges(header, judges);
  if ((header.tiers & kX) != 0) AddStampJudges(header, judges);
  if ((header.tiers & kT) != 0 && header.emits[static_cast<size_t>(EventKind::kMonitorStart)]) {
    judges.push_back(std::make_unique<IdentityJudge>(kT, header));
  }
  for (const Tier tier : {kV, kT}) {
    if ((header.tiers & tier) == 0) continue;
    std::unique_ptr<Judge> panel = white_box::MakeWhiteBoxPanel(tier, header, filter, wanted);
    if (panel != nullptr) judges.push_back(std::move(panel));
  }
  if ((header.tiers & kD) != 0) {
    std::unique_ptr<Judge> panel = snapshots::MakeSnapshotPanel(header);
    if (panel != nullptr) judges.push_back(std::move(panel));
  }
  return judges;
}

}  // namespace

Panel::Panel(const Header& header, bool filter, std::span<const ClauseId> wanted)
    : header_(header),
      wanted_(wanted.begin(), wanted.end()),
      judges_(MakeJudges(header, filter, wanted)) {
  for (const auto& judge : judges_) judge->Restrict(header.emits);
  for (size_t kind = 0; kind < kEventKinds; ++kind) {
    for (const auto& judge : judges_) {
      if (!filter || judge->kinds().test(kind)) by_kind_[kind].push_back(judge.get());
    }
  }
}

std::vector<Ruling> Panel::Close() {
  std::map<std::pair<ClauseId, Tier>, Ruling> decided;
  for (const auto& judge : judges_) {
    judge->Close();
    for (const Ruling& ruling : judge->TakeRulings()) {
      const auto [place, is_new] = decided.try_emplace({ruling.clause, ruling.tier}, ruling);
      if (!is_new) place->second = Combine(place->second, ruling);
    }
  }
  std::vector<Ruling> rulings;
  for (const Clause& clause : Clauses()) {
    if ((clause.profiles & header_.profile) == 0) continue;
    if (!wanted_.empty() && std::ranges::find(wanted_, clause.id) == wanted_.end()) continue;
    for (Tier tier : kTiers) {
      if ((clause.tiers & header_.tiers & tier) == 0) continue;
      const auto found = decided.find({clause.id, tier});
      const std::string absent = WhyNotPromised(header_.promises, clause.id, tier);
      if (!absent.empty()) {
        rulings.push_back({.clause = clause.id,
                           .tier = tier,
                           .verdict = Verdict::kUnsupported,
                           .message = "the adapter declares " + absent});
      } else if (found != decided.end()) {
        rulings.push_back(found->second);
      } else {
        rulings.push_back({.clause = clause.id,
                           .tier = tier,
                           .verdict = Verdict::kNotObservable,
                           .message = "the evidence lacks the events that could tell"});
      }
    }
  }
  return rulings;
}

}  // namespace proctor
