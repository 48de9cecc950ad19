#include "conformance/campaign/selection.h"

#include <fmt/core.h>

#include <algorithm>

#include "conformance/json/json.h"

namespace proctor {
namespace {

std::string NamesOf(ProfileSet profiles) {
  std::string names;
  for (const Profile profile : kProfiles) {
    if ((profiles & profile) == 0) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", ProfileName(profile));
  }
  return names;
}

}  // namespace

bool Selection::Has(ClauseId clause) const {
  return std::ranges::find(clauses, clause) != clauses.end();
}

std::optional<Selection> SelectClauses(std::string_view globs, std::string& error) {
  Selection selection;
  for (size_t start = 0; start <= globs.size();) {
    const size_t comma = std::min(globs.find(',', start), globs.size());
    const std::string_view glob = globs.substr(start, comma - start);
    start = comma + 1;
    SelectedPart part{.glob = std::string(glob), .clauses = MatchClauses(glob)};
    if (glob.empty()) {
      error = fmt::format("--clauses: an empty part in '{}'", Quoted(globs));
      return std::nullopt;
    }
    if (part.clauses.empty()) {
      error = fmt::format("--clauses: no clause matches '{}'; `proctor list clauses` shows all",
                          Quoted(glob));
      return std::nullopt;
    }
    selection.parts.push_back(std::move(part));
  }
  for (const Clause& clause : Clauses()) {
    const bool selected = std::ranges::any_of(selection.parts, [&](const SelectedPart& part) {
      return std::ranges::find(part.clauses, clause.id) != part.clauses.end();
    });
    if (selected) selection.clauses.push_back(clause.id);
  }
  return selection;
}

std::string WhyNotJudged(const SelectedPart& part, TierSet tiers, std::optional<Profile> profile) {
  TierSet by = 0;
  ProfileSet in = 0;
  for (const ClauseId id : part.clauses) {
    const Clause& clause = GetClause(id);
    const bool in_tiers = (clause.tiers & tiers) != 0;
    const bool in_profile = !profile || (clause.profiles & *profile) != 0;
    if (in_tiers && in_profile) return "";
    by |= clause.tiers;
    in |= clause.profiles;
  }
  if ((by & tiers) == 0) {
    return fmt::format("--clauses: '{}' is decided by {} only, and here {} can judge",
                       Quoted(part.glob), TierNames(by), TierNames(tiers));
  }
  return fmt::format("--clauses: '{}' holds in {} only, and this is {}", Quoted(part.glob),
                     NamesOf(in), ProfileName(*profile));
}

}  // namespace proctor
