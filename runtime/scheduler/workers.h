// Threads: where they come from, how they get and lose processors, how they sleep and are woken.
//
// Thread safety: any thread; what takes a Thread belongs to that thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_WORKERS_H_
#define PROCTOR_RUNTIME_SCHEDULER_WORKERS_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// A processor that a thread is to run, and the thread. It counts as running, and runs once it is
// dispatched.
struct Assignment {
  Thread* thread = nullptr;  // null: nothing was assigned
  bool fresh = false;        // the thread has still to be started
};

// Gives the processor to an idle or new thread.
Assignment Assign(SchedulerParts& s, Processor* p, bool spinning) REQUIRES(under_sched);
// An idle processor; null: there is none, or the world is to stop.
Processor* TakeIdle(SchedulerParts& s) REQUIRES(under_sched);
// The two together. Nothing is assigned if there is no idle processor.
Assignment AssignIdle(SchedulerParts& s) REQUIRES(under_sched);
// Makes the thread run. Without the lock: starting and waking take microseconds.
void Dispatch(const Assignment& assignment) EXCLUDES(under_sched);

void StartThread(SchedulerParts& s, Processor* p, bool spinning) EXCLUDES(under_sched);
// For an idle processor, if there is one. False: there was none.
bool StartThreadForIdle(SchedulerParts& s) EXCLUDES(under_sched);
// Processor 0 gets the first thread, the others are idle, and the monitor gets one of its own.
void StartFirstThreads(SchedulerParts& s) EXCLUDES(under_sched);

// Work for one more thread has become visible. One that looks for it is enough.
void WakeWorker(SchedulerParts& s) EXCLUDES(under_sched);
inline void WakeProcessor(SchedulerParts& s) EXCLUDES(under_sched) {
  if (s.spinning.WakeIsDue(s.idle)) WakeWorker(s);
}

// The thread has nothing to do and no processor. False: the runtime is ending, and so must the
// thread.
bool Park(SchedulerParts& s, Thread& thread) EXCLUDES(under_sched);
// The world is to stop. The same.
bool StopOwnProcessor(SchedulerParts& s, Thread& thread) EXCLUDES(under_sched);

void Acquire(SchedulerParts& s, Thread& thread, Processor* p);
Processor* Release(SchedulerParts& s, Thread& thread, ProcessorStatus status);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_WORKERS_H_
