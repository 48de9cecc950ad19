// How tasks become runnable, and where they are put.
//
// Thread safety: any thread; what takes a Processor or a Thread belongs to its owner.

#ifndef PROCTOR_RUNTIME_SCHEDULER_RUNNABLE_H_
#define PROCTOR_RUNTIME_SCHEDULER_RUNNABLE_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// A waiting task: next on this processor if the caller has one, else on the global queue.
void Ready(SchedulerParts& s, Task* task);
// The same for many, in order.
void ReadyAll(SchedulerParts& s, TaskList& tasks);

// Waiting tasks, by a thread that has no processor to run them on: all to the global queue, and a
// thread each, as far as there are idle processors.
void InjectWithoutProcessor(SchedulerParts& s, TaskList& tasks) EXCLUDES(under_sched);
void InjectWithoutProcessor(SchedulerParts& s, Task* task) EXCLUDES(under_sched);
// Waiting tasks, by a thread with a processor: to its own queue.
void InjectHere(SchedulerParts& s, Thread& thread, TaskList& tasks);

// A runnable task, by the owner of the processor. `next`: it comes next, and the one that was to
// goes to the tail. What does not fit goes to the global queue.
void PutLocal(SchedulerParts& s, Processor& p, Task* task, bool next);

// A task was taken from the processor's own queue. `next`: it was to come next.
inline void TraceDequeue(SchedulerParts& s, const Processor& p, const Task* task, bool next) {
  s.trace.Emit(TraceKind::kDequeue, p.id, task->id, next ? QueueId::kNext : QueueId::kLocal);
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_RUNNABLE_H_
