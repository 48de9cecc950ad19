/* The monitor port: how any system monitor, in any language that can call C, is put to the test in
 * virtual time.
 *
 * You write one function:
 *
 *     void my_monitor(const proctor_host* host, void* argument);
 *
 * It is your monitor's loop, and it may be endless. The host is a table of functions: the
 * scheduler, the clock and the machine that your monitor looks after. The host runs your function
 * on a stack of its own (1 MiB), and lets other threads act, as a seed decides, inside the calls
 * you make: before each of them anything may have changed. Between two calls no time passes.
 *
 * What to do, and what never to do, is said by the contract (CONTRACT.md, or `proctor explain
 * CLAUSE`). A monitor that does as Go's does, in pseudo-code:
 *
 *     lock(SCHED); add_system_thread(); check_deadlock(); unlock(SCHED);
 *     for (;;) {
 *       if (sleep_ns(delay) != 0) return;
 *       now = now_ns();
 *       if (no trace && (stop_pending() || idle_processors() == processors())) {
 *         lock(SCHED);
 *         if (stop_pending() || idle_processors() == processors()) {
 *           timer = earliest_timer_ns();
 *           if (timer > now) {
 *             set_monitor_waits(1); unlock(SCHED);
 *             woken = sleep_on_note(min(forcegc_period / 2, timer - now));
 *             lock(SCHED); set_monitor_waits(0); clear_note();
 *           }
 *         }
 *         unlock(SCHED);
 *       }
 *       lock(MONITOR); now = now_ns();
 *       call_yield_hook(); poll; kick the scavenger; scan the processors; force a collection;
 *       trace; unlock(MONITOR);
 *     }
 *
 * To put it to the test, put it into a library (cc_library on @proctor//conformance/port) that
 * also defines the function below, and give that library to sysmon_conformance_suite
 * (conformance/defs.bzl), or to //conformance:suite by --//conformance:implementation=LABEL:
 *
 *     const proctor_implementation* proctor_implementation_under_test(void) {
 *       static const proctor_implementation mine = {PROCTOR_PORT, "mine", "0.1", my_monitor, NULL};
 *       return &mine;
 *     }
 *
 * A whole monitor that keeps every clause: conformance/variants/c99.c.
 *
 * Rules of the port:
 *   - Functions take `host->self` as their first argument. Flags are 0 or 1.
 *   - Processors are numbered from 0 to processor_count() - 1. Ticks may start anywhere and wrap.
 *   - "Under X": the contract wants that lock held; calling without it is judged as a violation.
 *     Otherwise a call takes the locks it names by itself, and must be made without them.
 *   - Calling wrongly ends the run, with a line that names the call: unlocking what is not held,
 *     locking twice or what is no lock, sleeping with a lock held, a call made with a lock held
 *     that it takes; a processor that does not exist; bump_syscall_tick or hand_off for one that
 *     was not won; add_idle_locked with another number than 1 or -1; a ready list injected twice;
 *     NULL where a result is to be written or a list is to be read; a call from another thread, or
 *     one that is left by a jump; writing into this table or the constants.
 *   - Never coming back, never sleeping, returning early and crashing are noticed, too. So is what
 *     a monitor does to its process: ending it; closing standard output or standard error; keeping
 *     more memory or mappings with each cycle; leaving files open, or a thread or a process behind;
 *     changing the working directory, the environment, what signals do, or limits; or taking so
 *     much real time that the suite does not come to its end.
 *   - Keep your state on your stack or in static variables that your function sets when it starts:
 *     it is started anew for every scenario, and an abandoned stack is not unwound.
 *
 * Thread safety: the monitor calls from the thread that the host started it on, and from no other.
 *
 * Versions: the table grows at its end only, and `size` says how much of it there is; `version`
 * changes when something in it changes its meaning. A monitor that needs version N calls
 * proctor_host_is_complete first.
 */

#ifndef PROCTOR_CONFORMANCE_PORT_PORT_H_
#define PROCTOR_CONFORMANCE_PORT_PORT_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PROCTOR_PORT_VERSION 1

/* "There is no timer". */
#define PROCTOR_NO_TIMER INT64_MAX

/* The locks, in lock order: a thread that holds one takes only later ones. */
enum {
  PROCTOR_LOCK_MONITOR = 0,   /* held during the duties; another holder delays them */
  PROCTOR_LOCK_SCAVENGER = 1, /* the scavenger's parking */
  PROCTOR_LOCK_FORCED_GC = 2, /* the forced-collection helper's parking */
  PROCTOR_LOCK_SCHED = 3,     /* the scheduler's central lock */
  PROCTOR_LOCK_ALL_TASKS = 4, /* the list of all tasks */
  PROCTOR_LOCK_ALL_P = 5,     /* the list of all processors */
  PROCTOR_LOCK_TIMERS = 6     /* one processor's timers */
};

