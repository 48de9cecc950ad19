// What /proc tells of a process and its threads.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_PROC_FILES_H_
#define PROCTOR_CONFORMANCE_OBSERVER_PROC_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proctor {

// The thread ids of a process, ascending; empty: it is gone.
std::vector<pid_t> ThreadsOf(pid_t process);

// The process that a thread belongs to; 0: it is gone.
pid_t ProcessOf(pid_t thread);

// CPU time used so far; nullopt: it is gone.
std::optional<int64_t> ThreadCpuNs(pid_t thread);
std::optional<int64_t> ProcessCpuNs(pid_t process);

// Copies memory of another process; false: it cannot be read.
bool ReadMemoryOf(pid_t thread, uint64_t address, void* to, size_t size);

// The thread of a running process that behaves like a monitor: it is found in short sleeps again
// and again, or it is the only one that waits on a futex with a time-out. 0: none was found before
// the deadline (CLOCK_MONOTONIC); `error` says whether looking was forbidden.
pid_t FindMonitor(pid_t process, int64_t deadline_ns, std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_PROC_FILES_H_
