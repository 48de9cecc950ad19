// What can be told of a process, or of a program, before it is observed: its Go version, and the
// settings that its environment makes.

#ifndef PROCTOR_CONFORMANCE_COMMAND_TARGET_H_
#define PROCTOR_CONFORMANCE_COMMAND_TARGET_H_

#include <sys/types.h>

#include <string>

#include "conformance/contract/tunables.h"

namespace proctor {

// "go1.20.7" from the build information inside the running program's file; empty where it has none.
std::string GoVersionOf(pid_t pid);

// The settings that GODEBUG, GOGC and GOMAXPROCS of the process make; procs as the runtime would
// choose it.
Tunables TunablesOf(pid_t pid);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_TARGET_H_
