// All mutants: broken monitors, and worlds that are broken on their own side of the contract. Each
// deviates once, and names the clause that must notice; what the judges make of it shows what they
// are worth.
//
// Thread safety: constant; a hunt starts the threads that its options ask for.

#ifndef PROCTOR_CONFORMANCE_MUTANTS_MUTANTS_H_
#define PROCTOR_CONFORMANCE_MUTANTS_MUTANTS_H_

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/campaign/subject.h"
#include "conformance/campaign/virtual_run.h"
#include "conformance/contract/contract.h"

namespace proctor {

struct Mutant {
  std::string_view name;    // in snake_case
  ClauseId clause;          // the one that must notice
  std::string_view text;    // what it does, in one sentence
  std::string_view origin;  // the real bug it comes from; "" where there is none
  Profile profile;          // in which it shows
  Subject subject;
};

// Broken monitors first.
std::span<const Mutant> Mutants();

// nullptr: no such mutant.
const Mutant* FindMutant(std::string_view name);

// What the suite makes of a mutant.
struct Hunt {
  const Mutant* mutant = nullptr;
  std::set<ClauseId> noticed;  // clauses that it was found to violate
  int64_t worlds = 0;          // judged
  bool killed() const { return noticed.contains(mutant->clause); }
};

// With the suite's own campaign, until the mutant's clause is violated.
Hunt HuntUntilKilled(const Mutant& mutant, int32_t threads = 1);
// With a small campaign, for all clauses that notice it; where the mutant's own is not among them,
// until killed.
Hunt HuntForAll(const Mutant& mutant, int32_t threads = 1);

// The matrix clause x mutant as a table: a mutant a row, the clause that must notice it, and those
// that do besides.
std::string MatrixMarkdown(std::span<const Hunt> hunts);
// The same as comma-separated values, a clause a column: K where the one that must notice it does,
// x where another one does, ! where the one that must does not.
std::string MatrixCsv(std::span<const Hunt> hunts);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_MUTANTS_MUTANTS_H_
