// A flow of control that can be suspended and resumed: what its registers held, kept on its own
// stack. This is the bare machine; flow.h adds what else belongs to a flow (exceptions in flight,
// what the sanitizers know of it).
//
// What is kept: the callee-saved registers, and MXCSR and the x87 control word (a new flow starts
// with their defaults: round to nearest, all floating-point exceptions masked). What is not: the
// signal mask and everything thread-local. A flow may be resumed on another thread than the one
// that suspended it, so no address of anything thread-local may live across a switch.
//
// Thread safety: none. The caller makes sure that a suspended flow is resumed by one thread, and
// that its Context was written before (a switch writes `from` before the first instruction of `to`
// runs, and no lock or fence is taken).

#ifndef PROCTOR_RUNTIME_ARCH_CONTEXT_H_
#define PROCTOR_RUNTIME_ARCH_CONTEXT_H_

namespace proctor::runtime {

// A suspended flow. Null: there is none.
struct Context {
  void* sp = nullptr;
};

// A new flow on the stack [low, high). When first switched to it calls entry(argument), which must
// never return: its last act is to switch away for good. An exception that leaves `entry` ends the
// process. `high` need not be aligned; at least 256 bytes are needed, and then what `entry` needs.
Context MakeContext(void* low, void* high, void (*entry)(void*), void* argument);

// Suspends the running flow into `from` and resumes `to`. Returns when somebody resumes `from`.
void SwitchContext(Context& from, const Context& to) asm("proctor_switch_context");

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_ARCH_CONTEXT_H_
