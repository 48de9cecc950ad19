// The constants of the system monitor. The defaults are those of the Go 1.20 release line; what
// later releases do differently is switched on by name, so that one monitor serves them all.
//
// Thread safety: a Constants is a plain value; the monitor copies it once.

#ifndef PROCTOR_RUNTIME_SYSMON_CONSTANTS_H_
#define PROCTOR_RUNTIME_SYSMON_CONSTANTS_H_

#include <cstdint>

namespace proctor::runtime {

struct Constants {
  // Cadence: the shallow sleep starts at the least, stays there for flat_cycles idle cycles after
  // the first, then doubles up to the most.
  int64_t shallow_min_ns = 20'000;
  int64_t shallow_max_ns = 10'000'000;
  int64_t flat_cycles = 50;

  // The network is polled when nobody else has for longer than this.
  int64_t poll_stale_ns = 10'000'000;
  // A task that has run for so long is asked to yield.
  int64_t slice_ns = 10'000'000;
  // A system call that lasts longer loses its processor even when nobody needs it.
  int64_t syscall_cap_ns = 10'000'000;
  // A collection is forced when the last one ended longer ago.
  int64_t forcegc_period_ns = 120'000'000'000;
  // The system's clock is relaxed around deep sleeps that last at least this long.
  int64_t relax_min_ns = 0;
  // The scheduler trace prints a line this often; 0: off.
  int64_t trace_interval_ns = 0;

  // Go 1.22 and later: the count of tasks waiting in the poller is corrected after injection.
  bool adjust_waiters = false;
  // Go 1.25 and later: the number of processors follows the machine, looked at this often; 0:
  // never.
  int64_t refresh_procs_ns = 0;
  // Go 1.26 and later: a processor is taken out of a system call by locking its task instead of by
  // a swap of its status.
  bool take_by_task_lock = false;
  // NetBSD: its poller can lose wake-ups, so an overdue timer gets a thread from here
  // (golang/go#42515).
  bool rescue_timers = false;

  // A deep sleep is cut at half the period, so that a forced collection is late by half a period at
  // most.
  int64_t deep_max_ns() const { return forcegc_period_ns / 2; }
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SYSMON_CONSTANTS_H_
