// A thread's loop: it finds a task, runs it, and finishes what the task left behind. Tasks come
// from the processor's own queue, the global one, the network, other processors' queues and timers;
// a thread that finds none gives its processor back, looks once more, and sleeps.
//
// Thread safety: the thread's own.

#ifndef PROCTOR_RUNTIME_SCHEDULER_FIND_TASK_H_
#define PROCTOR_RUNTIME_SCHEDULER_FIND_TASK_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// Returns when the runtime is ending. The thread has a processor.
void RunLoop(SchedulerParts& s, Thread& thread) EXCLUDES(under_sched);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_FIND_TASK_H_
