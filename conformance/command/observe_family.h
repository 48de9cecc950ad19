// `proctor observe --follow-children`: one row for each process that a command starts.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_OBSERVE_FAMILY_H_
#define PROCTOR_CONFORMANCE_COMMAND_OBSERVE_FAMILY_H_

#include "conformance/command/observe.h"
#include "conformance/process/stop_request.h"

namespace proctor {

// The exit status: a violation of any process, else the command's own, else 3 where none of them
// holds a Go runtime. With --out the trace of each monitor is kept, as traces/process_PID_N.jsonl.
int ObserveFamily(const ObserveOptions& options, const StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_OBSERVE_FAMILY_H_
