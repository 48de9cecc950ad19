// A task that runs over the end of its stack ends the process with one line that names it.
//
// Touching a guard raises SIGSEGV, and there is no stack left to handle it on: so every thread that
// runs tasks needs a SignalStack. The handler asks a hook whether the address is a guard, and
// whose. Any other fault goes to the handler that SIGSEGV had before.
//
// Thread safety: installing, one thread at a time; a SignalStack belongs to its thread.

#ifndef PROCTOR_RUNTIME_STACK_OVERFLOW_H_
#define PROCTOR_RUNTIME_STACK_OVERFLOW_H_

#include <signal.h>

#include <cstddef>
#include <cstdint>

namespace proctor::runtime {

// Asked on the faulting thread, in the signal handler, so async-signal-safe. When the address is in
// the guard of the task that runs there: writes how to call that task ("task 17 (parser)") into
// text, at most `capacity` bytes with the closing 0, and returns true.
using NameOverflowed = bool (*)(uintptr_t address, char* text, std::size_t capacity);

// Installs the handler once a process; later calls replace the hook (null: none). The process then
// ends by SIGABRT after
//     fatal: stack overflow: task 17 (parser) has used up its stack (fault at 0x7f12a4b3eff8)
// on standard error.
void InstallOverflowHandler(NameOverflowed name);

// The calling thread's signals run on a stack of their own while this object lives; afterwards on
// whatever they ran on before. Created and destroyed by the same thread. Signal frames are large
// where there is AVX-512, so this is also what the preemption signal needs.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  stack_t before_ = {};
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_STACK_OVERFLOW_H_
