// The virtual scheduler and everything around it: the world's half of the contract. Internal to the
// world; its parts stand in one file each, named in the comments below.
//
// Everything runs on the monitor's stack, inside the monitor's calls. After the end of the world
// nothing is told any more and every call returns at once, so that a monitor that listens can
// return.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_SCHEDULER_H_
#define PROCTOR_CONFORMANCE_WORLD_SCHEDULER_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/world/agenda.h"
#include "conformance/world/state.h"
#include "conformance/world/world.h"

namespace proctor {

// What the world itself does; each has its number on the agenda.
enum class Actor : int32_t {
  kBudgetEnd = -1,
  kResize = -3,
  kStop = -4,
  kHoldMonitorLock = -5,
  kReleaseMonitorLock = -6,
  kTraceWork = -7,
  kSafePoint = -8,
  kAskScavenger = -9,
  kDying = -10,
  kDead = -11,
};
inline constexpr int32_t kFirstOutside =
    -1'000;  // then downwards: the scenario's events from outside
inline constexpr int32_t kFirstSignal =
    -100'000'000;  // then downwards: a preemption reaches thread 0, 1, ...

class Scheduler {
 public:
  Scheduler(const Scenario& scenario, const WorldOptions& options, const Knobs& knobs,
            EventSink& sink);

  // -- scheduler.cc: the course of the world.
  void Start();  // the process with its first thread, up to the monitor's start
  void Finish(WorldEnd end, std::string message);
  bool ended() const { return ended_; }
  const WorldRun& run() const { return run_; }

  // -- calls.cc: what the port's functions do.
  void BeforeCall();
  int64_t NowNs();
  bool SleepShallow(int64_t duration_ns);
  void RelaxClock(bool relaxed);
  void MonitorLocks(int32_t lock);
  void MonitorUnlocks(int32_t lock);
  bool SleepOnNote(int64_t timeout_ns);
  void ClearNote();
  void SetMonitorWaits(bool waits);
  int64_t ReadVariable(Variable variable, int64_t value, int32_t p = kNobody);
  int64_t EarliestTimer();
  void AddSystemThread();
  void CheckDeadlockForMonitor();
  void AddIdleLocked(int32_t delta);
  int64_t LastPoll();
  bool SwapLastPoll(int64_t expected_ns, int64_t new_ns);
  void Poll(int64_t timeout_ns, proctor_ready_list* ready);
  void Inject(const proctor_ready_list* ready);
  void AdjustWaiters(int32_t delta);
  int32_t ProcessorCount();
  int32_t StatusOf(int32_t p);
  uint32_t ScheduleTickOf(int32_t p);
  uint32_t SyscallTickOf(int32_t p);
  bool HasLocalWork(int32_t p);
  void RequestPreemption(int32_t p);
  bool SwapSyscallToIdle(int32_t p);
  bool LockTaskInSyscall(int32_t p);
  void TakeFromLockedTask(int32_t p);
  void UnlockTask(int32_t p);
  void BumpSyscallTick(int32_t p);
  void HandOffForMonitor(int32_t p);
  void Collector(proctor_collector* state);
  void ClearHelperIdle();
  void InjectHelper();
  void WakeScavenger();
  void PrintTrace();
  void CallYieldHook();
  void StartThreadForMonitor();
  void RefreshProcessors();

  // What the monitor did wrong: "unlocks the sched lock, which it does not hold".
  void Misuse(const std::string& what);

  // Values that the port reads.
  bool stop_pending() const { return stop_pending_; }
  int32_t idle_processors() const { return static_cast<int32_t>(idle_ps_.size()); }
  int32_t procs() const { return procs_; }
  int32_t spinning() const { return spinning_; }
  bool poller_ready() const { return poller_ready_; }
  bool helper_idle() const { return helper_idle_; }
  bool scavenger_asked() const { return scavenger_asked_; }

 private:
  bool Deviates(Deviation deviation) const { return options_.deviation == deviation; }

