// Retake: the scan of all processors, for tasks that have run for too long and system calls that
// have.
//
// Nothing here is exact, and nothing needs to be: statuses and ticks are read without stopping
// anybody, and a processor that changes under the scan is looked at again in the next cycle. Only
// taking is decided by a single atomic step. A tick that is still the same at the second sighting
// is all the clock this needs: no thread has to note a time on the hot paths that start tasks and
// enter system calls.

#include <cstddef>

#include "runtime/sysmon/sysmon.h"

namespace proctor::runtime {

// Returns how many processors were taken.
int32_t Monitor::Retake(int64_t now_ns) {
  int32_t taken = 0;
  host_.Lock(LockId::kAllP);
  // The length is read anew each time: taking drops the lock, and the list may change meanwhile.
  for (int32_t processor = 0; processor < host_.ProcessorCount(); ++processor) {
    const ProcessorStatus status = host_.StatusOf(processor);
    const bool took = constants_.take_by_task_lock ? RetakeByTaskLock(processor, status, now_ns)
                                                   : RetakeBySwap(processor, status, now_ns);
    if (took) ++taken;
  }
  host_.Unlock(LockId::kAllP);
  return taken;
}

bool Monitor::RetakeBySwap(int32_t processor, ProcessorStatus status, int64_t now_ns) {
  if (status != ProcessorStatus::kRunning && status != ProcessorStatus::kSyscall) return false;
  const bool expired = PreemptIfExpired(processor, now_ns);
  if (status != ProcessorStatus::kSyscall || LeaveInSyscall(processor, expired, now_ns)) {
    return false;
  }

  // Handing off takes the scheduler's lock, which comes before this one.
  host_.Unlock(LockId::kAllP);
  const bool won = TakeBySwap(processor);
  host_.Lock(LockId::kAllP);
  return won;
}

bool Monitor::TakeBySwap(int32_t processor) {
  // The thread that loses its processor may return, find no other, and go idle before the hand-off
  // has started a thread: with one idle thread less on the books nobody takes that for a deadlock.
  host_.AddIdleLocked(-1);
  const bool won = host_.SwapSyscallToIdle(processor);
  if (won) {
    host_.BumpSyscallTick(processor);
    host_.HandOff(processor);
  }
  host_.AddIdleLocked(1);
  return won;
}

// Since Go 1.26 a processor's status does not tell whether its thread is in a system call; its
// task's does. Locking that task takes the scheduler's lock out of the question, so the bracket
// comes first, for every running processor.
bool Monitor::RetakeByTaskLock(int32_t processor, ProcessorStatus status, int64_t now_ns) {
  if (status != ProcessorStatus::kRunning) return false;
  const bool expired = PreemptIfExpired(processor, now_ns);

  host_.Unlock(LockId::kAllP);
  host_.AddIdleLocked(-1);
  bool took = false;
  if (host_.LockTaskInSyscall(processor)) {
    took = !LeaveInSyscall(processor, expired, now_ns);
    if (took) {
      host_.TakeFromLockedTask(processor);
      host_.BumpSyscallTick(processor);
    }
    host_.UnlockTask(processor);
    if (took) host_.HandOff(processor);
  }
  host_.AddIdleLocked(1);
  host_.Lock(LockId::kAllP);
  return took;
}

// True: the slice has expired. Tasks that hand the processor to one another share one.
bool Monitor::PreemptIfExpired(int32_t processor, int64_t now_ns) {
  Sighting& seen = StampOf(processor).schedule;
  const uint32_t tick = host_.ScheduleTickOf(processor);
  if (!seen.Is(tick)) {
    seen = {.tick = tick, .since_ns = now_ns};
    return false;
  }
  if (seen.since_ns + constants_.slice_ns > now_ns) return false;
  host_.RequestPreemption(processor);
  return true;
}

bool Monitor::LeaveInSyscall(int32_t processor, bool expired, int64_t now_ns) {
  Sighting& seen = StampOf(processor).syscall;
  const uint32_t tick = host_.SyscallTickOf(processor);
  // A call is taken from when it is seen for the second time, so that short ones keep their
  // processor. An expired slice counts as seen: a preemption request does not reach a thread in a
  // system call, and endless short calls, each with a tick of its own, would keep the processor for
  // ever (golang/go#28701).
  if (!expired && !seen.Is(tick)) {
    seen = {.tick = tick, .since_ns = now_ns};
    return true;
  }
  // Nobody needs it: no task waits here, and somebody else is looking for work or could be. But not
  // for ever, or a single blocked call would keep the monitor from its deep sleep.
  return !host_.HasLocalWork(processor) && host_.SpinningThreads() + host_.IdleProcessors() > 0 &&
         seen.since_ns + constants_.syscall_cap_ns > now_ns;
}

Monitor::Stamp& Monitor::StampOf(int32_t processor) {
  const auto index = static_cast<size_t>(processor);
  if (index >= stamps_.size()) stamps_.resize(index + 1);
  return stamps_[index];
}

}  // namespace proctor::runtime
