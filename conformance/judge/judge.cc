#include "conformance/judge/judge.h"

#include <cassert>
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

}  // namespace proctor