  const P* Processor(const char* call, int32_t p);
  int64_t NextEdgeNs(int64_t from_ns) const;
  int64_t LaterNs(int64_t time_ns);
  bool MayNotSleep(const char* call);
  void FallAsleep();
  void WaitForLock(LockId lock);
  bool CanTake(LockId lock, const char* call);

  // -- Telling.
  void Tell(EventKind kind, int32_t m, int32_t p = kNobody, int64_t g = kNobody, int64_t a = 0,
            int64_t b = 0, int64_t c = 0) {
    if (ended_) return;
    ++run_.events;
    Event event;
    event.time_ns = now_ns_;
    event.kind = kind;
    event.m = m;
    event.p = p;
    event.g = g;
    event.args[0] = a;
    event.args[1] = b;
    event.args[2] = c;
    sink_.Observe(event);
  }
  void TellRead(int32_t m, Variable variable, int64_t value, int32_t p = kNobody) {
    Tell(EventKind::kRead, m, p, kNobody, static_cast<int64_t>(variable), value);
  }
  void TellWrite(int32_t m, Variable variable, int64_t value, int32_t p = kNobody,
                 int64_t g = kNobody) {
    Tell(EventKind::kWrite, m, p, g, static_cast<int64_t>(variable), value);
  }
  void TellSwap(int32_t m, Variable variable, int64_t expected, int64_t value, bool won,
                int32_t p = kNobody) {
    Tell(won ? EventKind::kSwap : EventKind::kLostSwap, m, p, kNobody,
         static_cast<int64_t>(variable), expected, value);
  }

  // -- course.cc: time, steps, racing.
  struct Racer {
    Appointment appointment;
    uint32_t calls_left;
  };
  void RunUntil(int64_t until_ns, bool note_ends_it);
  void RunRacers();
  void Interleave(int32_t m) {
    if (m == kMonitorM && !racers_.empty()) RunRacers();
  }
  uint32_t StepSpan() const { return static_cast<uint32_t>(knobs_.step_span_calls); }
  void CallRacersOff();
  bool CalledOff(const Appointment& appointment) const;
  void Do(const Appointment& appointment);
  void RunStep(int32_t m);
  void Then(int32_t m, Step step, int64_t delay_ns = 0);
  void SetStep(int32_t m, Step step);
  void Later(Actor actor, int64_t delay_ns);
  void DoActor(Actor actor);
  void DoOutside(size_t index);
  bool Waits(Role role) const;
  void StartWaiter(Role role);
  int64_t About(int64_t duration_ns) {
    return choices_.Between(duration_ns / 2, duration_ns * 3 / 2);
  }

  // Locks. A thread's step that needs a lock which is held waits until it is not.
  void Take(LockId lock, int32_t m);
  void Drop(LockId lock, int32_t m);
  int32_t& Owner(LockId lock) { return owners_[static_cast<size_t>(lock)]; }
  bool HeldByMonitor(LockId lock) { return Owner(lock) == kMonitorM; }
  bool NeedsSched(const Appointment& appointment) const;

  // -- threads.cc: threads, processors, queues.
  void Schedule(int32_t m);
  bool FindTask(int32_t m, int32_t& g, bool& inherits);
  bool Steal(int32_t m, int32_t& g);
  bool MayLookAround(const M& thread) const;
  void RunFound(int32_t m, int32_t g, bool inherits);
  void Execute(int32_t m, int32_t g, bool inherits);
  void SwitchOut(int32_t m, OutReason reason);
  void GiveBack(int32_t m);
  void LookOnceMore(int32_t m);
  void BlockOrPark(int32_t m);
  void Park(int32_t m);
  void StopOwnProcessor(int32_t m);
  void Acquire(int32_t m, int32_t p);
  void Release(int32_t m, int32_t status);
  int32_t GetIdle(int32_t m);
  void PutIdle(int32_t m, int32_t p);
  void StartThread(int32_t m, int32_t p, bool spinning, bool sched_held = false);
  void WakeProcessor(int32_t m);
  void SetSpinning(int32_t m, int32_t by);
  void SetStatus(int32_t m, G& g, TaskStatus status);
  void MakeReady(int32_t m, int32_t g);
  void PutLocal(int32_t m, int32_t p, int32_t g, bool next);
  void PutGlobal(int32_t m, int32_t g);
  int32_t TakeGlobal(int32_t m);
  int32_t TakeLocal(int32_t m, int32_t p);
  int32_t LocalWork(const P& p) const { return p.queue.size() + (p.next != kNobody ? 1 : 0); }
  void RunSafePoint(int32_t m, int32_t p);
  G& TaskOf(int32_t m) { return gs_[static_cast<size_t>(ms_[static_cast<size_t>(m)].g)]; }
  M& ThreadOf(int32_t m) { return ms_[static_cast<size_t>(m)]; }
  P& ProcessorOf(int32_t p) { return ps_[static_cast<size_t>(p)]; }

