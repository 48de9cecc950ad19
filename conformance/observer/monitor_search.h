// Finds the monitor of a running process by looking at its threads, without tracing any.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_MONITOR_SEARCH_H_
#define PROCTOR_CONFORMANCE_OBSERVER_MONITOR_SEARCH_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/observer/monitor_identity.h"
#include "conformance/process/stop_request.h"

namespace proctor {

struct FoundThread {
  pid_t thread = 0;
  bool is_monitor = false;  // else a candidate (monitor_identity.h)
};

// nullopt: none was found before the deadline (CLOCK_MONOTONIC); `error` says whether looking was
// forbidden, or that `stop` was made. With a runtime that is known by its function this takes a
// moment; otherwise a thread is looked for that is found in short sleeps again and again, or, where
// the user says that there is a monitor, the only one that waits on a futex with a time-out.
std::optional<FoundThread> FindMonitor(pid_t process, const MonitorDeclaration& declaration,
                                       int64_t deadline_ns, MonitorIdentity& identity,
                                       std::string& error, const StopRequest* stop = nullptr);

// The threads of the process that are monitors of these runtimes, and of which each is one.
struct FoundMonitor {
  pid_t thread;
  size_t image;
};
std::vector<FoundMonitor> FindAllMonitors(pid_t process, std::span<const RuntimeImage> images);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_MONITOR_SEARCH_H_
