// Mutants of the reference monitor: each deviates in one step, one constant or one call of its
// host, and is otherwise the reference itself. A judge that does not notice the mutant of its
// clause is worth nothing.
//
// They are written against the runtime's interface alone, so that they run in virtual time and for
// real alike.
//
// Thread safety: constant. A mutant's monitor keeps its state on its stack.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_MONITOR_MUTANTS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_MONITOR_MUTANTS_H_

#include <optional>
#include <span>
#include <string_view>

#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"
#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor {

struct MonitorMutant {
  std::string_view name;              // in snake_case
  ClauseId clause;                    // the one that must notice, and among the first
  std::string_view text;              // what it does, in one sentence
  std::string_view origin = {};       // the real bug it comes from: "golang/go#13458"
  Profile profile = kDefaultProfile;  // in which it shows
  // The whole life of such a monitor: returns when the host's Sleep says that the runtime is
  // ending.
  void (*run)(runtime::Host& host, const runtime::Constants& constants) = nullptr;
  std::optional<ClauseId> consequence = {};  // what it violates later, too (mutants/mutant.h)
};

std::span<const MonitorMutant> MonitorMutants();

// nullptr: no such mutant.
const MonitorMutant* FindMonitorMutant(std::string_view name);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_MONITOR_MUTANTS_H_
