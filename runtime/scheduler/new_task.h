// The birth and the end of a task.
//
// Thread safety: each says.

#ifndef PROCTOR_RUNTIME_SCHEDULER_NEW_TASK_H_
#define PROCTOR_RUNTIME_SCHEDULER_NEW_TASK_H_

#include "runtime/scheduler/parts.h"
#include "runtime/scheduler/task_function.h"

namespace proctor::runtime {

// A task that is gone still: who makes it changes that. `p`: the caller's processor, null: it has
// none. Ends the process if there is no memory for a stack.
Task* NewTask(SchedulerParts& s, Processor* p, TaskFunction function, const char* name, int64_t id);

// Makes a new task runnable; returns its number. From anywhere while the scheduler runs.
int64_t Spawn(SchedulerParts& s, TaskFunction function, const char* name);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_NEW_TASK_H_
