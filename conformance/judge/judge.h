// Judges: streaming monitors over evidence, one per group of clauses that share a state machine.
//
// A judge never asks who made the evidence. It counts each time a clause is put to the test (a
// trigger) and names the events that decide a finding. Its memory does not grow with the evidence.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_JUDGE_JUDGE_H_
#define PROCTOR_CONFORMANCE_JUDGE_JUDGE_H_

#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "conformance/contract/contract.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/judge/verdict.h"

namespace proctor {

class Judge {
 public:
  virtual ~Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // The next event; times never go backwards.
  virtual void Observe(const Event& event) = 0;

  // The evidence is complete: what is still open is decided now. Called once.
  virtual void Close() {}

  // The kinds of events that it looks at; Observe need not be called with the others.
  const EventKinds& kinds() const { return kinds_; }

  // Called once, before the first event, with the kinds that the evidence shows: a clause that
  // needs one which is not among them is kNotObservable from now on.
  virtual void Restrict(const EventKinds& emitted);

  // To be called after Close: one per clause of the judge.
  std::span<const Ruling> TakeRulings();

 protected:
  // `clauses` are those this judge decides at `tier`; `kinds` those that it looks at; empty: all.
  // What is looked at is needed, unless Needs says what is.
  Judge(Tier tier, std::initializer_list<ClauseId> clauses, const EventKinds& kinds = {});

  // Without these kinds of events the clauses cannot be decided: what never shows must not look
  // like what never happened. For all clauses of the judge; for some of them, in addition.
  void Needs(const EventKinds& kinds);
  void Needs(std::initializer_list<ClauseId> clauses, const EventKinds& kinds);

  // The clause was put to the test, and so far kept.
  void Trigger(ClauseId clause, int64_t times = 1) {
    assert(Declares(clause));
    kept_[static_cast<size_t>(clause)] += times;
  }

  // The clause is broken. The first violation of a clause stays; later ones only count as triggers.
  void Violate(ClauseId clause, std::string message, std::vector<Event> evidence);

  // No decision was possible, for the reason given. A violation outweighs it.
  void LeaveOpen(ClauseId clause, std::string reason);

  // The rulings of a judge that is part of this one, which declares no clauses of its own.
  void Adopt(std::span<const Ruling> rulings) {
    rulings_.insert(rulings_.end(), rulings.begin(), rulings.end());
  }

  // What to say of a clause that is kept, e.g. the statistics.
  void Explain(ClauseId clause, std::string message);

  // What was measured of it. What is measured first stays.
  void Measure(ClauseId clause, const Measured& measured) {
    std::optional<Measured>& place = Find(clause).measured;
    if (!place) place = measured;
  }

  std::span<const Ruling> rulings() const { return rulings_; }

 private:
  bool Declares(ClauseId clause) const { return places_[static_cast<size_t>(clause)] >= 0; }
  Ruling& Find(ClauseId clause) {
    assert(Declares(clause) && "a judge spoke of a clause that it did not declare");
    return rulings_[static_cast<size_t>(places_[static_cast<size_t>(clause)])];
  }
  void Settle(Ruling& ruling);

  EventKinds kinds_;
  std::vector<Ruling> rulings_;
  std::vector<EventKinds> needs_;            // of each clause in rulings_
  std::array<int8_t, kClauseCount> places_;  // of each clause in rulings_; -1: not declared
  // Triggers that are not in rulings_ yet. By clause, which code knows: a judge counts often.
  std::array<int64_t, kClauseCount> kept_{};
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_JUDGE_JUDGE_H_
