// The processes below another one: its children, theirs, and so on.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_PROCESS_DESCENDANTS_H_
#define PROCTOR_CONFORMANCE_PROCESS_DESCENDANTS_H_

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace proctor {

// Those that there are at this moment, children before theirs; also what has ended and was not
// reaped.
std::vector<pid_t> DescendantsOf(pid_t ancestor);

// Whether one of them has not ended.
bool HasLivingDescendants(pid_t ancestor);

// Sends a signal to all of them, and to those that are started meanwhile, and waits until each has
// ended; false: some have not by `deadline_ns` (CLOCK_MONOTONIC). The ancestor must be one that
// takes in orphans.
bool EndDescendants(pid_t ancestor, int signal, int64_t deadline_ns);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_DESCENDANTS_H_
