#include "conformance/judge/judge.h"

#include <cassert>
#include <map>
#include <utility>

namespace proctor {

Judge::Judge(Tier tier, std::initializer_list<ClauseId> clauses) {
  for (ClauseId clause : clauses) rulings_.push_back({.clause = clause, .tier = tier});
}

Ruling& Judge::Find(ClauseId clause) {
  for (Ruling& ruling : rulings_) {
    if (ruling.clause == clause) return ruling;
  }
  assert(!"a judge spoke of a clause that it did not declare");
  return rulings_.front();
}

void Judge::Trigger(ClauseId clause, int64_t times) {
  Ruling& ruling = Find(clause);
  ruling.triggers += times;
  if (ruling.verdict == Verdict::kNotExercised) ruling.verdict = Verdict::kConforms;
}

void Judge::Violate(ClauseId clause, std::string message, std::vector<Event> evidence) {
  Ruling& ruling = Find(clause);
  ++ruling.triggers;
  if (ruling.verdict == Verdict::kViolates) return;
  ruling.verdict = Verdict::kViolates;
  ruling.message = std::move(message);
  ruling.evidence = std::move(evidence);
}

void Judge::LeaveOpen(ClauseId clause, std::string reason) {
  Ruling& ruling = Find(clause);
  if (ruling.verdict == Verdict::kViolates) return;
  ruling.verdict = Verdict::kInconclusive;
  ruling.message = std::move(reason);
}

void Judge::Explain(ClauseId clause, std::string message) {
  Ruling& ruling = Find(clause);
  if (ruling.verdict == Verdict::kConforms) ruling.message = std::move(message);
}

Panel::Panel(const Header& header) : header_(header), judges_(MakeJudges(header)) {}

void Panel::Observe(const Event& event) {
  for (const auto& judge : judges_) judge->Observe(event);
}

std::vector<Ruling> Panel::Close() {
  std::map<std::pair<ClauseId, Tier>, Ruling> decided;
  for (const auto& judge : judges_) {
    judge->Close();
    for (const Ruling& ruling : judge->rulings()) {
      const auto [place, is_new] = decided.try_emplace({ruling.clause, ruling.tier}, ruling);
      if (!is_new) place->second = Combine(place->second, ruling);
    }
  }
  std::vector<Ruling> rulings;
  for (const Clause& clause : Clauses()) {
    if ((clause.profiles & header_.profile) == 0) continue;
    for (Tier tier : kTiers) {
      if ((clause.tiers & header_.tiers & tier) == 0) continue;
      const auto found = decided.find({clause.id, tier});
      if (found != decided.end()) {
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
