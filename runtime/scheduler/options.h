// How a runtime is to be: everything that can be chosen.
//
// Thread safety: a plain value.

#ifndef PROCTOR_RUNTIME_SCHEDULER_OPTIONS_H_
#define PROCTOR_RUNTIME_SCHEDULER_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "runtime/sysmon/constants.h"
#include "runtime/sysmon/host.h"

namespace proctor::runtime {

class CollectorHooks;

struct Options {
  using RunMonitor = std::function<void(Host& host, const Constants& constants)>;

  // How many tasks may run at a time; 0: as many as the process may use CPUs. At most 1024.
  int32_t procs = 0;
  // What the system monitor's thread runs instead of the Monitor of runtime/sysmon; empty: that. It
  // returns when the host's Sleep says that the runtime is ending.
  RunMonitor run_monitor;
  // The constants of the system monitor. Its trace interval is overridden by `debug`.
  Constants monitor;
  // Whether a running task can be interrupted by a signal in code that agreed to it
  // (runtime/arch/preempt.h). Otherwise tasks are preempted at calls of the runtime only.
  bool asynchronous_preemption = true;
  // Comma-separated, as in the environment's RUNTIME_DEBUG, which comes after it and so wins:
  // schedtrace=MILLISECONDS prints a line on standard error this often, scheddetail=1 makes it
  // many.
  std::string debug;
  // Address space of a task's stack, its guard included; 0: the default of runtime/stack.
  size_t stack_bytes = 0;
  // The process is another program's: it is not over when no task can go on.
  bool library = false;
  // The events that a thread can hold back until they are read; 0: the event trace is off for good.
  size_t trace_events_per_thread = 0;
  // The collector whose forced collections and scavenging the runtime starts; null: none. Outlives
  // the runtime.
  CollectorHooks* collector = nullptr;
  // libc interceptors' hook; the monitor calls it, and cuts its long waits to call it often.
  void (*yield_hook)() = nullptr;
  // Called once when the process is about to end on a fatal error, by the thread that found it.
  std::function<void()> before_fatal_exit;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_OPTIONS_H_
