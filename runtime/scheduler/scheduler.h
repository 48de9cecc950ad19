// The scheduler: which thread runs which task on which processor. Internal; runtime.h is what
// programs see.
//
// The tension: a task made runnable should start at once, on any processor that is free; yet waking
// a thread costs as much as fifty switches of tasks, and a thread that looks for work costs a CPU.
// So a few threads that have run out of work go on looking for some (they spin) before they sleep,
// and whoever makes a task runnable wakes another thread only if there is an idle processor and
// nobody spins. What makes that safe:
//
//   - Making work visible comes first, looking at the number of spinning threads second. A spinning
//     thread that gives up counts itself out first and looks at all queues again second. Whatever
//     the order, one of the two sees the other.
//   - A spinning thread that has found work and was the last one to look wakes another one, for
//     there may be more where that came from.
//
// Rejected: a central queue (its lock is the machine's speed limit); waking a thread for each new
// task (storms of threads that find nothing); handing a processor to a waiting thread directly
// (it costs locality, and the thread that gives it away could have gone on).
//
// What blocks what:
//   blocks          a task   its processor   its thread
//   channel, sleep, poll   x        -              -
//   a system call          x        until taken    x
//   a lock (base/lock.h)   x        x              x
//
// The scheduler's files: scheduler.cc (birth, spawning, end), schedule.cc (the loop), threads.cc,
// waiting.cc, syscalls.cc, hand_off.cc, timers.cc, network.cc, stop.cc, preempt.cc, deadlock.cc,
// trace_line.cc, own_tasks.cc; monitor_host.cc is what the monitor sees of it.
//
// Thread safety: any thread, unless it says otherwise. "In a task" means that the caller is a task
// of this scheduler's; such a call may come back on another thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_H_
#define PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/lock.h"
#include "runtime/base/note.h"
#include "runtime/collector_hooks.h"
#include "runtime/options.h"
#include "runtime/scheduler/poller.h"
#include "runtime/scheduler/processor.h"
#include "runtime/scheduler/task.h"
#include "runtime/scheduler/thread.h"
#include "runtime/stack/stack.h"
#include "runtime/sysmon/host.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {

inline constexpr int32_t kProcsMost = 1024;
// Tasks are allocated so many at a time.
inline constexpr int32_t kTasksPerSlab = 64;

// Numbers that the event trace uses.
enum class QueueId { kGlobal, kLocal, kNext };
enum class OutReason { kWaits, kYielded, kPreempted, kEnded };
enum class ExitPath { kReacquired, kIdleFast, kIdleSlow, kQueued };
enum class Waker { kStartTheWorld, kEnter, kExitFast, kExitSlow };
enum class InternalError { kNegativeRunning, kRunnableButNobodyRuns, kHelperAlreadyIdle };

class MonitorHost;

class Scheduler {
 public:
  explicit Scheduler(const Options& options);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Runs `main` as the main task and returns when it has ended and all threads with it. Once; not
  // by a runtime's thread.
  void Run(TaskFunction main);

  // Makes a new task runnable; returns its number. From anywhere while Run runs.
  int64_t Spawn(TaskFunction function, const char* name);

  // --- In a task -------------------------------------------------------------------------------
  // The task waits until somebody makes it Ready. `commit` runs when it can be made so.
  void Wait(Thread::Commit commit, void* argument);
  // The same for a task that is to be found under the lock, which is dropped once it can be made
  // Ready.
  void WaitAndRelease(Lock& lock) RELEASE(lock);
  // Behind every task that could run on this processor.
  static void Yield();
  // Gives way if somebody has asked for it.
  void Poll() {
    if (Current()->preempt.load(std::memory_order_relaxed)) [[unlikely]]
      YieldPreempted();
  }
  void Sleep(int64_t duration_ns);
  static void EnterSyscall();
  static void ExitSyscall();
  // Waits until the descriptor's direction is ready. False: it was closed, or the time is over.
  bool WaitReady(PollSlot* slot, PollDirection direction, int64_t deadline_ns = kNoTimer);
  // One at a time; others wait. Between the two the calling task is the only one that runs, and
  // must not wait for anything.
  void StopTheWorld();
  void StartTheWorld();
  void SetProcs(int32_t procs);
  // Has the function called once for every processor, by a thread that is at a safe point for it:
  // between two tasks, or entering a system call, or by whoever hands it off. The function must be
  // short and take no lock. Returns when all are done. One at a time.
  void ForEachProcessor(void (*function)(int32_t processor));
  // A full collection, waited for.
  void CollectNow();
  // What async preemption calls, on the task's stack.
  void YieldPreempted();
  static Task* Current();

