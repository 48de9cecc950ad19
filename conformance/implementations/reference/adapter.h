// The adapter of the reference runtime: a process that speaks conformance/adapter/PROTOCOL.md.
//
// Every scenario gets a runtime of its own, made with the scenario's tunables. After its end the
// main task waits for the next one in a system call, so that the idle runtime can be watched.
//
// Thread safety: RunAdapter once, by the main thread.

#ifndef PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_ADAPTER_H_
#define PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_ADAPTER_H_

#include "conformance/contract/profile.h"
#include "conformance/implementations/reference/run_timers.h"
#include "runtime/scheduler/options.h"

namespace proctor::reference {

// Returns the exit status at the end of the input. `profile`: which release line's monitor it is;
// `run_monitor`: another monitor than the reference's, if there is one; `make_timers`: other
// timers.
int RunAdapter(Profile profile, runtime::Options::RunMonitor run_monitor = {},
               MakeRunTimers make_timers = {});

}  // namespace proctor::reference

#endif  // PROCTOR_CONFORMANCE_IMPLEMENTATIONS_REFERENCE_ADAPTER_H_
