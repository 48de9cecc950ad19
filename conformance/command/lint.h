// `proctor lint`: says what is wrong with an adapter, in the order in which to put it right.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_LINT_H_
#define PROCTOR_CONFORMANCE_COMMAND_LINT_H_

#include <cstdint>
#include <string>

#include "conformance/process/stop_request.h"

namespace proctor {

struct LintCommandOptions {
  std::string implementation;    // as for `check`
  int64_t deadline_ms = 10'000;  // for a handshake or a scenario of some milliseconds
};

// Returns the exit status.
int LintAdapter(const LintCommandOptions& options, StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_LINT_H_