  // --- Anywhere --------------------------------------------------------------------------------
  // A waiting task becomes runnable: next on this processor if the caller has one, else on the
  // global queue.
  void Ready(Task* task);
  // The same for many, in order.
  void ReadyAll(TaskList& tasks);
  // The heap is the caller's processor's, or any.
  void AddTimer(Timer& timer);
  bool RemoveTimer(Timer& timer);
  PollSlot* RegisterDescriptor(int descriptor, int& error);
  void CloseDescriptor(PollSlot* slot);
  void FreeDescriptor(PollSlot* slot) { poller_.Free(slot); }
  void AskScavenger();

  int32_t procs() const { return procs_.load(std::memory_order_relaxed); }
  Tracer& tracer() { return tracer_; }
  const Options& options() const { return options_; }
  const StackPool& stacks() const { return stacks_; }

  struct Stats {
    int32_t procs, idle_processors, threads, idle_threads, spinning_threads, global_queue;
    int64_t tasks, timers, collections, preemptions;
  };
  Stats GetStats();
  // One line, or many with `detail`, ending in a line feed; each starts with "SCHED ".
  std::string TraceText(int64_t now_ns, bool detail);

  // Ends the process with a report on standard error and status 2.
  [[noreturn]] void Fatal(const std::string& report);

  // --- For the preemption signal's handler -----------------------------------------------------
  static bool MayPreempt(uintptr_t stack_pointer);
  static void Preempted();
  static void SignalArrived();
  static bool NameOverflowed(uintptr_t address, char* text, size_t capacity);

 private:
  friend class MonitorHost;

  struct Found {
    Task* task = nullptr;
    bool inherits = false;
  };

  // scheduler.cc
  void Start(TaskFunction main);
  void StopAll();
  Task* NewTask(Thread* thread, TaskFunction function, const char* name, int64_t id);
  Task* TakeDeadTask(Thread* thread);
  int64_t NextTaskId(Processor* p);
  static void TaskMain(void* task);
  void EndRun();
  static void AfterEnd(Scheduler& self, Thread& thread, Task* task);

  // schedule.cc
  void Loop(Thread& thread);
  bool FindTask(Thread& thread, Found& found);
  bool FindHere(Thread& thread, Found& found);
  bool PollOnce(Thread& thread, Found& found);
  bool Steal(Thread& thread, Found& found, bool& timers_ran);
  enum class GivenBack { kAgain, kFound, kGone };
  GivenBack GiveBack(Thread& thread, Found& found);
  bool LookOnceMore(Thread& thread);
  bool BlockOrPark(Thread& thread, bool was_spinning, Found& found);
  bool BlockInPoller(Thread& thread, int64_t until_ns, bool was_spinning, Found& found);
  void ResetSpinning(Thread& thread);
  void Execute(Thread& thread, Task* task, bool inherits);
  void Begin(Thread& thread, Task* task, bool inherits);
  void SwitchOut(Thread& thread, Task* task, OutReason reason) {
    Tell(TraceKind::kSwitchOut, thread.p == nullptr ? -1 : thread.p->id, task->id,
         static_cast<int64_t>(reason));
    thread.task.store(nullptr, std::memory_order_relaxed);
  }
  void SwitchToScheduler(Thread::After after);
  void SwitchAway(Thread& thread, Thread::After after);
  Flow& NextFlow(Thread& thread);
  static void Arrive();
  void TellDequeue(const Processor& p, const Task* task, bool next);
  static void AfterWait(Scheduler& self, Thread& thread, Task* task);
  static void AfterYield(Scheduler& self, Thread& thread, Task* task);
  static void AfterPreempt(Scheduler& self, Thread& thread, Task* task);
  void PutBack(Thread& thread, Task* task, OutReason reason);
  void PutLocal(Processor& p, Task* task, bool next);
  void PutGlobal(Task* task) REQUIRES(sched_);
  Task* TakeGlobal(Processor* p, int32_t most) REQUIRES(sched_);

  // threads.cc
  static void* ThreadMain(void* thread);
  static void* MonitorMain(void* thread);
  Thread* NewThread() REQUIRES(sched_);
  void Launch(Thread* thread, void* (*main)(void*));
  // Under sched: gives the processor to an idle or new thread; Dispatch makes it run, without.
  struct Assignment {
    Thread* thread = nullptr;
    bool fresh = false;
  };
  Assignment Assign(Processor* p, bool spinning) REQUIRES(sched_);
  void Dispatch(const Assignment& assignment);
  void StartThread(Processor* p, bool spinning);
  void WakeProcessor();
  // False: the runtime is ending, and so must the thread.
  bool Park(Thread& thread);
  bool StopOwnProcessor(Thread& thread);
  void Acquire(Thread& thread, Processor* p);
  Processor* Release(Thread& thread, ProcessorStatus status);
  Processor* GetIdle() REQUIRES(sched_);
  void PutIdle(Processor* p) REQUIRES(sched_);
  void AddSpinning(int32_t delta);