  // -- programs.cc: what tasks do.
  int32_t NewTask(int32_t program);
  void Spawn(int32_t m, int32_t program);
  void Resume(int32_t m);
  void ResumeScenario(int32_t m);
  void BeginOp(int32_t m, const Operation& op);
  void EndOp(int32_t m);
  void EndTask(int32_t m);
  void EndScenario(int32_t m);
  void Compute(int32_t m, int64_t duration_ns);
  void OnComputed(int32_t m);
  void Wait(int32_t m);
  void Send(int32_t m, int32_t channel);
  void Receive(int32_t m, int32_t channel);
  void WaitForDescriptor(int32_t m, int32_t descriptor);
  void ShortCall(int32_t m);
  void Allocate(int32_t m, int64_t bytes);

  // -- syscalls.cc, handoff.cc, preempt.cc.
  void BeginSyscall(int32_t m, int64_t duration_ns);
  void EnterWake(int32_t m);
  void Enter(int32_t m);
  void EnterStop(int32_t m);
  void Return(int32_t m);
  void ReturnSwap(int32_t m);
  void ReturnIdle(int32_t m);
  void ReturnSlow(int32_t m);
  void Returned(int32_t m, ExitPath path);
  void WakeMonitorUnderSched(int32_t m, Waker waker);
  void WakeMonitorUnduly(int32_t m);  // as nothing may: deviations do
  void HandOff(int32_t m, int32_t p);
  bool WorkForHandOff(int32_t m, int32_t p);
  void HandOffUnderSched(int32_t m, int32_t p);
  void Preempt(int32_t m, int32_t p);
  void PreemptAll(int32_t m);
  void OnSignal(int32_t m);
  void PutBack(int32_t m, OutReason reason);

  // -- poller.cc: timers and descriptors.
  void SetPollerReady(int32_t m);
  void AddTimer(int32_t m, int32_t p, int64_t when_ns, int32_t g);
  void RunTimers(int32_t m, int32_t p);
  int64_t EarliestTimerNs() const;
  void WakePoller(int32_t m, int64_t when_ns);
  void BreakPoller(int32_t m, int64_t when_ns);
  void BlockInPoller(int32_t m);
  void PollBack(int32_t m);
  void GatherReady(int32_t m, std::vector<int32_t>& tasks);
  void CountPollWaiters(int32_t m, int32_t delta);
  void InjectWithoutP(int32_t m, std::vector<int32_t>& tasks);
  void MakeDescriptorReady(int32_t descriptor);

  // -- stop.cc, collector.cc: stop-the-world, collections, the runtime's own tasks.
  enum class StopReason : uint8_t { kNone, kCollectionBegin, kCollectionEnd, kResize, kPlain };
  bool AskToStop(int32_t m, StopReason reason);
  void StopTheWorld(int32_t m);
  void StopOthers(int32_t m);
  void OneStopped(int32_t m);
  void WorldStopped(int32_t m);
  void Grow(int32_t m);
  void Resized(int32_t m);
  void Shrink(int32_t m);
  void StartTheWorld(int32_t m);
  void AfterStart(int32_t m);
  void Collect(int32_t m);
  void EndCollection(int32_t m);
  bool CollectionDue() const;
  int32_t IndexOf(Role role) const { return static_cast<int32_t>(role) - 1; }
  void ResumeHelper(int32_t m);
  void ResumeScavenger(int32_t m);
  void ResumeStopper(int32_t m);
  void HelperWaits(int32_t m);
  bool WaitsForMonitor(LockId lock, int32_t m);
  void SetMarkWork(int32_t m, bool on);

