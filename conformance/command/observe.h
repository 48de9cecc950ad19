// `proctor observe`: watches the monitor of any process from outside, and reports.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_OBSERVE_H_
#define PROCTOR_CONFORMANCE_COMMAND_OBSERVE_H_

#include <string>

#include "conformance/campaign/observation.h"
#include "conformance/process/stop_request.h"

namespace proctor {

struct ObserveOptions {
  ObservationRequest request;
  bool follow_children = false;  // one row for each process that the command starts
  std::string out;               // folder for the report; empty: none
};

// Returns the exit status: a violation, else a command's own where that is not 0. With
// follow_children it is that of a failure where no process holds a Go runtime.
int Observe(const ObserveOptions& options, StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_OBSERVE_H_
