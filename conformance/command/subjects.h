// The monitors that this program holds, by the names that the command takes and bundles say.
//
//   reference       the reference monitor
//   mutant=NAME     one of the mutants that `proctor list mutants` shows
//   its own name    the monitor that was linked in with --//conformance:implementation
//
// Thread safety: constant after program start.

#ifndef PROCTOR_CONFORMANCE_COMMAND_SUBJECTS_H_
#define PROCTOR_CONFORMANCE_COMMAND_SUBJECTS_H_

#include <optional>
#include <string_view>

#include "conformance/campaign/subject.h"

namespace proctor {

// nullopt: there is none of that name.
std::optional<Subject> FindSubject(std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_SUBJECTS_H_