/* The status of a processor. */
enum {
  PROCTOR_P_NONE = 0,    /* the list has grown, but this processor is not made yet */
  PROCTOR_P_IDLE = 1,    /* nobody's */
  PROCTOR_P_RUNNING = 2, /* a thread's; go1.26+: also while that thread is in a system call */
  PROCTOR_P_SYSCALL = 3, /* its thread is in a system call */
  PROCTOR_P_STOPPED = 4, /* stopped for stop-the-world */
  PROCTOR_P_DEAD = 5     /* there are fewer processors now */
};

/* The contract's constants, as they are to be in this run, and what the profile asks for. */
typedef struct proctor_constants {
  int64_t shallow_min_ns;
  int64_t shallow_max_ns;
  int64_t flat_cycles; /* while `idle` is at most this, the delay stays at shallow_min */
  int64_t poll_stale_ns;
  int64_t slice_ns;
  int64_t syscall_cap_ns;
  int64_t forcegc_period_ns; /* half of it is deep_max, the longest deep sleep */
  int64_t relax_min_ns;      /* a deep sleep of exactly this is relaxed */
  int64_t trace_interval_ns; /* 0: the scheduler trace is off */
  int64_t refresh_procs_ns;  /* go1.25+: refresh_processors at most this often; 0: never */
  int32_t adjust_waiters;    /* go1.22+: adjust_waiters after inject */
  int32_t take_by_task_lock; /* go1.26+: lock_task_in_syscall instead of swap_syscall_to_idle */
  int32_t rescue_timers;     /* netbsd: start_thread for a timer due before `now`, after the poll */
} proctor_constants;

/* Tasks that a poll found ready; `tasks` belongs to the host. */
typedef struct proctor_ready_list {
  void* tasks;
  int32_t count;
  int32_t waiters_delta; /* what adjust_waiters is to be given for them */
} proctor_ready_list;

/* What decides whether a collection may be forced. */
typedef struct proctor_collector {
  int32_t enabled;     /* the collector is up */
  int32_t dying;       /* the process is ending on a fatal error */
  int32_t collecting;  /* a collection is under way */
  int32_t percent;     /* heap growth that starts one; negative: collections are off */
  int64_t last_end_ns; /* when the last one ended; 0: there was none yet */
} proctor_collector;

