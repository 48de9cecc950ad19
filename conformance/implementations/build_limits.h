// What a build may take, and how it fails.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_BUILD_LIMITS_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_BUILD_LIMITS_H_

#include <cstdint>

#include "conformance/process/stop_request.h"

namespace proctor {

enum class BuildFailure {
  kUnknownName,  // no such implementation
  kMissing,      // the toolchain is not on this machine
  kBroken,       // the adapter could not be built
  kNotInTime,    // its compiler took too long, or had to stop
};

// How long a build may take.
struct BuildLimits {
  int64_t within_ns = 300'000'000'000;
  const StopRequest* stop = nullptr;  // ends it at once when it is made
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_BUILD_LIMITS_H_
