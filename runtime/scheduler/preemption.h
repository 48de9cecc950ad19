// Preemption: the request, the signal, and how the task gives way.
//
// A request marks the task, which looks at the mark in calls of the runtime, and, where that is on,
// sends its thread a signal, which takes the task off its thread in code that agreed to it. Either
// may miss; who asked asks again. One signal in flight a thread is enough: a second one would find
// what the first one left.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_PREEMPTION_H_
#define PROCTOR_RUNTIME_SCHEDULER_PREEMPTION_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// The signal's handler, and the one that names the task whose stack overflows; once a process.
void InstallSignalHandlers();

// By the monitor or the stopper. Refused when nobody is there, or only the caller.
void RequestPreemption(SchedulerParts& s, Processor& p);
// Of every processor that runs something.
void RequestPreemptionOfAll(SchedulerParts& s);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_PREEMPTION_H_
