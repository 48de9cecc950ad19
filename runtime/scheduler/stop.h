// Stop-the-world, changing the number of processors while it lasts, and running a function for
// every processor without stopping any.
//
// Every processor ends up stopped: the idle ones and those in system calls are taken here, the
// others are asked to stop themselves, again and again, as a request may miss. The task that stops
// the world keeps its thread and its processor, and is the only one that runs.
//
// Thread safety: in a task.

#ifndef PROCTOR_RUNTIME_SCHEDULER_STOP_H_
#define PROCTOR_RUNTIME_SCHEDULER_STOP_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// One task at a time; others wait. Between the two the caller is the only one that runs, and must
// not wait for anything.
void StopTheWorld(SchedulerParts& s) EXCLUDES(under_sched);
void StartTheWorld(SchedulerParts& s) EXCLUDES(under_sched);
// 1 to kProcsMost; otherwise nothing happens.
void ChangeProcs(SchedulerParts& s, int32_t procs) EXCLUDES(under_sched);
// Has the function called once for every processor, by a thread that is at a safe point for it:
// between two tasks, or entering a system call, or by the thread that hands it off. The function
// must be short and take no lock. Returns when all are done.
void RunForEachProcessor(SchedulerParts& s, SafePoints::Function function) EXCLUDES(under_sched);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_STOP_H_
