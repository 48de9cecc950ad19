// Knobs: what a virtual world can be like, beyond what its scenario says. By default all of them
// are drawn from the scenario's seed, so that a scenario and a profile alone replay a run.
//
// Thread safety: plain values.

#ifndef PROCTOR_CONFORMANCE_WORLD_KNOBS_H_
#define PROCTOR_CONFORMANCE_WORLD_KNOBS_H_

#include <cstdint>

#include "conformance/contract/profile.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

struct Knobs {
  int32_t procs = 1;
  uint32_t first_tick = 0;  // where all tick counters start; they wrap
  // How far a tick moves at a time: more than 1 makes ticks that are told apart by their high bits
  // only, as after a long time.
  uint32_t tick_step = 1;

  // Other threads' steps that fall due shortly before the monitor wakes up may be late and race
  // with it: race_permille of a thousand, of those due at most race_window_ns before, each within
  // race_span_calls calls of the monitor.
  uint32_t race_permille = 0;
  int64_t race_window_ns = 0;
  int32_t race_span_calls = 1;
  // A thread that has begun something while the monitor is awake does each next step within
  // step_span_calls of its calls.
  int32_t step_span_calls = 4;

  int64_t thread_start_ns = 5'000;   // longest time that a woken or new thread takes to run
  int64_t poll_back_ns = 5'000;      // longest time that breaking a blocked poll takes
  int64_t signal_ns = 15'000;        // longest time that a preemption signal takes
  uint32_t rival_poll_permille = 0;  // another thread polls between the monitor's look and its swap
  uint32_t slow_exit_permille = 0;   // the way out of a system call overlooks an idle P at first
  uint32_t lost_break_permille = 0;  // breaking a blocked poll does not work (NetBSD)
  uint32_t unattended_timers_permille =
      0;  // nobody blocks for them; the monitor finds them (NetBSD)

  // Of a thousand threads that are about to stop the world, this number is late and does it while a
  // processor is being handed off, in the window that HAND-4 is about.
  uint32_t ambush_permille = 0;
  // The monitor's clock meets the moments at which something is exactly as old as it asks for, and
  // the nanoseconds before and after: this many of a thousand of those that it comes near.
  uint32_t edge_permille = 0;

  bool interceptors = false;       // libc interceptors are installed
  bool library = false;            // the runtime is part of another program
  bool main_leaves = false;        // the main task ends itself at the start; the others go on
  bool collected_before = false;   // there was a collection before the start
  int64_t collector_up_at_ns = 0;  // after the start; until then no collection may be forced

  // Things that other parts of a program do from time to time; 0: never.
  int64_t resize_every_ns = 0;  // the number of processors changes
  int32_t resize_most = 1;      // to this number at most
  int64_t stop_every_ns = 0;    // somebody stops the world for other reasons than a collection
  int64_t hold_monitor_every_ns = 0;  // somebody holds the monitor lock for a while
  int64_t trace_work_every_ns = 0;    // a trace reader has something to read
  int64_t safe_point_every_ns = 0;    // a function is to be run for every processor
  int64_t ask_scavenger_every_ns = 0;
  int64_t change_percent_every_ns = 0;  // somebody sets the collector's percentage
  int64_t dies_at_ns = 0;               // the process begins to die of a fatal error

  // A quiet world: nothing but what the scenario says.
  static Knobs Quiet(const Scenario& scenario);
  static Knobs FromSeed(const Scenario& scenario, Profile profile);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_KNOBS_H_