  // -- deadlock.cc. Under sched.
  void CheckDeadlock(int32_t m);
  void Fatal(int32_t m, WorldEnd end, EventKind kind, int64_t argument = 0);

  const Scenario& scenario_;
  const WorldOptions& options_;
  const Knobs knobs_;
  const Tunables tunables_;
  const bool by_task_lock_;
  EventSink& sink_;
  Choices choices_;
  WorldRun run_;

  // The course.
  int64_t now_ns_ = 0;
  int64_t start_ns_ = 0;
  Agenda agenda_;
  std::vector<Racer> racers_;
  std::optional<Appointment> ambush_;  // a stop that lies in wait, until it has been called off
  std::vector<Appointment> lock_waiters_;
  std::vector<int32_t> task_lock_waiters_;
  std::array<int32_t, 7> owners_;
  bool ended_ = false;
  int64_t calls_since_sleep_ = 0;

  // The monitor.
  bool monitor_awake_ = false;
  bool monitor_waits_ = false;
  bool note_woken_ = false;
  std::vector<int32_t> ready_;  // found by its last poll
  bool ready_injected_ = true;
  std::vector<int32_t> ready_helper_;  // scratch of its other injections
  int32_t locked_p_ = kNobody;         // whose task it has locked
  int32_t locked_m_ = kNobody;

  // The scheduler.
  std::vector<G> gs_;
  std::vector<int32_t> free_gs_;
  int64_t next_task_id_ = 1;
  std::vector<M> ms_;
  std::vector<int32_t> idle_ms_;
  std::vector<P> ps_;
  std::vector<int32_t> idle_ps_;
  int32_t procs_ = 0;
  int32_t processor_count_ = 0;
  TaskQueue global_;
  std::vector<int32_t> found_;  // scratch of one step
  int32_t spinning_ = 0;
  int32_t threads_ = 0;
  int32_t idle_locked_ = 0;
  int32_t system_threads_ = 0;
  std::array<int32_t, 5> tasks_by_status_{};  // of the scenario
  int32_t live_tasks_ = 0;
  bool trace_work_ = false;
  bool mark_work_ = false;
  bool dying_ = false;

  // Poller, timers, channels.
  bool poller_ready_ = false;
  int64_t last_poll_ns_ = 0;
  int64_t poll_until_ns_ = 0;
  int64_t poll_timeout_ns_ = 0;
  int32_t blocked_m_ = kNobody;
  int32_t poll_waiters_ = 0;
  int32_t timer_count_ = 0;
  uint64_t timer_order_ = 0;
  struct DescriptorState {
    int64_t bytes = 0;
    TaskQueue waiting;
  };
  std::vector<DescriptorState> descriptors_;
  struct ChannelState {
    int64_t buffered = 0;
    TaskQueue senders;
    TaskQueue receivers;
  };
  std::vector<ChannelState> channels_;
  std::vector<int64_t> outside_left_;

  // Stop-the-world and the collector.
  bool stop_pending_ = false;
  int32_t stop_wait_ = 0;
  int32_t stopper_m_ = kNobody;
  StopReason stop_reason_ = StopReason::kNone;
  bool collecting_ = false;
  TaskQueue stop_queue_;
  int32_t new_procs_ = 0;
  bool collector_enabled_ = true;
  int64_t last_collection_ns_ = 0;
  int64_t collections_ = 0;
  int64_t heap_bytes_ = 0;
  bool helper_idle_ = false;
  bool scavenger_asked_ = false;
  bool scavenger_parked_ = true;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_SCHEDULER_H_
