// The keeper of a child: a small process between the harness and the child. It takes in the orphans
// of all that lives below it, and ends the child and everything below it, whatever sessions and
// groups they are in, as soon as the harness asks for it or is gone itself, also by SIGKILL.
//
// It is forked and never execs: it does only what is safe after a fork of a process with threads.
//
// Thread safety: for the one thread that is left after a fork.

#ifndef PROCTOR_CONFORMANCE_PROCESS_KEEPER_H_
#define PROCTOR_CONFORMANCE_PROCESS_KEEPER_H_

#include <sys/types.h>

#include "conformance/process/child.h"

namespace proctor {

// What a keeper writes to its report pipe: first that the child is there, then how it ended. The
// end of the file means that nothing is left.
struct KeeperReport {
  pid_t pid;   // of the child; -errno: there is none
  int code;    // of siginfo: CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0: it has just been started
  int status;  // of siginfo
};

// Starts the child and looks after it. `leash`: a pipe's end; a byte or the end of the file ask it
// to end everything. `report`: where the reports go.
[[noreturn]] void RunKeeper(int leash, int report, const ChildPlan& plan);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_KEEPER_H_
