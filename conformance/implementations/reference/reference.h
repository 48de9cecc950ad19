// The reference monitor as one that plugs in.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_REFERENCE_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_REFERENCE_H_

#include "conformance/port/port.h"

namespace proctor {

const proctor_implementation& ReferenceImplementation();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_REFERENCE_H_
