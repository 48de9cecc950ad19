// Preemption of a running task at any instruction of code that agreed to it.
//
// A thread is asked by a signal (SIGURG, as in Go: its default is to be ignored, debuggers pass it
// on, and libc uses it for nothing). If the interrupted instruction is a safe point, the handler
// makes the thread return not to that instruction but into an entry which saves every register on
// the task's own stack, calls the scheduler, and later, maybe on another thread, restores them all
// and goes on where it was. If it is not, nothing happens, and who asked asks again.
//
// An instruction is a safe point when it lies in preemptible code and PreemptionHooks::may_preempt
// agrees. Preemptible code is opt-in, function by function:
//
//     PROCTOR_PREEMPTIBLE uint64_t Sum(const uint64_t* values, size_t count) { ... }
//     auto sum = [&]() PROCTOR_PREEMPTIBLE { ... };       // a lambda in an ordinary function
//
// Why opt-in: C++ code may hold a lock of libc's or of its own at any instruction, keep the address
// of something thread-local in a register, or stand between the two halves of something that only
// this thread may finish. No table tells, as it does in Go. The macro places the function in a text
// section of its own; only there is a program counter safe. What such a function calls out of line
// is not preempted (unless it is preemptible too); what the compiler inlines into it is. So it
//   - uses no `thread_local` and no errno (their addresses may be another thread's when it is
//   back);
//   - holds a lock across preemption only if that is fine with everybody who wants that lock; the
//     scheduler's no-preempt guard says otherwise;
//   - must have PreemptionStackBytes() of its stack left (else it is just not preempted);
//   - leaves AMX tiles alone: those are not kept. All else is: general registers, flags, x87, MMX,
//     SSE, AVX, AVX-512, and the red zone below the stack pointer.
// g++ before 14 ignores the attribute on function templates and their members (they run as ordinary
// code, unpreempted): call an ordinary preemptible function from there.
//
// Thread safety: all may be called from any thread.

#ifndef PROCTOR_RUNTIME_ARCH_PREEMPT_H_
#define PROCTOR_RUNTIME_ARCH_PREEMPT_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "runtime/arch/sanitizers.h"

namespace proctor::runtime {

// Whether this build preempts by signals. Where it does not, tasks are preempted at polls only:
// ThreadSanitizer holds signals back, and other machines have no injection entry yet.
#if defined(__x86_64__) && !defined(PROCTOR_GENERIC_ARCH) && !defined(PROCTOR_TSAN)
inline constexpr bool kAsyncPreemption = true;
#else
inline constexpr bool kAsyncPreemption = false;
#endif

struct PreemptionHooks {
  // Asked on the interrupted thread, in the signal handler, so async-signal-safe: whether the flow
  // with this stack pointer may be taken off its thread now: its task is wanted to yield, the
  // thread holds no lock of the runtime, no no-preempt guard is up, PreemptionStackBytes() are
  // left. Asked only when the program counter is in preemptible code.
  bool (*may_preempt)(uintptr_t stack_pointer) = nullptr;
  // Called on the task's own stack with every register saved, outside of the signal handler. May
  // switch away and come back on another thread. Must not throw.
  void (*preempted)() = nullptr;
  // Called first in the handler for every signal of SendPreemption, in any case: it is no
  // longer in flight. Async-signal-safe. May be null.
  void (*arrived)() = nullptr;
};

// Installs the signal's handler, once a process; later calls replace the hooks (all null: nothing
// is preempted). A handler that was there before gets the signals that SendPreemption did not send.
void InstallPreemption(const PreemptionHooks& hooks);

// Sends the signal to a thread of this process. False: there is no such thread. Keep one in flight
// a thread: a second one only costs time.
bool SendPreemption(pid_t tid);

// What a preempted task needs of its stack, below its stack pointer: everything saved, and room
// for `preempted` to do its work.
std::size_t PreemptionStackBytes();

// Whether an address lies in preemptible code.
bool IsPreemptibleCode(uintptr_t address);

namespace preempt_internal {

// Every executable and shared library has a section of its own, bounded by these symbols of the
// linker's, and reports it once when it is loaded. Libraries with preemptible code are never
// unloaded.
struct RegisterSection {
  RegisterSection(const char* start, const char* stop);
};

}  // namespace preempt_internal
}  // namespace proctor::runtime

#if defined(__x86_64__) && !defined(PROCTOR_GENERIC_ARCH)

// noinline: inlined into ordinary code it would not be in the section.
#define PROCTOR_PREEMPTIBLE __attribute__((noinline, section("proctor_preemptible")))

extern "C" {
// Weak: a program without preemptible code has no such section. Hidden: this module's own.
extern const char __start_proctor_preemptible[] __attribute__((weak, visibility("hidden")));
extern const char __stop_proctor_preemptible[] __attribute__((weak, visibility("hidden")));
}

namespace proctor::runtime::preempt_internal {
__attribute__((visibility("hidden"))) inline const RegisterSection this_module(
    __start_proctor_preemptible, __stop_proctor_preemptible);
}  // namespace proctor::runtime::preempt_internal

#else
#define PROCTOR_PREEMPTIBLE
#endif

#endif  // PROCTOR_RUNTIME_ARCH_PREEMPT_H_
