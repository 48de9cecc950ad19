// Making an interrupted thread call `proctor_preempted` between two of its instructions. One
// implementation an architecture; preempt.cc decides when.
//
// Thread safety: what the signal's handler calls, async-signal-safe.

#ifndef PROCTOR_RUNTIME_ARCH_INJECT_H_
#define PROCTOR_RUNTIME_ARCH_INJECT_H_

#include <cstddef>
#include <cstdint>

// Called by the entry, on the interrupted flow's stack, with all its registers saved.
extern "C" void proctor_preempted() noexcept;

namespace proctor::runtime {

// Once, before any of the others.
void PrepareInjection();

// What the entry uses of the stack below the interrupted stack pointer, before it calls.
std::size_t InjectionStackBytes();

// What a signal handler's third argument says of the interrupted flow.
uintptr_t InterruptedAt(const void* ucontext);
uintptr_t InterruptedStackPointer(const void* ucontext);

// The interrupted flow enters the entry as soon as the signal handler returns.
void Inject(void* ucontext);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_ARCH_INJECT_H_
