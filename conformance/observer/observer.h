// The observer: finds the monitor thread of a process and records its system calls as events.
//
// Two ways in:
//
// - From the start: the process is gated (process.h). Every thread is traced until the monitor has
//   shown itself (monitor_identity.h); then all other threads are let go, and only the monitor
//   stays traced. An exec before that (a wrapper script) discards what was seen and starts over;
//   children of a wrapper are followed until one of them shows a monitor.
// - Attached: the monitor of a running process is found by looking at its threads, and only that
//   thread is traced. Stop detaches and leaves the process as it was.
//
// Both ways find the same thread. Where the process holds no Go runtime and nobody has declared a
// monitor, a thread that ticks is followed too, but it is no monitor: there is nothing to
// grade then.
//
// Times are CLOCK_MONOTONIC: the stamp of a sleep is taken before it starts, that of a wake after
// it has ended, so an elapsed time between them is never too short.
//
// While one stop is looked into, threads at theirs wait. Where that took 2 ms or more a stall says
// so.
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
#include <optional>
#include <string>
#include <vector>

#include "conformance/debug_information/layout.h"
#include "conformance/evidence/event.h"
#include "conformance/observer/monitor_identity.h"
#include "conformance/observer/monitor_search.h"
#include "conformance/observer/process_sampler.h"
#include "conformance/process/stop_request.h"

namespace proctor {

class Observer {
 public:
  using Sink = std::function<void(const Event&)>;
  struct Options {
    pid_t pid = 0;
    bool from_start = false;                   // the process is gated and has not been released
    int64_t find_deadline_ns = 5'000'000'000;  // attaching: how long to look for a monitor
    MonitorDeclaration declaration;            // what is known beforehand
    // Where the runtime's variables are, for evidence of tier D; null: there is to be none.
    std::shared_ptr<const Layout> layout = nullptr;
    // With hardware breakpoints in the monitor's thread. If this program is killed meanwhile, the
    // next of them ends the process, so not for one that must go on.
    bool breakpoints = false;
    Sink inspected = nullptr;           // the evidence of tier D, by the same thread as the rest
    const StopRequest* stop = nullptr;  // ends the search for a monitor early; null: nothing does
    bool sample_threads = false;        // the other threads too, for usage().threads
    // The process's CPU time too, at turns of the monitor, at most every 2 ms.
    bool cpu_reads = false;
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

  // What an adapter says of its monitor in its handshake; from any thread, once.
  void Declare(MonitorDeclaration declaration);

  // After Stop: the process was watched to its end, and none of its threads was a monitor.
  bool showed_none() const;

  // The thread id of the monitor, or of the thread that ticks; 0 as long as none was found.
  pid_t monitor() const;

  // What was found, as it was at that moment, with the thread held: from any thread.
  struct Found {
    bool is_monitor = false;  // false also: none was found yet
    pid_t process = 0;        // options.pid, or a child of that wrapper
    std::string program;      // the name of its file
    std::string environment;  // "NAME=value" each with a NUL behind it
    int64_t cpus = 0;         // that it may use
    // The Go runtimes in the process, and which of them the monitor is of; nullopt: of none.
    std::vector<RuntimeImage> images;
    std::optional<size_t> image;
  };
  Found found() const;

  // The monitors of the other runtimes in the process, one each. Valid after Stop.
  const std::vector<FoundMonitor>& others() const;

  // CPU time of the monitor and of the whole process, in nanoseconds, from when the monitor was
  // found until it or the observation ended, both on CLOCK_MONOTONIC; tracing makes the monitor's
  // share larger than it is without. All 0 where the process could not be asked. Valid after Stop.
  struct Usage {
    int64_t monitor_cpu_ns = 0;
    int64_t process_cpu_ns = 0;
    int64_t began_ns = 0;
    int64_t ended_ns = 0;
    int64_t stops = 0;         // of the monitor for its tracer; each costs it some microseconds
    int64_t other_sleeps = 0;  // how often other threads went to sleep by themselves
    std::vector<ThreadUse> threads =
        {};  // these, where asked for; those that slept most often first
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
