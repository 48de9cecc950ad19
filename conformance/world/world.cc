#include "conformance/world/world.h"

#include <fmt/format.h>

#include <iterator>

#include "conformance/world/monitor_thread.h"
#include "conformance/world/scheduler.h"

namespace proctor {
namespace {

// A monitor that is told that the run is over and goes on is left where it is after so many more
// calls.
constexpr int64_t kCallsAfterEnd = 10'000;
constexpr int64_t kRefreshNs = 1'000'000'000;

constexpr std::string_view kEndNames[] = {
    "done",           "deadlock",         "nobody_left", "died",
    "internal_error", "budget",           "port_misuse", "returned",
    "never_sleeps",   "never_comes_back", "crash",       "version_mismatch"};
static_assert(std::size(kEndNames) == static_cast<size_t>(WorldEnd::kVersionMismatch) + 1);

// The monitor's numbers are the evidence's.
static_assert(static_cast<int>(LockId::kMonitor) == PROCTOR_LOCK_MONITOR);
static_assert(static_cast<int>(LockId::kScavenger) == PROCTOR_LOCK_SCAVENGER);
static_assert(static_cast<int>(LockId::kForcedGc) == PROCTOR_LOCK_FORCED_GC);
static_assert(static_cast<int>(LockId::kSched) == PROCTOR_LOCK_SCHED);
static_assert(static_cast<int>(LockId::kAllTasks) == PROCTOR_LOCK_ALL_TASKS);
static_assert(static_cast<int>(LockId::kAllP) == PROCTOR_LOCK_ALL_P);
static_assert(static_cast<int>(LockId::kTimers) == PROCTOR_LOCK_TIMERS);
static_assert(static_cast<int>(ProcessorStatus::kNone) == PROCTOR_P_NONE);
static_assert(static_cast<int>(ProcessorStatus::kIdle) == PROCTOR_P_IDLE);
static_assert(static_cast<int>(ProcessorStatus::kRunning) == PROCTOR_P_RUNNING);
static_assert(static_cast<int>(ProcessorStatus::kSyscall) == PROCTOR_P_SYSCALL);
static_assert(static_cast<int>(ProcessorStatus::kStopped) == PROCTOR_P_STOPPED);
static_assert(static_cast<int>(ProcessorStatus::kDead) == PROCTOR_P_DEAD);

struct World {
  Scheduler& scheduler;
  int64_t calls_after_end = 0;
  int64_t sleeps_after_end = 0;
};

// A call of the port. After the end of the world it does nothing, and a monitor that does not
// listen is left.
class Call {
 public:
  explicit Call(World& world) : world_(world) {
    if (world_.scheduler.ended()) {
      if (++world_.calls_after_end > kCallsAfterEnd) MonitorThread::Leave();
      return;
    }
    world_.scheduler.BeforeCall();
  }
  bool goes_on() const { return !world_.scheduler.ended(); }

