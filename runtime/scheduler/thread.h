// A thread of the runtime: its own stack is where the scheduler runs; from there it switches to
// tasks and back.
//
// Thread safety: belongs to itself, but for what is atomic or says otherwise. Memory is not given
// back before the runtime ends.

#ifndef PROCTOR_RUNTIME_SCHEDULER_THREAD_H_
#define PROCTOR_RUNTIME_SCHEDULER_THREAD_H_

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>

#include "runtime/arch/flow.h"
#include "runtime/base/note.h"
#include "runtime/scheduler/signal_in_flight.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {

struct Processor;
struct SchedulerParts;
struct Task;

struct Thread {
  // What the thread does for the task that has just left it.
  using After = void (*)(SchedulerParts& scheduler, Thread& thread, Task* task);
  // Releases what a waiting task held, once it can be woken. False: it need not wait after all.
  using Commit = bool (*)(Task* task, void* argument);

  Flow flow;
  SchedulerParts* parts = nullptr;  // its scheduler
  int32_t id = 0;
  std::atomic<pid_t> tid{0};
  pthread_t handle = {};
  TraceRing* ring = nullptr;

  Processor* p = nullptr;
  std::atomic<Task*> task{nullptr};
  // From one task straight to the next: the one that comes, which sees to the one in `task`.
  Task* arriving = nullptr;
  bool arriving_inherits = false;
  bool spinning = false;
  bool fresh_slice = false;  // the processor has just come to it: nobody's slice to inherit
  After after = nullptr;
  Commit commit = nullptr;
  void* commit_argument = nullptr;
  Task* again = nullptr;  // goes on at once
  bool again_inherits = true;
  bool lost_processor = false;  // it came back from a system call, and there was none

  // Set by the thread that gives it work, before this one is woken.
  Processor* next_p = nullptr;
  Thread* next_idle = nullptr;  // under the scheduler's lock
  Note note;

  Processor* old_p = nullptr;  // left behind by the system call under way
  SignalInFlight preemption_signal;
};

// Not `thread_local`: that would be reached by way of a function.
extern __thread Thread* current_thread asm("proctor_current_thread")
    __attribute__((tls_model("initial-exec")));

// The calling thread, if it is a runtime's; else null. Code that has been switched away from may
// come back on another thread, so the compiler must neither see the address, which it would keep,
// nor merge two calls.
#if defined(__x86_64__)
inline Thread* CurrentThread() {
  Thread* thread;
  asm volatile("movq proctor_current_thread@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0"
               : "=r"(thread)
               :
               : "memory");
  return thread;
}
#else
Thread* CurrentThread();
#endif
void SetCurrentThread(Thread* thread);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_THREAD_H_
