// The threads of a process.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_PROCESS_THREADS_H_
#define PROCTOR_CONFORMANCE_PROCESS_THREADS_H_

#include <sys/types.h>

#include <vector>

namespace proctor {

// The thread ids of a process, ascending; empty: it is gone.
std::vector<pid_t> ThreadsOf(pid_t process);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_THREADS_H_
