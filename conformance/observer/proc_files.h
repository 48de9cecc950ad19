// What /proc says about a process, and about a thread.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_PROC_FILES_H_
#define PROCTOR_CONFORMANCE_OBSERVER_PROC_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace proctor {

// Whether its program is for another kind of processor than this one, as a 32-bit one is. False
// where that cannot be read.
bool RunsForAnotherProcessor(pid_t process);

// The process that a thread belongs to; 0: it is gone.
pid_t ProcessOf(pid_t thread);

// CPU time used so far; nullopt: it is gone.
std::optional<int64_t> ThreadCpuNs(pid_t thread);
std::optional<int64_t> ProcessCpuNs(pid_t process);

// Copies memory of another process; false: it cannot be read.
bool ReadMemoryOf(pid_t thread, uint64_t address, void* to, size_t size);

// The name of the file that it runs; empty: it is gone.
std::string ProgramOf(pid_t process);

// Its environment as it was at its start, "NAME=value" each with a NUL behind it; at most 1 MiB.
std::string EnvironmentOf(pid_t process);

// How many CPUs it may use; 0: it is gone.
int64_t CpusOf(pid_t process);

// The memory of the process that is resident, in bytes; 0: it is gone.
int64_t MemoryOf(pid_t process);

// Whether it waits for something and could not run if it had a CPU: the state S of the kernel's, so
// neither stopped, nor frozen, nor waiting for a disk, nor gone.
bool Sleeps(pid_t thread);

// Whether it is stopped, as by SIGSTOP or Ctrl-Z, or its control group is frozen (version 2): it
// does not run until somebody lets it go on.
bool IsSuspended(pid_t process);

// Whether a signal that was sent to this thread of the process is still to reach it. One that was
// sent to the whole process does not count.
bool IsSignalPending(pid_t process, pid_t thread, int signal);

// How often it went to sleep by itself so far; 0: it is gone.
int64_t WakesOf(pid_t thread);

// The name of a thread; empty: it is gone.
std::string ThreadName(pid_t thread);

// How often a descriptor fires, where it is a periodic timer, in nanoseconds; nullopt: it is none.
std::optional<int64_t> ReadTimerPeriod(pid_t process, int descriptor);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_PROC_FILES_H_
