// Into a system call and out of it.
//
// A thread that enters a call leaves its processor behind without a word, as nearly all calls are
// over before anybody needs it: entering costs plain stores, leaving one compare-and-swap. What
// must not get lost:
//   - The monitor may be asleep, and nobody else would take the processor from a call that lasts.
//     So the flag is looked at first.
//   - Somebody may stop the world. Who enters looks whether somebody has said so after the status
//     is set, but without a fence between the two, which would cost as much as all the rest: so the
//     thread that stops the world may have looked too early, and looks again until everybody has
//     stopped.
//   - On the way back the thread, the monitor and the stopper all want the processor: one
//     compare-and-swap decides.
//
// With take_by_task_lock the processor stays "running" and the task's status says that it is in a
// call; who takes the processor locks that status first.
//
// Thread safety: each says.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SYSCALLS_H_
#define PROCTOR_RUNTIME_SCHEDULER_SYSCALLS_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// In a task. ExitSyscall may come back on another thread.
void EnterSyscall() EXCLUDES(under_sched);
void ExitSyscall() EXCLUDES(under_sched);

// With take_by_task_lock, by the monitor or the stopper: takes the processor out of a system call
// in three steps. A task in a system call cannot return while it is locked. False: the processor's
// task is in none.
bool LockTaskInSyscall(SchedulerParts& s, Processor& p);
void TakeFromLockedTask(SchedulerParts& s, Processor& p);
void UnlockTask(SchedulerParts& s, Processor& p);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SYSCALLS_H_
