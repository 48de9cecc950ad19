// A hunt: what the suite's campaign makes of a mutant.
//
// Thread safety: a hunt starts the threads that it is asked for, and has joined them when it
// returns.

#ifndef PROCTOR_CONFORMANCE_MUTANTS_HUNT_H_
#define PROCTOR_CONFORMANCE_MUTANTS_HUNT_H_

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "conformance/mutants/mutant.h"

namespace proctor {

struct Hunt {
  const Mutant* mutant = nullptr;
  std::set<ClauseId> noticed;  // clauses that it was found to violate
  std::set<ClauseId> first;    // those violated first (campaign/first_violated.h)
  int64_t worlds = 0;          // judged
  bool killed() const {
    return noticed.contains(mutant->clause) &&
           (!mutant->consequence || noticed.contains(*mutant->consequence));
  }
  bool killed_at_once() const { return first.contains(mutant->clause); }
};

// With the suite's own campaign, until the mutant's clause is violated, or its consequence.
Hunt HuntUntilKilled(const Mutant& mutant, int32_t threads = 1);
// With a small campaign, for all clauses that notice it; where the mutant's own is not among them,
// until killed. And for those that notice it first.
Hunt HuntForAll(const Mutant& mutant, int32_t threads = 1);

// The matrix clause x mutant as a table: a mutant a row, the clause that must notice it, and those
// that do besides.
std::string MatrixMarkdown(std::span<const Hunt> hunts);
// The same as comma-separated values, a clause a column: K where the one that must notice it does,
// x where another one does, ! where the one that must does not.
std::string MatrixCsv(std::span<const Hunt> hunts);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_MUTANTS_HUNT_H_
