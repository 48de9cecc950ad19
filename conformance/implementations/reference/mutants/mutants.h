// The reference's mutants: its broken monitors, and the right one in worlds that are broken on
// their own side of the contract.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_MUTANTS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_MUTANTS_H_

#include <span>
#include <string_view>

#include "conformance/mutants/mutant.h"

namespace proctor {

// Broken monitors first.
std::span<const Mutant> Mutants();

// nullptr: no such mutant.
const Mutant* FindMutant(std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_MUTANTS_H_
