// The hand-off of a processor whose thread is in a system call. In this order: work that waits here
// or globally gets a thread; so does work of the runtime's own; if nobody looks for work at all,
// somebody has to; a stopper gets the processor; and only what nobody wants goes idle.
//
// Thread safety: by the thread that took the processor, which is idle and on no list.

#ifndef PROCTOR_RUNTIME_SCHEDULER_HAND_OFF_H_
#define PROCTOR_RUNTIME_SCHEDULER_HAND_OFF_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

void HandOff(SchedulerParts& s, Processor& p) EXCLUDES(under_sched);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_HAND_OFF_H_
