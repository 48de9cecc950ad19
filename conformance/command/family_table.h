// A family of processes as `proctor observe --follow-children` prints it: a row for each.
//
// Thread safety: a plain function.

#ifndef PROCTOR_CONFORMANCE_COMMAND_FAMILY_TABLE_H_
#define PROCTOR_CONFORMANCE_COMMAND_FAMILY_TABLE_H_

#include <string>

#include "conformance/campaign/family_observation.h"

namespace proctor {

// The table, and below it what is violated. `by_version`: nobody named a profile, so releases that
// are not known here are said.
std::string FamilyTable(const FamilyObservation& family, bool by_version);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_FAMILY_TABLE_H_
