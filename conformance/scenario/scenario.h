// A scenario: what a runtime is to do, as data. The same scenario runs in virtual time, on the
// reference runtime, on Go, on anything with an adapter.
//
// In JSON (every member with a default may be left out; unknown members are errors):
//
//   {"schema": "proctor-scenario/1",
//    "name": "blocked_call_with_work_waiting",
//    "about": "A task blocks in a system call while another is runnable.",
//    "seed": "1",
//    "budget_ms": 5000,
//    "settle_ms": 0,
//    "tunables": {"procs": 1},
//    "channels": [{"capacity": 0}],
//    "descriptors": 1,
//    "tasks": [
//      {"repeat": 20, "start": true, "ops": [
//        {"op": "spawn", "task": 1},
//        {"op": "block", "duration_ns": 50000000}]},
//      {"start": false, "ops": [{"op": "yield"}]}],
//    "outside": [{"at_ns": 100000000, "event": "ready", "descriptor": 0}],
//    "ends": "done",
//    "stamps": "all"}
//
// Thread safety: a Scenario is a plain value.

#ifndef PROCTOR_CONFORMANCE_SCENARIO_SCENARIO_H_
#define PROCTOR_CONFORMANCE_SCENARIO_SCENARIO_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/tunables.h"
#include "conformance/evidence/event.h"

namespace proctor {

inline constexpr std::string_view kScenarioSchema = "proctor-scenario/1";
inline constexpr int32_t kTimersMost = 64;  // of one run of a task

// One operation of a task. Only the members that the operation names mean anything.
//
//   spin       duration_ns          use the CPU in a loop that calls nothing
//   work       duration_ns          use the CPU in a loop that calls a function which allocates, so
//                                   that a runtime can preempt it even without signals
//   block      duration_ns          one blocking system call of that length, known to the runtime
//                                   as one
//   block_untold duration_ns        the same without the runtime being told of it: for the runtime
//                                   the task computes
//   calls      duration_ns          short system calls, one after the other, for that long
//   wait       descriptor           wait through the runtime's poller for a byte, and take it
//   sleep      duration_ns          the runtime's own timer
//   yield
//   send       channel
//   receive    channel
//   spawn      task                 make the task runnable once more; it runs its program from the
//                                   start
//   allocate   bytes                garbage at once
//   collect                         a full collection, waited for
//   stamp                           records the CPU time used so far (event cpu_time)
//   set_timer  timer, duration_ns   a timer of its own that fires once; the task goes on meanwhile
//   stop_timer timer                it is not to fire any more
//   reset_timer timer, duration_ns  it is to fire at another time instead
//   procs      procs                changes the number of processors
struct Operation {
  Op op = Op::kYield;
  int64_t duration_ns = 0;
  int64_t bytes = 0;
  int32_t descriptor = 0;
  int32_t channel = 0;
  int32_t task = 0;
  int32_t timer = 0;  // of its run of the task, from 0
  int32_t procs = 0;

  bool operator==(const Operation&) const = default;
};

// A little program: the operations in order, all of them `repeat` times.
struct Task {
  std::vector<Operation> ops;
  int64_t repeat = 1;
  bool start = true;  // runnable at the beginning; otherwise only when spawned

  bool operator==(const Task&) const = default;
};

struct Channel {
  int32_t capacity = 0;

  bool operator==(const Channel&) const = default;
};

enum class OutsideKind { kReady, kStop, kContinue };

// Something that happens to the process from outside, `at_ns` after the scenario's start. Ready
// events are repeated every `every_ns` (0: once) until `times` of them have happened.
struct Outside {
  int64_t at_ns = 0;
  OutsideKind kind = OutsideKind::kReady;
  int32_t descriptor = 0;
  int64_t every_ns = 0;
  int64_t times = 1;

  bool operator==(const Outside&) const = default;
};

// How the scenario is meant to end: all tasks done, or every task waiting for ever and the runtime
// saying so.
enum class Ending { kDone, kDeadlock };

// What is stamped: everything; the scenario's and the tasks' beginnings and ends; the scenario's
// only. Where it is not everything, the adapter gathers results itself (conformance/adapter).
enum class Stamps { kAll, kEnds, kNone };
ValueNames StampsNames();  // "all", ...

struct Scenario {
  std::string name;
  std::string about;
  uint64_t seed = 1;
  int64_t budget_ms =
      60'000;  // a run that takes longer is ended and is a time-out; not a measure of speed
  int64_t settle_ms = 0;  // after the last task's end the idle process is watched for so long
  std::map<std::string, int64_t> tunables;  // asked for, by the names of contract/tunables.def
  std::vector<Channel> channels;
  int32_t descriptors = 0;  // numbered from 0, made by the harness
  std::vector<Task> tasks;
  std::vector<Outside> outside;  // in order of at_ns
  Ending ending = Ending::kDone;
  Stamps stamps = Stamps::kAll;

  // The defaults with what was asked for on top.
  Tunables Asked() const;

  bool operator==(const Scenario&) const = default;
};

// Whether some task changes the number of processors, so that it says nothing of the whole run.
bool ChangesProcs(const Scenario& scenario);

// A case's seed: a hash of the run's seed and the case's name, so that filters and shards do not
// change it.
uint64_t CaseSeed(uint64_t seed, std::string_view name);

// Empty: valid. Otherwise the first thing wrong and its place: "tasks[2].ops[5]: duration_ns must
// be > 0".
std::string Validate(const Scenario& scenario);

// Parses and validates; nullopt: `error` says what is wrong and where, in one line.
std::optional<Scenario> ParseScenario(std::string_view text, std::string& error);

// One line of JSON without line breaks; ParseScenario gives the same scenario back.
std::string FormatScenario(const Scenario& scenario);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_SCENARIO_SCENARIO_H_
