// Stamps by a clock that goes in steps of a tick: values that are judged would be wrong by a step,
// in both directions.
//
// Thread safety: pure.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_COARSE_CLOCK_H_
#define PROCTOR_CONFORMANCE_ADAPTER_COARSE_CLOCK_H_

#include <span>
#include <string>

#include "conformance/evidence/event.h"

namespace proctor {

// What is wrong with the adapter's clock, in one line; "": nothing that these events show. They are
// in the order of time; those that the adapter does not make are passed over.
std::string FindCoarseClock(std::span<const Event> events);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_COARSE_CLOCK_H_
