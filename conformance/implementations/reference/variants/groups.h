// The many variants that differ in one small thing, by kind.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_GROUPS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_GROUPS_H_

#include <vector>

#include "conformance/port/port.h"

namespace proctor {

std::vector<const proctor_implementation*> ReadingVariants();
std::vector<const proctor_implementation*> DoingVariants();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_VARIANTS_GROUPS_H_
