// Timers: who runs them, and who waits for them.
//
// Every thread with a processor runs that one's overdue timers before it looks for tasks; a thief
// runs others'. When nobody is left, one thread blocks in the poller until the earliest is due.
//
// Thread safety: any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TIMERS_H_
#define PROCTOR_RUNTIME_SCHEDULER_TIMERS_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// By a thread that has a processor: what the timers make ready goes there. `p`: whose timers.
void RunTimers(SchedulerParts& s, Processor& p, int64_t now_ns);
// The heap is the caller's processor's, or any.
void AddTimer(SchedulerParts& s, Timer& timer);
bool RemoveTimer(SchedulerParts& s, Timer& timer);
// A thread has to run a timer that is due then.
void WakePoller(SchedulerParts& s, int64_t when_ns);
// Makes sure that there is one; the kernel's part is opened at the first use.
void OpenPoller(SchedulerParts& s);

// In a task: it waits so long, never less.
void SleepTask(int64_t duration_ns);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TIMERS_H_