  // syscalls.cc
  void WakeMonitor(Waker waker) REQUIRES(sched_);
  void Enter(Thread& thread);
  void Exit(Thread& thread);
  void EnterSlowly(Thread& thread, Task* task);
  void EnterStop(Processor& p);
  void EnterByTaskLock(Thread& thread, Task* task);
  void ExitSlowly(Thread& thread, Task* task);
  bool ExitByTaskLock(Thread& thread, Task* task);
  template <bool kTold>
  void LeaveBehind(Thread& thread, Task* task, Processor& p);
  template <bool kTold>
  bool Reacquire(Thread& thread, Processor& old);
  template <bool kTold>
  void Returned(Task* task, Processor& p, ExitPath path);
  static void AfterLostProcessor(Scheduler& self, Thread& thread, Task* task);
  bool LockTaskInSyscall(Processor& p);
  void TakeFromLockedTask(Processor& p);
  void UnlockTask(Processor& p);

  // hand_off.cc
  void HandOff(Processor& p);
  bool WorkForHandOff(Processor& p);
  void HandOffUnderSched(Processor& p);
  void RunSafePoint(Processor& p);

  // timers.cc
  void RunTimers(Thread& thread, Processor& p, int64_t now_ns);
  int64_t EarliestTimerNs() const;
  int32_t PendingTimers() const;
  void WakePoller(int64_t when_ns);
  void OpenPoller();

  // network.cc
  static bool CommitToDescriptor(Task* task, void* wait);
  static void DescriptorDeadline(void* wait, uint64_t);
  void GatherReady(int64_t timeout_ns, TaskList& ready, int32_t& waiters_delta);
  void InjectWithoutProcessor(TaskList& tasks);
  void InjectHere(Thread& thread, TaskList& tasks);
  void CountWaiters(int32_t delta);

  // stop.cc
  void TakeStopTurn();
  void GiveStopTurn();
  void TakeSafePointInSyscall(Processor& p);
  void StopOthers(Thread& thread) REQUIRES(sched_);
  void StopThoseInSyscalls(const Thread& thread) REQUIRES(sched_);
  void CountStopped(Processor& p, ProcessorStatus from) REQUIRES(sched_);
  void OneStopped() REQUIRES(sched_);
  void PreemptAll();
  void Resize(Thread& thread, int32_t procs);
  void RefreshProcs();
  void Shrink(Thread& thread, int32_t from, int32_t to) REQUIRES(sched_);

  // preempt.cc
  void RequestPreemption(Processor& p);

  // deadlock.cc
  // Reports what it finds, with the lock dropped, and does not return then.
  void CheckDeadlock() REQUIRES(sched_);

  // own_tasks.cc
  void StartOwnTasks(Thread* thread);
  void HelperMain();
  void ScavengerMain();
  bool CollectionDue(int64_t now_ns);
  CollectorState ReadCollector();

  // The event trace.
  void Tell(TraceKind kind, int32_t p = -1, int64_t g = -1, int64_t a = 0, int64_t b = 0,
            int64_t c = 0) {
    if (tracer_.on()) [[unlikely]]
      TellSlowly(kind, p, g, a, b, c);
  }
  void TellRead(TraceVariable variable, int64_t value, int32_t p = -1, int64_t g = -1) {
    Tell(TraceKind::kRead, p, g, static_cast<int64_t>(variable), value);
  }
  void TellWrite(TraceVariable variable, int64_t value, int32_t p = -1, int64_t g = -1) {
    Tell(TraceKind::kWrite, p, g, static_cast<int64_t>(variable), value);
  }
  void TellAdd(TraceVariable variable, int64_t delta) {
    Tell(TraceKind::kAdd, -1, -1, static_cast<int64_t>(variable), delta);
  }
  void TellSwap(TraceVariable variable, int64_t expected, int64_t value, bool won, int32_t p = -1) {
    Tell(won ? TraceKind::kSwap : TraceKind::kLostSwap, p, -1, static_cast<int64_t>(variable),
         expected, value);
  }
  [[gnu::noinline, gnu::cold]] void TellSlowly(TraceKind kind, int32_t p, int64_t g, int64_t a,
                                               int64_t b, int64_t c);
  void TellStart();
  void ChangeTask(Task* task, TaskStatus from, TaskStatus to) {
    task->Change(from, to);
    TellTaskStatus(task, to);
  }
  void TellTaskStatus(Task* task, TaskStatus status) {
    TellWrite(TraceVariable::kTaskStatus, static_cast<int64_t>(status), -1, task->id);
  }

