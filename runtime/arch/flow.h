// A flow of control with all that belongs to it: its registers and stack, the C++ exceptions it is
// handling (the language keeps those per thread, so a flow suspended inside a `catch` would leave
// them to the next flow on its thread), and what AddressSanitizer and ThreadSanitizer know of its
// stack. Without a sanitizer a switch costs a few ns more than SwitchContext.
//
//     Flow thread;                       // where the thread itself runs
//     thread.AdoptThread();
//     Flow task;
//     task.Make(stack.low, stack.high, Entry, &argument);
//     SwitchFlow(thread, task);          // runs Entry until it switches back
//     ...
//     task.Release();                    // it left for good, and its stack may be used again
//
// Thread safety: as for Context.

#ifndef PROCTOR_RUNTIME_ARCH_FLOW_H_
#define PROCTOR_RUNTIME_ARCH_FLOW_H_

#include <cstddef>

#include "runtime/arch/context.h"
#include "runtime/arch/sanitizers.h"

namespace proctor::runtime {

// The first 16 bytes of what __cxa_get_globals returns, by the Itanium C++ ABI.
struct ExceptionGlobals {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

class Flow;

// Suspends the running flow `from` and resumes `to`. Returns when somebody resumes `from`, maybe on
// another thread.
void SwitchFlow(Flow& from, Flow& to);

// The same for a flow that is never resumed: it need not return, and does not.
[[noreturn]] void LeaveFlow(Flow& from, Flow& to);

class Flow {
 public:
  Flow() = default;
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  // A new flow; see MakeContext. May be made again after Release.
  void Make(void* low, void* high, void (*entry)(void*), void* argument);
  // This object stands for the calling thread's own stack from now on.
  void AdoptThread();
  // Nobody will resume this flow again. Never from within it. Needed under ThreadSanitizer only,
  // and does nothing otherwise.
  void Release();

 private:
  friend void SwitchFlow(Flow& from, Flow& to);
  friend void LeaveFlow(Flow& from, Flow& to);
  static void Start(void* self);
  // All that is the thread's is exchanged before the switch: after it this may be another thread.
  PROCTOR_UNINSTRUMENTED void ExchangeExceptions(Flow& to) {
    ExceptionGlobals* const threads = threads_exceptions_;
    to.threads_exceptions_ = threads;
    exceptions_ = *threads;
    *threads = to.exceptions_;
  }
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
  void Switch(Flow& to, bool for_good);
#else
  void Switch(Flow& to, bool /*for_good*/) {
    ExchangeExceptions(to);
    SwitchContext(context_, to.context_);
  }
#endif

  Context context_;
  ExceptionGlobals exceptions_;
  // Where the thread that runs this flow keeps its own. Handed on at every switch, so that no
  // switch has to look for thread-local data.
  ExceptionGlobals* threads_exceptions_ = nullptr;
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
#if defined(PROCTOR_ASAN)
  const void* low_ = nullptr;
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;
#endif
#if defined(PROCTOR_TSAN)
  void* fiber_ = nullptr;
  bool owns_fiber_ = false;
#endif
};

PROCTOR_UNINSTRUMENTED inline void SwitchFlow(Flow& from, Flow& to) { from.Switch(to, false); }

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_ARCH_FLOW_H_
