#include "conformance/scenario/library.h"

#include <utility>

namespace proctor {
namespace {

using enum ClauseId;

constexpr int64_t kMs = 1'000'000;

Operation Spin(int64_t ms) { return {.op = Op::kSpin, .duration_ns = ms * kMs}; }
Operation Work(int64_t ms) { return {.op = Op::kWork, .duration_ns = ms * kMs}; }
Operation Block(int64_t ms) { return {.op = Op::kBlock, .duration_ns = ms * kMs}; }
Operation Calls(int64_t ms) { return {.op = Op::kCalls, .duration_ns = ms * kMs}; }
Operation Sleep(int64_t ms) { return {.op = Op::kSleep, .duration_ns = ms * kMs}; }
Operation Wait(int32_t descriptor) { return {.op = Op::kWait, .descriptor = descriptor}; }
Operation Send(int32_t channel) { return {.op = Op::kSend, .channel = channel}; }
Operation Receive(int32_t channel) { return {.op = Op::kReceive, .channel = channel}; }
Operation Spawn(int32_t task) { return {.op = Op::kSpawn, .task = task}; }
Operation Yield() { return {.op = Op::kYield}; }
Operation Collect() { return {.op = Op::kCollect}; }
Operation Allocate(int64_t bytes) { return {.op = Op::kAllocate, .bytes = bytes}; }
Operation Stamp() { return {.op = Op::kStamp}; }

Outside ReadyEvery(int64_t first_ms, int64_t every_ms, int64_t times) {
  return {.at_ns = first_ms * kMs,
          .kind = OutsideKind::kReady,
          .every_ns = every_ms * kMs,
          .times = times};
}

// A task that is there only to be made runnable.
Task Brief() { return {.ops = {Yield()}, .start = false}; }

NamedScenario LoneSpinner() {
  return {
      {.name = "lone_spinner",
       .about =
           "One task computes on the only P: the whole cadence, and preemption again and again.",
       .tunables = {{"procs", 1}},
       .tasks = {{.ops = {Spin(700)}}}},
      {kID_1, kID_4, kCAD_1, kCAD_2, kCAD_6, kCAD_8, kCAD_9, kDEEP_11, kPRE_1, kSLICE_4}};
}

// How many samples the clauses about delays get. 32 on time decide, and every late one among them
// asks for 25 more (judge/samples.h): of a load beside it one, of time slices two may come.
constexpr int kSlices = 84;
constexpr int kBlocks = 64;
constexpr int kPolls = 64;

NamedScenario Idle() {
  return {{.name = "idle",
           .about = "A task sleeps again and again: deep sleeps up to the next timer.",
           .settle_ms = 200,
           .tasks = {{.ops = {Sleep(60), Sleep(3), Sleep(25)}, .repeat = 10}}},
          {kID_1, kCAD_5, kCAD_9, kDEEP_4, kDEEP_14}};
}

NamedScenario Timers() {
  return {{.name = "timers",
           .about = "Many tasks sleep for different times at once.",
           .tasks = {{.ops = {Sleep(1), Sleep(7), Sleep(19)}, .repeat = 12},
                     {.ops = {Sleep(2), Sleep(11)}, .repeat = 25},
                     {.ops = {Sleep(5)}, .repeat = 60},
                     {.ops = {Sleep(40)}, .repeat = 8}}},
          {kCAD_9, kDEEP_4}};
}

NamedScenario TimeSlices() {
  return {{.name = "time_slices",
           .about = "A task without any call computes while another is runnable behind it.",
           .tunables = {{"procs", 1}, {"gc_percent", -1}},
           .tasks = {{.ops = {Yield(), Spawn(1), Spin(50)}, .repeat = kSlices}, Brief()}},
          {kSLICE_3, kPRE_5}};
}

NamedScenario BlockedWithWork() {
  return {{.name = "blocked_with_work",
           .about = "A task blocks in a system call while another is runnable behind it.",
           .tunables = {{"procs", 1}},
           .tasks = {{.ops = {Spin(2), Spawn(1), Block(45)}, .repeat = kBlocks}, Brief()}},
          {kSYS_4, kHAND_8}};
}

NamedScenario BlockedAlone() {
  return {{.name = "blocked_alone",
           .about = "A task blocks in a long system call and nothing else is there to run.",
           .tasks = {{.ops = {Spin(15), Block(300)}, .repeat = 3}}},
          {kSYS_3, kDEEP_14}};
}

NamedScenario BlockedBesideSleepers() {
  return {{.name = "blocked_beside_sleepers",
           .about = "P are retaken from system calls while the rest of the tasks sleeps.",
           .tunables = {{"procs", 3}},
           .tasks = {{.ops = {Sleep(45)}, .repeat = 12},
                     {.ops = {Spin(1), Block(35)}, .repeat = 12},
                     {.ops = {Sleep(20), Block(25)}, .repeat = 12}}},
          {kHAND_7, kDEEP_4}};
}

NamedScenario BlockedBesideSpinner() {
  return {{.name = "blocked_beside_spinner",
           .about = "One P is retaken from a system call while another one computes.",
           .tunables = {{"procs", 2}},
           .tasks = {{.ops = {Spin(900)}}, {.ops = {Spin(30), Block(150)}, .repeat = 4}}},
          {kCAD_3}};
}

NamedScenario DeepSleepWakeUps() {
  return {
      {.name = "deep_sleep_wake_ups",
       .about = "Tasks made ready by the network enter system calls while the monitor sleeps deep.",
       .tunables = {{"procs", 1}},
       .descriptors = 1,
       .tasks = {{.ops = {Wait(0), Spin(15), Wait(0), Spawn(1), Block(60)}, .repeat = 8}, Brief()},
       .outside = {ReadyEvery(60, 100, 16)}},
      {kCAD_4, kDEEP_9}};
}

NamedScenario PollWithEveryPBusy() {
  return {{.name = "poll_with_every_p_busy",
           .about = "A descriptor becomes ready while the only P computes.",
           .tunables = {{"procs", 1}},
           .descriptors = 1,
           .tasks = {{.ops = {Spin(4800)}}, {.ops = {Wait(0)}, .repeat = kPolls}},
           .outside = {ReadyEvery(50, 70, kPolls)}},
          {kPOLL_1, kPOLL_3, kPOLL_7}};
}

NamedScenario ForcedCollections() {
  return {{.name = "forced_collections",
           .about = "An idle process with a short forced-collection period.",
           .tunables = {{"forcegc_period_ns", 200 * kMs}},
           .tasks = {{.ops = {Collect(), Sleep(1500)}}}},
          {kGC_1, kGC_5}};
}

NamedScenario CollectorOff() {
  return {{.name = "collector_off",
           .about = "The same with the collector off: nothing may be forced.",
           .tunables = {{"forcegc_period_ns", 200 * kMs}, {"gc_percent", -1}},
           .tasks = {{.ops = {Collect(), Sleep(900)}}}},
          {kGC_3}};
}

NamedScenario Deadlock() {
  return {{.name = "deadlock",
           .about = "All tasks wait for each other for ever.",
           .channels = {{}, {}},
           .tasks = {{.ops = {Receive(0), Send(1)}}, {.ops = {Receive(1), Send(0)}}},
           .ending = Ending::kDeadlock},
          {kID_3, kDEAD_3}};
}

NamedScenario TimerIsNoDeadlock() {
  return {{.name = "timer_is_no_deadlock",
           .about = "All tasks wait, one of them for a timer.",
           .channels = {{}},
           .tasks = {{.ops = {Receive(0)}}, {.ops = {Sleep(250), Send(0)}}}},
          {kDEAD_4}};
}

NamedScenario NetworkIsNoDeadlock() {
  return {{.name = "network_is_no_deadlock",
           .about = "All tasks wait, one of them for the network.",
           .channels = {{}},
           .descriptors = 1,
           .tasks = {{.ops = {Receive(0)}}, {.ops = {Wait(0), Send(0)}}},
           .outside = {ReadyEvery(250, 0, 1)}},
          {kDEAD_5}};
}

NamedScenario SchedulerTrace() {
  return {{.name = "scheduler_trace",
           .about = "An idle process with the scheduler trace on.",
           .tunables = {{"sched_trace_ms", 50}},
           .tasks = {{.ops = {Sleep(700)}}}},
          {kDEEP_13, kTRC_1}};
}

NamedScenario PreemptionOff() {
  return {{.name = "preemption_off",
           .about = "A task computes with asynchronous preemption off.",
           .tunables = {{"procs", 1}, {"asynchronous_preemption", 0}},
           .tasks = {{.ops = {Yield(), Spawn(1), Spin(60)}, .repeat = 5}, Brief()}},
          {kPRE_3}};
}

NamedScenario StopTheWorld() {
  return {{.name = "stop_the_world",
           .about = "Collections are asked for while another task computes.",
           .tunables = {{"procs", 2}},
           .tasks = {{.ops = {Work(900)}}, {.ops = {Sleep(30), Collect()}, .repeat = 6}}},
          {kSTW_3}};
}

NamedScenario MixedLoad() {
  return {{.name = "mixed_load",
           .about = "Many tasks do everything at once on one P.",
           .tunables = {{"procs", 1}},
           .channels = {{.capacity = 1}, {}},
           .tasks = {{.ops = {Stamp(), Sleep(250), Stamp()}, .repeat = 2},
                     {.ops = {Spin(3), Block(3), Yield()}, .repeat = 40},
                     {.ops = {Calls(2), Spin(3), Block(2)}, .repeat = 40},
                     {.ops = {Calls(1), Work(2), Allocate(100'000)}, .repeat = 40},
                     {.ops = {Send(0), Spin(1), Receive(1)}, .repeat = 40},
                     {.ops = {Receive(0), Sleep(1), Send(1)}, .repeat = 40},
                     {.ops = {Spawn(7), Spawn(7), Yield(), Block(4)}, .repeat = 40},
                     {.ops = {Spin(1), Yield(), Calls(1)}, .start = false}}},
          {kSYS_8, kHAND_8}};
}

NamedScenario CpuAffinity() {
  return {{.name = "cpu_affinity",
           .about = "A task computes for seconds; the number of P is the runtime's own choice.",
           .tunables = {{"procs_refresh", 1}},
           .tasks = {{.ops = {Spin(2400)}}}},
          {kVER_2}};
}

std::vector<NamedScenario> MakeLibrary() {
  return {LoneSpinner(),
          Idle(),
          Timers(),
          TimeSlices(),
          BlockedWithWork(),
          BlockedAlone(),
          BlockedBesideSleepers(),
          BlockedBesideSpinner(),
          DeepSleepWakeUps(),
          PollWithEveryPBusy(),
          ForcedCollections(),
          CollectorOff(),
          Deadlock(),
          TimerIsNoDeadlock(),
          NetworkIsNoDeadlock(),
          SchedulerTrace(),
          PreemptionOff(),
          StopTheWorld(),
          MixedLoad(),
          CpuAffinity()};
}

}  // namespace

std::span<const NamedScenario> ScenarioLibrary() {
  static const std::vector<NamedScenario> library = MakeLibrary();
  return library;
}

const NamedScenario* FindScenario(std::string_view name) {
  for (const NamedScenario& named : ScenarioLibrary()) {
    if (named.scenario.name == name) return &named;
  }
  return nullptr;
}

}  // namespace proctor
