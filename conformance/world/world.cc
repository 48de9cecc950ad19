#include "conformance/world/world.h"

#include <fmt/core.h>

#include <atomic>
#include <cstring>
#include <iterator>
#include <string>

#include "conformance/world/monitor_thread.h"
#include "conformance/world/virtual_runtime.h"

namespace proctor {
namespace {

// A monitor that is told that the run is over and goes on is left where it is after that many more
// calls.
constexpr int64_t kCallsAfterEnd = 10'000;
constexpr int64_t kRefreshNs = 1'000'000'000;

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
  VirtualRuntime& runtime;
  const void* const thread = __builtin_thread_pointer();
  MonitorThread::Watch& watch = MonitorThread::WatchOfThisThread();
  int64_t calls_after_end = 0;
  int64_t sleeps_after_end = 0;
  const char* open_call = nullptr;                  // that has not come back yet
  std::atomic<const char*> foreign_call = nullptr;  // the last one made by another thread
};

// A call of the port. After the end of the world it does nothing, and a monitor that does not
// listen is left.
class Call {
 public:
  // By the monitor's own thread.
  Call(World& world, const char* name) : trusted_(world.watch), world_(world) {
    if (world_.runtime.ended()) {
      if (++world_.calls_after_end > kCallsAfterEnd) MonitorThread::Leave();
      return;
    }
    // A load, where an exchange would cost more than all the rest.
    if (world_.open_call != nullptr || world_.foreign_call.load(std::memory_order_relaxed)) {
      Refuse(name);
      return;
    }
    world_.open_call = name;
    world_.runtime.sleep.BeforeCall();
  }
  ~Call() { world_.open_call = nullptr; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  bool goes_on() const { return !world_.runtime.ended(); }

 private:
  [[gnu::cold]] void Refuse(const char* name) {
    if (world_.open_call != nullptr) {
      world_.runtime.calls.Misuse(fmt::format(
          "calls {} although {} has not come back: a call of the port must not be left by a jump",
          name, world_.open_call));
    } else {
      world_.runtime.calls.Misuse(
          fmt::format("calls {} from a thread of its own: the port is for the monitor's thread",
                      world_.foreign_call.load()));
    }
  }

  const MonitorThread::Trusted trusted_;
  World& world_;
};

// True: the call is another thread's, and will be named when the monitor's own thread calls next.
bool IsForeign(World& world, const char* name) {
  if (__builtin_thread_pointer() == world.thread) return false;
  world.foreign_call = name;
  return true;
}

// What each call of the port does.
namespace calls {

using W = VirtualRuntime;
using V = Variable;

int64_t now_ns(W& w) { return w.sleep.NowNs(); }
void relax_clock(W& w, int relaxed) { w.sleep.RelaxClock(relaxed != 0); }
void lock(W& w, int32_t lock) { w.locks.MonitorTakes(lock); }
void unlock(W& w, int32_t lock) { w.locks.MonitorDrops(lock); }
int sleep_on_note(W& w, int64_t timeout_ns) { return w.sleep.SleepOnNote(timeout_ns); }
void clear_note(W& w) { w.note.Clear(); }
void set_monitor_waits(W& w, int waits) { w.note.SetWaits(waits != 0); }
int64_t stop_pending(W& w) { return w.calls.ReadVariable(V::kStopPending, w.stop.pending()); }
int64_t idle_processors(W& w) {
  return w.calls.ReadVariable(V::kIdleProcessors, w.processors.idle());
}
int64_t processors(W& w) { return w.calls.ReadVariable(V::kProcs, w.processors.procs()); }
int64_t spinning_threads(W& w) {
  return w.calls.ReadVariable(V::kSpinningThreads, w.threads.spinning());
}
int64_t earliest_timer_ns(W& w) { return w.calls.EarliestTimer(); }
void add_system_thread(W& w) { w.calls.AddSystemThread(); }
void check_deadlock(W& w) { w.calls.CheckDeadlock(); }
void add_idle_locked(W& w, int32_t delta) { w.calls.AddIdleLocked(delta); }
int poller_ready(W& w) { return w.poller.ready(); }
int64_t last_poll_ns(W& w) { return w.poll_calls.LastPoll(); }
int swap_last_poll(W& w, int64_t expected_ns, int64_t new_ns) {
  return w.poll_calls.SwapLastPoll(expected_ns, new_ns);
}
void poll(W& w, int64_t timeout_ns, proctor_ready_list* ready) {
  w.poll_calls.Poll(timeout_ns, ready);
}
void inject(W& w, const proctor_ready_list* ready) { w.poll_calls.Inject(ready); }
void adjust_waiters(W& w, int32_t delta) { w.poll_calls.AdjustWaiters(delta); }
int32_t processor_count(W& w) { return w.calls.ProcessorCount(); }
int32_t status_of(W& w, int32_t p) { return w.calls.StatusOf(p); }
uint32_t schedule_tick_of(W& w, int32_t p) { return w.calls.ScheduleTickOf(p); }
uint32_t syscall_tick_of(W& w, int32_t p) { return w.calls.SyscallTickOf(p); }
int has_local_work(W& w, int32_t p) { return w.calls.HasLocalWork(p); }
void request_preemption(W& w, int32_t p) { w.calls.RequestPreemption(p); }
int swap_syscall_to_idle(W& w, int32_t p) { return w.calls.SwapSyscallToIdle(p); }
int lock_task_in_syscall(W& w, int32_t p) { return w.task_lock.Lock(p); }
void take_from_locked_task(W& w, int32_t p) { w.task_lock.TakeProcessor(p); }
void unlock_task(W& w, int32_t p) { w.task_lock.Unlock(p); }
void bump_syscall_tick(W& w, int32_t p) { w.calls.BumpSyscallTick(p); }
void hand_off(W& w, int32_t p) { w.calls.HandOff(p); }
void collector(W& w, proctor_collector* state) { w.collector_calls.Collector(state); }
int64_t helper_idle(W& w) {
  return w.calls.ReadVariable(V::kHelperIdle, w.own_tasks.helper_idle());
}
void clear_helper_idle(W& w) { w.collector_calls.ClearHelperIdle(); }
void inject_helper(W& w) { w.collector_calls.InjectHelper(); }
int64_t scavenger_asked_for(W& w) {
  return w.calls.ReadVariable(V::kScavengerAsked, w.own_tasks.scavenger_asked());
}
void wake_scavenger(W& w) { w.collector_calls.WakeScavenger(); }
void print_trace(W& w, int64_t now_ns) { w.calls.PrintTrace(now_ns); }
void call_yield_hook(W& w) { w.calls.CallYieldHook(); }
void start_thread(W& w) { w.calls.StartThread(); }
void refresh_processors(W& w) { w.calls.RefreshProcessors(); }

}  // namespace calls

// A function of the table from one of those above. `Name` has what the call is called.
template <typename Name, auto kFunction, typename Result, typename... Parameters>
Result Dispatch(void* self, Parameters... parameters) {
  World& world = *static_cast<World*>(self);
  if (IsForeign(world, Name::kName)) return Result();
  const Call call(world, Name::kName);
  if (!call.goes_on()) return Result();
  return static_cast<Result>(kFunction(world.runtime, parameters...));
}

template <typename Name, auto kFunction, typename Result, typename... Parameters>
void Fill(Result (*&place)(void*, Parameters...)) {
  place = Dispatch<Name, kFunction, Result, Parameters...>;
}

// The one call that says when the world has ended.
int Sleep(void* self, int64_t duration_ns) {
  World& world = *static_cast<World*>(self);
  if (IsForeign(world, "sleep_ns")) return 1;
  const Call call(world, "sleep_ns");
  if (call.goes_on() && world.runtime.sleep.SleepShallow(duration_ns)) return 0;
  if (++world.sleeps_after_end > 1) MonitorThread::Leave();
  return 1;
}
namespace calls {
int sleep_ns(W& w, int64_t duration_ns) { return w.sleep.SleepShallow(duration_ns); }
}  // namespace calls

namespace names {
#define CALL(name, ...)                         \
  struct name {                                 \
    static constexpr const char* kName = #name; \
  };
#include "conformance/port/calls.def"
#undef CALL
}  // namespace names

proctor_host MakeTable(World* world, const proctor_constants* constants) {
  proctor_host host = {};
  host.version = PROCTOR_PORT_VERSION;
  host.size = sizeof(host);
  host.self = world;
  host.constants = constants;
#define CALL(name, ...) Fill<names::name, calls::name>(host.name);
#include "conformance/port/calls.def"
#undef CALL
  host.sleep_ns = Sleep;
  return host;
}

// What the monitor was given to read it may have written to: "" or the member's name.
std::string Overwritten(const proctor_host& host, const proctor_host& original,
                        const proctor_constants& constants,
                        const proctor_constants& original_constants) {
#define CALL(name, ...) \
  if (host.name != original.name) return #name;
#include "conformance/port/calls.def"
#undef CALL
  // Padding is compared as well: it came with the copy, and nobody may write there either.
  if (std::memcmp(&constants, &original_constants, sizeof constants) != 0) {  // NOLINT
    return "constants";
  }
  return std::memcmp(&host, &original, sizeof host) != 0 ? "self" : "";
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
  const bool follows =
      FollowsProcessors(profile) && tunables.procs == 0 && tunables.procs_refresh != 0;
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
  for (const EventKind kind :
       {EventKind::kGap, EventKind::kStall, EventKind::kThreadStart, EventKind::kThreadWake,
        EventKind::kAtRest, EventKind::kCanGoOn, EventKind::kSecondMonitor}) {
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
  VirtualRuntime runtime(scenario, options, knobs, sink);
  runtime.Start();

  World world{.runtime = runtime};
  const proctor_constants constants = MakeConstants(scenario.Asked(), options.profile);
  const proctor_host host = MakeTable(&world, &constants);
  // Copies that the compiler cannot take for the originals: foreign code has had a pointer to them.
  const proctor_constants original_constants = constants;
  const proctor_host original = host;
  Body body{implementation, host};
  std::string message;
  switch (MonitorThread::Run(RunBody, &body, message)) {
    case MonitorThread::End::kReturned:
      runtime.Finish(WorldEnd::kReturned, "the monitor returned early");
      break;
    case MonitorThread::End::kLeft:
      break;
    case MonitorThread::End::kCrashed:
      runtime.Finish(WorldEnd::kCrash, message);
      break;
    case MonitorThread::End::kStuck:
      runtime.Finish(WorldEnd::kNeverComesBack, message);
      break;
  }
  const std::string overwritten = Overwritten(host, original, constants, original_constants);
  if (overwritten.empty()) return runtime.run();
  WorldRun run = runtime.run();
  run.end = WorldEnd::kPortMisuse;
  run.message = fmt::format("the monitor writes into the host's table: {}", overwritten);
  return run;
}

}  // namespace proctor
