// The observer: finds the monitor thread of a process and records its system calls as events.
//
// Two ways in:
//
// - From the start: the process is gated (process.h). Every thread is traced until the monitor has
//   shown itself by its first short sleeps; then all other threads are let go, and only the monitor
//   stays traced. An exec before that (a wrapper script) discards what was seen and starts over;
//   children of a wrapper are followed until one of them shows a monitor.
// - Attached: the monitor of a running process is found by looking at its threads, and only that
//   thread is traced. In a deep sleep of a minute it cannot be told from another thread that waits
//   with a time-out; if it is the only one that does, it is taken. Stop detaches and leaves the
//   process as it was.
//
// Times are CLOCK_MONOTONIC: the stamp of a sleep is taken before it starts, that of a wake after
// it has ended, so an elapsed time between them is never too short.
//
// Errors: one line that names the process and the remedy (no permission to trace, no monitor found
// within the deadline, process ended).
//
// Thread safety: Start and Stop from one thread; events arrive on a thread of the observer's own.
// Stop uses the signal SIGRTMIN+3, for which Start installs a handler that does nothing.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_OBSERVER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_OBSERVER_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "conformance/debug_information/layout.h"
#include "conformance/evidence/event.h"

namespace proctor {

class Observer {
 public:
  using Sink = std::function<void(const Event&)>;
  struct Options {
    pid_t pid = 0;
    bool from_start = false;                   // the process is gated and has not been released
    int64_t find_deadline_ns = 5'000'000'000;  // attaching: how long to look for a monitor
    // Where the runtime's variables are, for evidence of tier D; null: there is to be none.
    std::shared_ptr<const Layout> layout = nullptr;
    // With hardware breakpoints in the monitor's thread. If this program is killed meanwhile, the
    // next of them ends the process, so not for one that must go on.
    bool breakpoints = false;
    Sink inspected = nullptr;  // the evidence of tier D, by the same thread as the rest
  };

  // Attaches; when it returns without error the process may be released. Events go to `sink` until
  // Stop or the end of the process.
  static std::unique_ptr<Observer> Start(const Options& options, Sink sink, std::string& error);

  // Detaches if the process still lives, and waits until no further event comes. Idempotent.
  void Stop();
  ~Observer();  // stops

  // After Stop. Empty: all went well. Otherwise what went wrong after Start, in one line ("process
  // 1234 ended before it showed a monitor").
  const std::string& error() const;

  // After Stop. Why there is no evidence of tier D although it was asked for; else empty.
  const std::string& inspection_error() const;

  // The thread id of the monitor; 0 as long as none was found.
  pid_t monitor() const;

  // The process that the monitor belongs to: options.pid, or a child of that wrapper.
  pid_t process() const;

  // CPU time of the monitor and of the whole process, in nanoseconds, from when the monitor was
  // found until it or the observation ended, both on CLOCK_MONOTONIC; tracing makes the monitor's
  // share larger than it is without. All 0 where the process could not be asked. Valid after Stop.
  struct Usage {
    int64_t monitor_cpu_ns = 0;
    int64_t process_cpu_ns = 0;
    int64_t began_ns = 0;
    int64_t ended_ns = 0;
  };
  Usage usage() const;

  // The kinds of events that an observer emits.
  static EventKinds Emits();

 private:
  struct State;
  explicit Observer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_OBSERVER_H_
