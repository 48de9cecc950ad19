// The network poller's side of the scheduler: tasks that wait for descriptors, and how they come
// back.
//
// Thread safety: any thread; WaitReady by a task.

#ifndef PROCTOR_RUNTIME_SCHEDULER_NETWORK_H_
#define PROCTOR_RUNTIME_SCHEDULER_NETWORK_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// Null: `error` is the errno; see Poller. Poller::Free gives the slot back.
PollSlot* RegisterDescriptor(SchedulerParts& s, int descriptor, int& error);
// Waits until the descriptor's direction is ready. False: it was closed, or the time is over
// (kNoTimer: never).
bool WaitReady(SchedulerParts& s, PollSlot* slot, PollDirection direction, int64_t deadline_ns);
// Ends every wait for it.
void CloseDescriptor(SchedulerParts& s, PollSlot* slot);

// Polls, and appends the tasks that are ready. Returns what AdjustWaiters has to be given after
// they are runnable (Go 1.22 and later; before, the poll itself counts them off).
int32_t GatherReady(SchedulerParts& s, int64_t timeout_ns, TaskList& ready);
// Changes the number of tasks that wait; 0 does nothing.
void AdjustWaiters(SchedulerParts& s, int32_t delta);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_NETWORK_H_
