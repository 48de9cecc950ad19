#include "conformance/judge/judge.h"

#include <fmt/core.h>

#include <utility>

namespace proctor {

Judge::Judge(Tier tier, std::initializer_list<ClauseId> clauses, const EventKinds& kinds)
    : kinds_(kinds), needs_(clauses.size(), kinds) {
  if (kinds_.none()) kinds_.set();
  places_.fill(-1);
  for (ClauseId clause : clauses) {
    places_[static_cast<size_t>(clause)] = static_cast<int8_t>(rulings_.size());
    rulings_.push_back({.clause = clause, .tier = tier});
  }
}

void Judge::Needs(const EventKinds& kinds) {
  for (EventKinds& needs : needs_) needs = kinds;
}

void Judge::Needs(std::initializer_list<ClauseId> clauses, const EventKinds& kinds) {
  for (const ClauseId clause : clauses) {
    needs_[static_cast<size_t>(places_[static_cast<size_t>(clause)])] |= kinds;
  }
}

void Judge::Restrict(const EventKinds& emitted) {
  for (size_t i = 0; i < needs_.size(); ++i) {
    const EventKinds lacking = needs_[i] & ~emitted;
    if (lacking.none()) continue;
    rulings_[i].verdict = Verdict::kNotObservable;
    size_t kind = 0;
    while (!lacking[kind]) ++kind;
    rulings_[i].message = fmt::format("the evidence does not show the events '{}'",
                                      EventKindName(static_cast<EventKind>(kind)));
  }
}

std::span<const Ruling> Judge::TakeRulings() {
  for (Ruling& ruling : rulings_) Settle(ruling);
  return rulings_;
}

void Judge::Settle(Ruling& ruling) {
  const int64_t kept = std::exchange(kept_[static_cast<size_t>(ruling.clause)], 0);
  if (kept == 0 || ruling.verdict == Verdict::kNotObservable) return;
  ruling.triggers += kept;
  if (ruling.verdict == Verdict::kNotExercised) ruling.verdict = Verdict::kConforms;
}

void Judge::Violate(ClauseId clause, std::string message, std::vector<Event> evidence) {
  Ruling& ruling = Find(clause);
  if (ruling.verdict == Verdict::kNotObservable) return;
  ++ruling.triggers;
  if (ruling.verdict == Verdict::kViolates) return;
  ruling.verdict = Verdict::kViolates;
  ruling.message = std::move(message);
  ruling.evidence = std::move(evidence);
}

void Judge::LeaveOpen(ClauseId clause, std::string reason) {
  Ruling& ruling = Find(clause);
  if (ruling.verdict == Verdict::kViolates || ruling.verdict == Verdict::kNotObservable) return;
  ruling.verdict = Verdict::kInconclusive;
  ruling.message = std::move(reason);
}

void Judge::Explain(ClauseId clause, std::string message) {
  Ruling& ruling = Find(clause);
  Settle(ruling);
  if (ruling.verdict == Verdict::kConforms) ruling.message = std::move(message);
}

}  // namespace proctor
