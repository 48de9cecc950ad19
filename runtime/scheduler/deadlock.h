// The deadlock check, and what happens when it finds one.
//
// It runs when a thread goes idle, when the monitor counts itself out, and when it has pretended
// that one thread more was running. If no thread runs, and none blocks in the poller (that one
// counts as running), then nobody can ever make a task runnable but a timer.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_DEADLOCK_H_
#define PROCTOR_RUNTIME_SCHEDULER_DEADLOCK_H_

#include <string>

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// Reports what it finds, with the lock dropped, and does not return then.
void CheckDeadlock(SchedulerParts& s) REQUIRES(under_sched);

// Ends the process with a report on standard error and status 2.
[[noreturn]] void Fatal(SchedulerParts& s, const std::string& report);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_DEADLOCK_H_