 private:
  const MonitorThread::Trusted trusted_;
  World& world_;
};

template <typename Signature>
struct Thunk;

// A function of the table from a function of the scheduler.
template <typename Result, typename... Parameters>
struct Thunk<Result(Parameters...)> {
  template <auto kFunction>
  static Result Run(void* self, Parameters... parameters) {
    World& world = *static_cast<World*>(self);
    const Call call(world);
    if (!call.goes_on()) return Result();
    return static_cast<Result>(kFunction(world.scheduler, parameters...));
  }
};

int Sleep(void* self, int64_t duration_ns) {
  World& world = *static_cast<World*>(self);
  const Call call(world);
  if (call.goes_on() && world.scheduler.SleepShallow(duration_ns)) return 0;
  if (++world.sleeps_after_end > 1) MonitorThread::Leave();
  return 1;
}

proctor_host MakeTable(World* world, const proctor_constants* constants) {
  using S = Scheduler;
  using V = Variable;
  proctor_host host = {};
  host.version = PROCTOR_PORT_VERSION;
  host.size = sizeof(host);
  host.self = world;
  host.constants = constants;
#define CALLS(name, signature, ...) host.name = Thunk<signature>::Run<[] __VA_ARGS__>
  CALLS(now_ns, int64_t(), (S & s) { return s.NowNs(); });
  host.sleep_ns = Sleep;
  CALLS(relax_clock, void(int), (S & s, int on) { s.RelaxClock(on != 0); });
  CALLS(lock, void(int32_t), (S & s, int32_t lock) { s.MonitorLocks(lock); });
  CALLS(unlock, void(int32_t), (S & s, int32_t lock) { s.MonitorUnlocks(lock); });
  CALLS(sleep_on_note, int(int64_t), (S & s, int64_t ns) { return s.SleepOnNote(ns); });
  CALLS(clear_note, void(), (S & s) { s.ClearNote(); });
  CALLS(set_monitor_waits, void(int), (S & s, int waits) { s.SetMonitorWaits(waits != 0); });
  CALLS(stop_pending, int(), (S & s) { return s.ReadVariable(V::kStopPending, s.stop_pending()); });
  CALLS(
      idle_processors, int32_t(),
      (S & s) { return s.ReadVariable(V::kIdleProcessors, s.idle_processors()); });
  CALLS(processors, int32_t(), (S & s) { return s.ReadVariable(V::kProcs, s.procs()); });
  CALLS(
      spinning_threads, int32_t(),
      (S & s) { return s.ReadVariable(V::kSpinningThreads, s.spinning()); });
  CALLS(earliest_timer_ns, int64_t(), (S & s) { return s.EarliestTimer(); });
  CALLS(add_system_thread, void(), (S & s) { s.AddSystemThread(); });
  CALLS(check_deadlock, void(), (S & s) { s.CheckDeadlockForMonitor(); });
  CALLS(add_idle_locked, void(int32_t), (S & s, int32_t by) { s.AddIdleLocked(by); });
  CALLS(poller_ready, int(), (S & s) { return s.poller_ready(); });
  CALLS(last_poll_ns, int64_t(), (S & s) { return s.LastPoll(); });
  CALLS(
      swap_last_poll, int(int64_t, int64_t),
      (S & s, int64_t from, int64_t to) { return s.SwapLastPoll(from, to); });
  CALLS(
      poll, void(int64_t, proctor_ready_list*),
      (S & s, int64_t timeout_ns, proctor_ready_list* list) { s.Poll(timeout_ns, list); });
  CALLS(
      inject, void(const proctor_ready_list*),
      (S & s, const proctor_ready_list* list) { s.Inject(list); });
  CALLS(adjust_waiters, void(int32_t), (S & s, int32_t by) { s.AdjustWaiters(by); });
  CALLS(processor_count, int32_t(), (S & s) { return s.ProcessorCount(); });
  CALLS(status_of, int32_t(int32_t), (S & s, int32_t p) { return s.StatusOf(p); });
  CALLS(schedule_tick_of, uint32_t(int32_t), (S & s, int32_t p) { return s.ScheduleTickOf(p); });
  CALLS(syscall_tick_of, uint32_t(int32_t), (S & s, int32_t p) { return s.SyscallTickOf(p); });
  CALLS(has_local_work, int(int32_t), (S & s, int32_t p) { return s.HasLocalWork(p); });
  CALLS(request_preemption, void(int32_t), (S & s, int32_t p) { s.RequestPreemption(p); });
  CALLS(swap_syscall_to_idle, int(int32_t), (S & s, int32_t p) { return s.SwapSyscallToIdle(p); });
  CALLS(lock_task_in_syscall, int(int32_t), (S & s, int32_t p) { return s.LockTaskInSyscall(p); });
  CALLS(take_from_locked_task, void(int32_t), (S & s, int32_t p) { s.TakeFromLockedTask(p); });
  CALLS(unlock_task, void(int32_t), (S & s, int32_t p) { s.UnlockTask(p); });
  CALLS(bump_syscall_tick, void(int32_t), (S & s, int32_t p) { s.BumpSyscallTick(p); });
  CALLS(hand_off, void(int32_t), (S & s, int32_t p) { s.HandOffForMonitor(p); });
  CALLS(
      collector, void(proctor_collector*),
      (S & s, proctor_collector * state) { s.Collector(state); });
  CALLS(helper_idle, int(), (S & s) { return s.ReadVariable(V::kHelperIdle, s.helper_idle()); });
  CALLS(clear_helper_idle, void(), (S & s) { s.ClearHelperIdle(); });
  CALLS(inject_helper, void(), (S & s) { s.InjectHelper(); });
  CALLS(
      scavenger_asked_for, int(),
      (S & s) { return s.ReadVariable(V::kScavengerAsked, s.scavenger_asked()); });
  CALLS(wake_scavenger, void(), (S & s) { s.WakeScavenger(); });
  CALLS(print_trace, void(int64_t), (S & s, int64_t) { s.PrintTrace(); });
  CALLS(call_yield_hook, void(), (S & s) { s.CallYieldHook(); });
  CALLS(start_thread, void(), (S & s) { s.StartThreadForMonitor(); });
  CALLS(refresh_processors, void(), (S & s) { s.RefreshProcessors(); });
#undef CALLS
  return host;
}

proctor_constants MakeConstants(const Tunables& tunables, Profile profile) {
  proctor_constants constants = {};
  constants.shallow_min_ns = tunables.shallow_min_ns;
  constants.shallow_max_ns = tunables.shallow_max_ns;
  constants.flat_cycles = tunables.flat_cycles;
  constants.poll_stale_ns = tunables.poll_stale_ns;
  constants.slice_ns = tunables.slice_ns;
  constants.syscall_cap_ns = tunables.syscall_cap_ns;
  constants.forcegc_period_ns = tunables.forcegc_period_ns;
  constants.relax_min_ns = tunables.relax_min_ns;
  constants.trace_interval_ns = tunables.sched_trace_ms * 1'000'000;
  // A user who fixes the number of processors does not want it to follow the machine.
  const bool follows = FollowsProcessors(profile) && tunables.procs == 0;
  constants.refresh_procs_ns = follows ? kRefreshNs : 0;
  constants.adjust_waiters = AdjustsWaiters(profile);
  constants.take_by_task_lock = TakesByTaskLock(profile);
  constants.rescue_timers = RescuesTimers(profile);
  return constants;
}

struct Body {
  const proctor_implementation& implementation;
  const proctor_host& host;
};

void RunBody(void* argument) {
  const Body& body = *static_cast<const Body*>(argument);
  body.implementation.monitor(&body.host, body.implementation.argument);
}

Knobs KnobsOf(const Scenario& scenario, const WorldOptions& options) {
  return options.knobs ? *options.knobs : Knobs::FromSeed(scenario, options.profile);
}

}  // namespace

std::string_view WorldEndName(WorldEnd end) { return kEndNames[static_cast<size_t>(end)]; }

bool BlamesMonitor(WorldEnd end) { return end >= WorldEnd::kPortMisuse; }

Header WorldHeader(const proctor_implementation& implementation, const Scenario& scenario,
                   const WorldOptions& options) {
  Header header;
  header.maker = "world";
  header.implementation = implementation.name;
  header.version = implementation.release;
  header.clock = "virtual";
  header.tiers = kV;
  header.profile = options.profile;
  header.from_start = true;
  header.emits.set();
  // What is seen from outside only.
  for (const EventKind kind : {EventKind::kGap, EventKind::kStall, EventKind::kThreadStart,
                               EventKind::kSecondMonitor, EventKind::kMonitorExit}) {
    header.emits.reset(static_cast<size_t>(kind));
  }
  header.scenario = scenario.name;
  header.seed = scenario.seed;
  header.asked = scenario.Asked();
  header.in_force = header.asked;
  header.in_force.procs = KnobsOf(scenario, options).procs;
  return header;
}

WorldRun RunWorld(const proctor_implementation& implementation, const Scenario& scenario,
                  const WorldOptions& options, EventSink& sink) {
  if (implementation.version != PROCTOR_PORT_VERSION ||
      implementation.size != sizeof(proctor_host)) {
    return {.end = WorldEnd::kVersionMismatch,
            .message = fmt::format("{} was compiled with port version {} ({} bytes); this is "
                                   "version {} ({} bytes): compile it again",
                                   implementation.name, implementation.version, implementation.size,
                                   PROCTOR_PORT_VERSION, sizeof(proctor_host))};
  }
  const Knobs knobs = KnobsOf(scenario, options);
  Scheduler scheduler(scenario, options, knobs, sink);
  scheduler.Start();

  World world{scheduler};
  const proctor_constants constants = MakeConstants(scenario.Asked(), options.profile);
  const proctor_host host = MakeTable(&world, &constants);
  Body body{implementation, host};
  std::string message;
  switch (MonitorThread::Run(RunBody, &body, message)) {
    case MonitorThread::End::kReturned:
      scheduler.Finish(WorldEnd::kReturned, "the monitor returned unasked");
      break;
    case MonitorThread::End::kLeft:
      break;
    case MonitorThread::End::kCrashed:
      scheduler.Finish(WorldEnd::kCrash, message);
      break;
    case MonitorThread::End::kStuck:
      scheduler.Finish(WorldEnd::kNeverComesBack, message);
      break;
  }
  return scheduler.run();
}

}  // namespace proctor
