// A replay: the stamps of a run held against its scenario. An adapter that did something else, or
// nothing, is found by it before anything is judged.
//
// Compared are the runs of tasks and who spawned them, repeats, operations with their numbers and
// durations, what went through channels and descriptors, timers, and the ends. Only the order
// within one task counts where stamps of several tasks are compared by time they were taken before
// and after.
//
// Errors: one line that names the stamp and what was due instead.
// Thread safety: pure functions.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_SCENARIO_REPLAY_H_
#define PROCTOR_CONFORMANCE_ADAPTER_SCENARIO_REPLAY_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

// The first thing in which the stamps differ from the scenario; empty: nothing. `events` are all of
// a run, by time. `whole`: the scenario has ended, and what is missing counts as well.
std::string FindMismatch(const Scenario& scenario, std::span<const Event> events, bool whole);

// How the tasks of a run stand when its stamps end.
struct Standstill {
  std::vector<int64_t> can_go_on;  // what they wait for is there, or they wait for nothing
  int64_t for_others = 0;          // tasks that wait for a timer or a descriptor, and timers set
  int64_t for_each_other = 0;      // tasks in a send or receive that nobody can end
};

// `events` must match the scenario.
Standstill StandstillOf(const Scenario& scenario, std::span<const Event> events);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_SCENARIO_REPLAY_H_