  void LockSched() ACQUIRE(sched_) {
    sched_.Acquire();
    Tell(TraceKind::kLock, -1, -1, static_cast<int64_t>(LockId::kSched));
  }
  void UnlockSched() RELEASE(sched_) {
    Tell(TraceKind::kUnlock, -1, -1, static_cast<int64_t>(LockId::kSched));
    sched_.Release();
  }

  Processor& ProcessorAt(int32_t p) const {
    return *all_p_[static_cast<size_t>(p)].load(std::memory_order_acquire);
  }
  bool ByTaskLock() const { return options_.monitor.take_by_task_lock; }

  const Options options_;
  const bool follows_machine_;  // the user has not fixed the number of processors
  bool trace_detail_ = false;
  Tracer tracer_;
  StackPool stacks_;
  Poller poller_;
  CollectorHooks no_collector_;
  CollectorHooks& collector_;
  std::unique_ptr<MonitorHost> monitor_host_;

  // Processors. The list only grows; a place, once filled, stays filled.
  std::array<std::atomic<Processor*>, kProcsMost> all_p_ = {};
  std::atomic<int32_t> processor_count_{0};  // its length; changes under all_p_lock_
  std::atomic<int32_t> procs_{0};            // how many may be used; changes with the world stopped
  Lock all_p_lock_{LockRank::kAllP};

  Lock sched_{LockRank::kSched};
  TaskList global_ GUARDED_BY(sched_);
  Processor* idle_ps_ GUARDED_BY(sched_) = nullptr;
  Thread* idle_threads_ GUARDED_BY(sched_) = nullptr;
  std::vector<std::unique_ptr<Thread>> threads_ GUARDED_BY(sched_);
  int32_t idle_thread_count_ GUARDED_BY(sched_) = 0;
  int32_t idle_locked_ GUARDED_BY(sched_) = 0;
  int32_t system_threads_ GUARDED_BY(sched_) = 0;
  int32_t stop_wait_ GUARDED_BY(sched_) = 0;
  bool ending_ GUARDED_BY(sched_) = false;

  // Written under sched, read anywhere.
  alignas(kCacheLineBytes) std::atomic<int32_t> global_size_{0};
  std::atomic<int32_t> idle_processors_{0};
  std::atomic<bool> stop_pending_{false};
  std::atomic<bool> monitor_waits_{false};
  std::atomic<bool> over_{false};  // ending_, for who must not take the lock

  alignas(kCacheLineBytes) std::atomic<int32_t> spinning_{0};
  std::atomic<bool> need_spinning_{false};  // a processor was wanted for a spinning thread

  // The poller's. 0 in last_poll_: a thread blocks in it, until poll_until_ (0: for ever).
  alignas(kCacheLineBytes) std::atomic<int64_t> last_poll_{0};
  std::atomic<int64_t> poll_until_{0};
  std::atomic<int32_t> poll_waiters_{0};

  Note monitor_note_;
  Note stop_note_;
  Note main_done_;
  Thread* monitor_thread_ = nullptr;

  // Tasks.
  Lock tasks_lock_{LockRank::kAllTasks};
  std::vector<std::unique_ptr<Task[]>> task_slabs_ GUARDED_BY(tasks_lock_);
  TaskList fresh_tasks_ GUARDED_BY(tasks_lock_);  // never used
  TaskList dead_tasks_ GUARDED_BY(tasks_lock_);
  std::atomic<int64_t> foreign_births_{0};  // of tasks, by threads without a processor
  std::atomic<int64_t> next_task_id_{1};
  Task* main_task_ = nullptr;

  // The safe-point function that is being run for all processors.
  void (*safe_point_function_)(int32_t) = nullptr;
  std::atomic<int32_t> safe_points_left_{0};

  // Who may stop the world; tasks wait here in order.
  Lock stop_lock_{LockRank::kWaitList};
  bool stopping_ GUARDED_BY(stop_lock_) = false;
  TaskList stop_queue_ GUARDED_BY(stop_lock_);

  // The collector's helper and the scavenger.
  Lock helper_lock_{LockRank::kForcedGc};
  std::atomic<bool> helper_idle_{false};
  Task* helper_ = nullptr;
  Lock scavenger_lock_{LockRank::kScavenger};
  std::atomic<bool> scavenger_asked_{false};
  bool scavenger_parked_ GUARDED_BY(scavenger_lock_) = false;
  Task* scavenger_ = nullptr;
  std::atomic<bool> collecting_{false};
  std::atomic<bool> dying_{false};
  std::atomic<int64_t> last_collection_ns_{0};
  std::atomic<int64_t> collections_{0};
  std::atomic<int64_t> preemptions_{0};
  int64_t start_ns_ = 0;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_H_
