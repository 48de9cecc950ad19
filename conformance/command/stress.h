// `proctor stress`: workloads and faults on one implementation until a budget ends.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_STRESS_H_
#define PROCTOR_CONFORMANCE_COMMAND_STRESS_H_

#include <string>

#include "conformance/process/stop_request.h"
#include "stress/run/stress_run.h"

namespace proctor {

struct StressOptions {
  StressRequest request;
  std::string out;  // folder for the report, and for cases that fail; empty: none
};

// Returns the exit status. Interrupted, it reports what there is.
int Stress(const StressOptions& options, StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_STRESS_H_
