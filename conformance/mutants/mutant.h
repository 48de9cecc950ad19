// A mutant: a broken monitor, or a right one in a world that is broken on its own side of the
// contract. Each deviates once, and names the clause that must notice; what the judges make of it
// shows what they are worth.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_MUTANTS_MUTANT_H_
#define PROCTOR_CONFORMANCE_MUTANTS_MUTANT_H_

#include <optional>
#include <string_view>
#include <vector>

#include "conformance/campaign/subject.h"
#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"
#include "conformance/port/port.h"

namespace proctor {

struct Mutant {
  std::string_view name;    // in snake_case
  ClauseId clause;          // the one that must notice, and among the first
  std::string_view text;    // what it does, in one sentence
  std::string_view origin;  // the real bug it comes from; "" where there is none
  Profile profile;          // in which it shows
  Subject subject;
  // What it violates later, as a consequence: a liveness clause, for instance, whose bound is over
  // only when what was due has been left out for long. It must be noticed, too.
  std::optional<ClauseId> consequence;
};

// The monitor given, which must be right, with each fault that a world can have
// (conformance/world/deviations.def).
std::vector<Mutant> WorldMutants(const proctor_implementation& right);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_MUTANTS_MUTANT_H_
