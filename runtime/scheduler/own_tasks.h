// The runtime's own tasks, and collections: the helper, which the monitor asks for a collection
// when there was none for long, and the scavenger, which gives free memory back.
//
// Thread safety: each says.

#ifndef PROCTOR_RUNTIME_SCHEDULER_OWN_TASKS_H_
#define PROCTOR_RUNTIME_SCHEDULER_OWN_TASKS_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// Makes them runnable on the processor; before any thread runs. With no collector there are none.
void StartOwnTasks(SchedulerParts& s, Processor& p);
// In a task: a full collection, waited for.
void CollectNow(SchedulerParts& s);
// By the monitor, from time to time: follows the machine's number of processors, unless the user
// has fixed it. Only a task can stop the world for a change, so one is started.
void FollowMachine(SchedulerParts& s);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_OWN_TASKS_H_
