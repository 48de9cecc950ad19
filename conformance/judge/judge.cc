#include "conformance/judge/judge.h"

#include <utility>

namespace proctor {

Judge::Judge(Tier tier, std::initializer_list<ClauseId> clauses,
             std::initializer_list<EventKind> kinds) {
  for (EventKind kind : kinds) kinds_.set(static_cast<size_t>(kind));
  if (kinds_.none()) kinds_.set();
  places_.fill(-1);
  for (ClauseId clause : clauses) {
    places_[static_cast<size_t>(clause)] = static_cast<int8_t>(rulings_.size());
    rulings_.push_back({.clause = clause, .tier = tier});
  }
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

}  // namespace proctor
