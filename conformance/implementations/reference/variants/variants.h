// Variants of the reference monitor: right, and different in single steps. No judge may accuse one
// of them; where one does, a judge or the contract is wrong.
//
// Each is also the library //conformance/implementations/reference/variants:NAME for
// --//conformance:implementation.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_VARIANTS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_VARIANTS_H_

#include <vector>

#include "conformance/port/port.h"

namespace proctor {

// Reads the clock wherever it may.
const proctor_implementation* ClockWatcherVariant();
// Looks three times before it sleeps deep, in another order, and at everything each time.
const proctor_implementation* LightSleeperVariant();
// Another order where there is none: what it looks at first in each duty, and when it follows the
// machine.
const proctor_implementation* OtherOrderVariant();
// Holds the lock of all processors for one of them at a time, and looks at the status again before
// it swaps.
const proctor_implementation* CarefulTakerVariant();

// These and many more that differ in one small thing: a value read twice, where either reading may
// count; reads for statistics only, anywhere; steps in another order where there is none.
std::vector<const proctor_implementation*> AllVariants();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_VARIANTS_H_
