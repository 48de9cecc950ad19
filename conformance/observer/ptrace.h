// What the tracers of this folder share about ptrace.
//
// Thread safety: all functions may be called from any thread; the kernel ties tracing to one.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_PTRACE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_PTRACE_H_

#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <string>

namespace proctor {

// How a stop for a system call shows, with PTRACE_O_TRACESYSGOOD.
inline constexpr int kSyscallStop = SIGTRAP | 0x80;

#if defined(__x86_64__)
inline constexpr uint32_t kTracedArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
inline constexpr uint32_t kTracedArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "The numbers of system calls are known for x86-64 and aarch64."
#endif

// The headers disagree about the types of its arguments.
long Ptrace(int request, pid_t thread, uintptr_t address, uintptr_t data);

// Begins to trace a thread and has it stop; false: `error` is one line that names `process`.
bool Seize(pid_t process, pid_t thread, uintptr_t trace_options, std::string& error);

// Where a stop with this status is that of a process stopped by job control, leaves the thread so
// until the process is continued; false: it is another stop.
bool LeaveStopped(pid_t thread, int status);

// The message of the event that a thread has stopped for: a new thread or process, or the status
// with which it ends.
uint64_t EventMessageOf(pid_t thread);

// Whether the call that a thread is about to make loads a part of a library.
bool MapsCode(const __ptrace_syscall_info& info);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_PTRACE_H_
