// The parts that the table of monitor mutants is made of, and what they share.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_GROUPS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_GROUPS_H_

#include <span>

#include "conformance/implementations/reference/mutants/monitor_mutants.h"
#include "runtime/sysmon/sysmon.h"

namespace proctor::mutants {

std::span<const MonitorMutant> AtBorders();
std::span<const MonitorMutant> Carried();
std::span<const MonitorMutant> Missing();
std::span<const MonitorMutant> OfCadence();
std::span<const MonitorMutant> OfDeepSleep();
std::span<const MonitorMutant> OfDuties();
std::span<const MonitorMutant> OfRetake();
std::span<const MonitorMutant> Unasked();

// A monitor that overrides a step.
template <typename Deviant>
void Run(runtime::Host& host, const runtime::Constants& constants) {
  Deviant(host, constants).Run();
}

// The reference with a constant of its own.
template <auto change>
void RunWith(runtime::Host& host, const runtime::Constants& constants) {
  runtime::Constants changed = constants;
  change(changed);
  runtime::Monitor(host, changed).Run();
}

// The reference whose calls go through a host that passes all but a few of them on.
template <typename Between>
void RunBehind(runtime::Host& host, const runtime::Constants& constants) {
  Between between(host, constants);
  runtime::Monitor(between, constants).Run();
}

}  // namespace proctor::mutants

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_MUTANTS_GROUPS_H_