typedef struct proctor_host {
  uint32_t version; /* PROCTOR_PORT_VERSION of the host */
  uint32_t size;    /* sizeof(proctor_host) of the host */
  void* self;       /* first argument of every function below */
  const proctor_constants* constants;

  /* -- Time. ----------------------------------------------------------------------------------- */

  /* The clock, in nanoseconds. Never goes backwards. */
  int64_t (*now_ns)(void* self);
  /* The shallow sleep. 0: slept. Not 0: the run is over, and the monitor may return. If it does
   * not, it is left where it is at its next sleep. */
  int (*sleep_ns)(void* self, int64_t duration_ns);
  /* os_relax: coarse timing is enough from now on (1), or no longer (0): on between
   * set_monitor_waits and the sleep, off before the monitor lock is taken. */
  void (*relax_clock)(void* self, int relaxed);

  /* -- Locks. ---------------------------------------------------------------------------------- */

  /* `lock` is one of PROCTOR_LOCK_*. Locking waits while another thread holds it. */

  void (*lock)(void* self, int32_t lock);
  void (*unlock)(void* self, int32_t lock);

  /* -- Deep sleep. ----------------------------------------------------------------------------- */

  /* Sleeps on the monitor's note until it is woken or the time has passed. 1: it was woken, then or
   * earlier; it stays so until it is cleared. The time-out comes from a clock read since the
   * shallow sleep, and from a timer read under SCHED. Where libc interceptors want the wait cut
   * into pieces with their hook between, this does it. */
  int (*sleep_on_note)(void* self, int64_t timeout_ns);
  void (*clear_note)(void* self);
  /* Publishes whether the monitor sleeps on its note and is to be woken. Under SCHED. */
  void (*set_monitor_waits)(void* self, int waits);

  /* -- Counts: exact under SCHED, hints without. ----------------------------------------------- */

  int (*stop_pending)(void* self); /* somebody is stopping the world, or has */
  int32_t (*idle_processors)(void* self);
  int32_t (*processors)(void* self); /* how many there are: the contract's `procs` */
  int32_t (*spinning_threads)(void* self);
  /* When the earliest timer is due, or PROCTOR_NO_TIMER. Takes ALL_P, then TIMERS. */
  int64_t (*earliest_timer_ns)(void* self);

  /* -- Threads that do not count as running. --------------------------------------------------- */

  /* The monitor counts itself as a system thread. Once, at its start, under SCHED. */
  void (*add_system_thread)(void* self);
  /* Looks whether any thread is left that could ever do something. Under SCHED. */
  void (*check_deadlock)(void* self);
  /* Adds to the count of idle locked threads. Adding 1 runs the deadlock check. Takes SCHED. */
  void (*add_idle_locked)(void* self, int32_t delta);

  /* -- Network poller. ------------------------------------------------------------------------- */

  int (*poller_ready)(void* self);     /* it is initialised */
  int64_t (*last_poll_ns)(void* self); /* 0: a thread is blocked in the poller right now */
  int (*swap_last_poll)(void* self, int64_t expected_ns, int64_t new_ns); /* 1: swapped */
  /* Polls. 0 does not block; a negative time-out blocks until something is ready. */
  void (*poll)(void* self, int64_t timeout_ns, proctor_ready_list* ready);
  /* Makes the tasks runnable, in order, on the global queue, and starts threads for them. Every
   * list once. Takes SCHED. */
  void (*inject)(void* self, const proctor_ready_list* ready);
  void (*adjust_waiters)(void* self, int32_t delta);

  /* -- Processors. ----------------------------------------------------------------------------- */

  /* The length of their list changes under ALL_P only; status and ticks at any time. Ticks of idle
   * processors may be read, too; they mean nothing. */

  int32_t (*processor_count)(void* self);
  int32_t (*status_of)(void* self, int32_t processor); /* PROCTOR_P_* */
  uint32_t (*schedule_tick_of)(void* self, int32_t processor);
  uint32_t (*syscall_tick_of)(void* self, int32_t processor);
  int (*has_local_work)(void* self, int32_t processor); /* its own queue, run-next included */

  /* Asks the task that runs on the processor to yield. Best effort, idempotent. Not for a processor
   * that has just been taken. */
  void (*request_preemption)(void* self, int32_t processor);

  /* Taking by swap: the compare-and-swap of the status from "system call" to "idle". 1: won. */
  int (*swap_syscall_to_idle)(void* self, int32_t processor);
  /* Taking by lock: locks the task of that processor in its system call. 0: it is in none. While it
   * is locked it cannot return, and take_from_locked_task makes the processor idle and nobody's. */
  int (*lock_task_in_syscall)(void* self, int32_t processor);
  void (*take_from_locked_task)(void* self, int32_t processor);
  void (*unlock_task)(void* self, int32_t processor);
  /* The winner moves the tick, then hands the processor off. Only for a processor that was won;
   * hand_off takes SCHED. */
  void (*bump_syscall_tick)(void* self, int32_t processor);
  void (*hand_off)(void* self, int32_t processor);

  /* -- Forced collection. ---------------------------------------------------------------------- */

  /* All of it may change at any time. */
  void (*collector)(void* self, proctor_collector* state);
  int (*helper_idle)(void* self);        /* the helper task waits to be asked */
  void (*clear_helper_idle)(void* self); /* under FORCED_GC */
  void (*inject_helper)(void* self);     /* next, under the same hold of FORCED_GC; takes SCHED */

  /* -- The rest. ------------------------------------------------------------------------------- */

  int (*scavenger_asked_for)(void* self);
  /* Takes SCAVENGER, then SCHED. Withdraws the request only if the scavenger really was parked. */
  void (*wake_scavenger)(void* self);
  /* Prints the line of the scheduler trace. Takes SCHED. */
  void (*print_trace)(void* self, int64_t now_ns);
  /* Calls the libc interceptors' hook, if there is one. */
  void (*call_yield_hook)(void* self);
  /* Starts a thread for an idle processor, if there is one. To ask is an effect, also where there
   * is none. Takes SCHED. */
  void (*start_thread)(void* self);
  /* Reads the CPU affinity and limits of the process again and follows them. Takes SCHED. */
  void (*refresh_processors)(void* self);
} proctor_host;

/* The monitor under test: its loop. */
typedef void (*proctor_monitor)(const proctor_host* host, void* argument);

/* What a monitor says of itself. */
typedef struct proctor_implementation {
  uint32_t version; /* PROCTOR_PORT_VERSION that it was compiled with */
  uint32_t size;    /* sizeof(proctor_host) that it was compiled with */
  const char* name;
  const char* release; /* "1.4.2"; shown in reports */
  proctor_monitor monitor;
  void* argument; /* handed to the monitor as it is */
} proctor_implementation;

/* Initialises the first two members. */
#define PROCTOR_PORT PROCTOR_PORT_VERSION, (uint32_t)sizeof(proctor_host)

/* A library that is linked into the suite (--//conformance:implementation=//my:monitor) defines
 * this one. */
const proctor_implementation* proctor_implementation_under_test(void);

/* 1: the table has the version of this header and all its functions. Otherwise 0, and `error` (if
 * not NULL) points to a constant that says what is missing. */
int proctor_host_is_complete(const proctor_host* host, const char** error);

#ifdef __cplusplus
}
#endif

#endif /* PROCTOR_CONFORMANCE_PORT_PORT_H_ */
