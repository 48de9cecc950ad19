// From task to task. A task that waits or yields leaves its thread's loop out where it can: with
// another one in the processor's own queue, and nothing else due, it switches to that one, which
// does what the loop would have done.
//
// Thread safety: on a thread of a scheduler; what has no SchedulerParts, in a task. Such a call may
// come back on another thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SWITCHING_H_
#define PROCTOR_RUNTIME_SCHEDULER_SWITCHING_H_

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

// One schedule in this many looks at the global queue first, so that two tasks that make each other
// runnable for ever cannot starve it. A prime, so that no pattern of tasks keeps step with it.
inline constexpr uint32_t kGlobalFirstEvery = 61;

// The task of the calling thread.
Task* RunningTask();
// The task waits until somebody makes it Ready. `commit` runs when it can be made so.
void WaitFor(Thread::Commit commit, void* argument);
// The same for a task that is to be found under the lock, which is dropped once it can be made
// Ready.
void WaitAndRelease(Lock& lock) RELEASE(lock);
// Behind every task that could run on this processor.
void YieldTask();
// The task was asked to give way, and does, unless a guard is up.
void YieldPreempted();
inline void YieldIfAsked() {
  if (RunningTask()->preempt.Load(std::memory_order_relaxed)) [[unlikely]]
    YieldPreempted();
}

// Off the current task's stack to the thread's loop, which then does what `after` says.
void SwitchToLoop(Thread::After after);
// For good, by a task that has ended.
[[noreturn]] void LeaveTask(Thread::After after);
// First thing in a task that has been switched to: unless the loop did so, it finishes with the one
// before it, whose stack nobody is on any more, and begins.
void Arrive();
// By the loop: runs the task until its thread is back here, and finishes with the task it comes
// from.
void Execute(SchedulerParts& s, Thread& thread, Task* task, bool inherits);

// The task is off its thread.
inline void SwitchOut(SchedulerParts& s, Thread& thread, Task* task, OutReason reason) {
  s.trace.Emit(TraceKind::kSwitchOut, thread.p == nullptr ? -1 : thread.p->id, task->id, reason);
  thread.task.store(nullptr, std::memory_order_relaxed);
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SWITCHING_H_
