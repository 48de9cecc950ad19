// What the system monitor needs of the scheduler around it. The same monitor runs behind this
// interface in a real runtime and in virtual time.
//
// Words: a *task* is what runs, a *thread* is what runs it, a *processor* is the token without
// which no thread may run a task. Processors are numbered from 0.
//
// Thread safety: the monitor calls from its own thread only. Every value here is shared with all
// other threads; each call is one atomic step, and anything may happen between two calls. What is
// read outside the lock that guards it is a hint, and the monitor treats it as one.
//
// Locks: a call takes what it needs by itself unless it says "under". Locks are taken in the order
// of LockId.

#ifndef PROCTOR_RUNTIME_SYSMON_HOST_H_
#define PROCTOR_RUNTIME_SYSMON_HOST_H_

#include <cstdint>

namespace proctor::runtime {

// In lock order: a thread that holds one takes only later ones.
enum class LockId : int32_t {
  kMonitor,    // held by the monitor during its duties; another holder delays them
  kScavenger,  // the scavenger's parking
  kForcedGc,   // the forced-collection helper's parking
  kSched,      // the scheduler: global queue, idle lists, counts, stop-the-world
  kAllTasks,   // the list of all tasks
  kAllP,       // the list of all processors
  kTimers,     // one processor's timers
};

enum class ProcessorStatus : int32_t {
  kNone,     // the list has grown, but this processor is not made yet
  kIdle,     // nobody's
  kRunning,  // a thread's; since Go 1.26 also while that thread is in a system call
  kSyscall,  // its thread is in a system call; the first to swap the status takes it
  kStopped,  // stopped for stop-the-world
  kDead,     // there are fewer processors now
};

// Tasks that a poll found ready. `tasks` is the host's own.
struct ReadyList {
  void* tasks = nullptr;
  int32_t count = 0;
  int32_t waiters_delta = 0;  // what AdjustWaiters is to be given for them
};

// What decides whether a collection may be forced.
struct CollectorState {
  bool enabled = false;     // the collector is up
  bool dying = false;       // the process is ending on a fatal error
  bool collecting = false;  // a collection is under way
  int32_t percent = 0;      // heap growth that starts one; negative: collections are off
  int64_t last_end_ns = 0;  // when the last one ended; 0: there was none yet
};

class Host {
 public:
  virtual ~Host() = default;

  // Time. The clock never goes backwards.
  virtual int64_t NowNs() = 0;
  // The shallow sleep. False: the runtime is ending, and the monitor returns.
  virtual bool Sleep(int64_t duration_ns) = 0;
  // Says to the system that coarse timing is enough from now on, or no longer.
  virtual void RelaxClock(bool relaxed) = 0;

  virtual void Lock(LockId lock) = 0;
  virtual void Unlock(LockId lock) = 0;

  // The note on which the monitor sleeps deep. Sleeping returns true when the note was woken, at
  // once when it already had been; a woken note stays so until it is cleared. With libc
  // interceptors the host cuts the wait into pieces and calls them between.
  virtual bool SleepOnNote(int64_t timeout_ns) = 0;
  virtual void ClearNote() = 0;
  // Says to everybody that the monitor sleeps on its note and wants to be woken. Under kSched.
  virtual void SetMonitorWaits(bool waits) = 0;

  // Counts. Exact under kSched, hints without.
  virtual bool StopPending() = 0;  // somebody is stopping, or has stopped, the world
  virtual int32_t IdleProcessors() = 0;
  virtual int32_t Processors() = 0;  // how many there are
  virtual int32_t SpinningThreads() = 0;
  // When the earliest timer of all processors is due; INT64_MAX: there is none. Takes kAllP, then
  // kTimers.
  virtual int64_t EarliestTimerNs() = 0;

  // Threads that do not count as running. Under kSched: the monitor counts itself out, and looks
  // whether any thread is left that could ever do something.
  virtual void AddSystemThread() = 0;
  virtual void CheckDeadlock() = 0;
  // Adds to the count of idle threads that are locked to a task; -1 pretends that one more is
  // running. Takes kSched. Adding runs the deadlock check.
  virtual void AddIdleLocked(int32_t delta) = 0;

  // The network poller.
  virtual bool PollerReady() = 0;
  virtual int64_t LastPollNs() = 0;  // 0: a thread is blocked in the poller right now
  virtual bool SwapLastPoll(int64_t expected_ns, int64_t new_ns) = 0;
  virtual ReadyList Poll(int64_t timeout_ns) = 0;  // 0: does not block
  // Makes them runnable, in order, on the global queue, and starts threads for them. Takes kSched.
  virtual void Inject(const ReadyList& list) = 0;
  virtual void AdjustWaiters(int32_t delta) = 0;

  // The list of processors. Its length changes under kAllP only.
  virtual int32_t ProcessorCount() = 0;
  virtual ProcessorStatus StatusOf(int32_t processor) = 0;
  // Moves with every fresh time slice; wraps.
  virtual uint32_t ScheduleTickOf(int32_t processor) = 0;
  virtual uint32_t SyscallTickOf(int32_t processor) = 0;  // moves with every system call; wraps
  virtual bool HasLocalWork(int32_t processor) = 0;       // its own queue only, run-next included

  // Asks the task that runs on the processor to yield. Best effort, idempotent.
  virtual void RequestPreemption(int32_t processor) = 0;

  // Taking a processor out of a system call. Exactly one of the returning thread, the monitor and
  // stop-the-world wins it.
  //
  // By a swap of its status from kSyscall to kIdle; false: somebody else was faster.
  virtual bool SwapSyscallToIdle(int32_t processor) = 0;
  // By locking its task in its system call; false: it is in none. While locked it cannot return,
  // and TakeFromLockedTask makes the processor idle and nobody's.
  virtual bool LockTaskInSyscall(int32_t processor) = 0;
  virtual void TakeFromLockedTask(int32_t processor) = 0;
  virtual void UnlockTask(int32_t processor) = 0;
  // The winner moves the system-call tick and hands the processor on: to a thread that can use it,
  // to the stopper, or to the idle ones. Takes kSched.
  virtual void BumpSyscallTick(int32_t processor) = 0;
  virtual void HandOff(int32_t processor) = 0;

  // The forced collection: its helper task waits with its idle flag set. Both under kForcedGc,
  // except that the flag may be looked at without.
  virtual CollectorState Collector() = 0;
  virtual bool HelperIdle() = 0;
  virtual void ClearHelperIdle() = 0;
  virtual void InjectHelper() = 0;

  // The scavenger. Waking takes kScavenger; it withdraws the request only if the scavenger really
  // was parked.
  virtual bool ScavengerAskedFor() = 0;
  virtual void WakeScavenger() = 0;

  // Prints the line of the scheduler trace.
  virtual void PrintTrace(int64_t now_ns) = 0;
  // Calls the libc interceptors' hook, if there is one.
  virtual void CallYieldHook() = 0;
  // Starts a thread for an idle processor, if there is one.
  virtual void StartThread() = 0;
  // Looks at the machine again and follows it, unless the user fixed the number of processors.
  virtual void RefreshProcessors() = 0;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SYSMON_HOST_H_
