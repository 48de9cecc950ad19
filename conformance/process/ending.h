// Whether a process is on its way out.
//
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_PROCESS_ENDING_H_
#define PROCTOR_CONFORMANCE_PROCESS_ENDING_H_

#include <sys/types.h>

namespace proctor {

// All its threads are in the kernel to end, or have ended: it runs nothing of its own any more, and
// what is still missing (giving back its memory, say, on a machine that is short of CPUs) is the
// kernel's. False where it cannot be seen.
bool IsEnding(pid_t process);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_ENDING_H_
