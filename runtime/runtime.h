// A runtime that runs many tasks on few threads.
//
//     #include "runtime/channel.h"
//     #include "runtime/runtime.h"
//     using namespace proctor::runtime;
//
//     int main() {
//       Runtime runtime;
//       runtime.Run([] {                      // the main task
//         Channel<int> squares(0);
//         Go([&] { for (int i = 0; i < 10; ++i) squares.Send(i * i); squares.Close(); });
//         while (std::optional<int> square = squares.Receive()) std::cout << *square << '\n';
//       });
//     }
//
// A *task* is a function that runs on a small stack of its own. A *processor* is the right to run a
// task; there are `procs` of them. A *thread* is what the operating system knows. Tasks wait for
// one another (channel.h, select.h, sync.h), for descriptors (descriptor.h) and for time, without a
// thread waiting; a task that calls something that blocks its thread says so (SystemCall), and
// the system monitor takes its processor away if that lasts.
//
// A task gives way when it waits, yields or ends; when it has run for 10 ms and calls something of
// this runtime (Poll at least); and, in code that agreed to it (runtime/arch/preempt.h), at any
// instruction. So a task must not compute for long in ordinary code without a Poll.
//
// Rules for what tasks call:
//   - Nothing that waits for another task with the thread: no std::mutex held across a call of this
//     runtime that waits, no condition variable.
//   - No address of anything thread-local, errno included, kept across a call of this runtime: the
//     task may come back on another thread.
//   - A stack has 60 KiB (Options::stack_bytes); running over its end ends the process with a line
//     that names the task.
//
// What ends the process, with a line on standard error:
//   - an exception that leaves a task, or a stack that overflows: SIGABRT, the task named;
//   - every task waiting for ever: status 2, "deadlock";
//   - no memory for a stack, no thread: status 2 or SIGABRT.
//
// Exceptions thrown and caught within a task are kept apart from those of other tasks, also across
// calls that wait.
//
// Thread safety: free functions belong to tasks of some runtime unless they say otherwise.

#ifndef PROCTOR_RUNTIME_RUNTIME_H_
#define PROCTOR_RUNTIME_RUNTIME_H_

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/scheduler/options.h"
#include "runtime/scheduler/task_function.h"

namespace proctor::runtime {

class Scheduler;
class Tracer;

// The number of a task. Tasks are numbered from 1 in the order of their birth, with gaps.
using TaskId = int64_t;

// --- In a task -----------------------------------------------------------------------------------

// Makes a new task runnable: it comes next on this processor, or at once on an idle one. `name` is
// for reports and must outlive the task. A small function (48 bytes) costs no allocation.
TaskId Go(TaskFunction function, const char* name = nullptr);

// Lets every other runnable task run first.
void Yield();

// Gives way if somebody has asked for it: for loops that call nothing else of this runtime. Costs a
// few ns otherwise.
void Poll();

// Waits without a thread. Never less than asked for.
void SleepFor(int64_t duration_ns);

TaskId CurrentTask();

// Around a call that may block its thread, or lasts: file access, DNS, a library that waits.
//
//     { SystemCall call; bytes = read(file, buffer, sizeof buffer); }
//
// Within it nothing of this runtime may be called, and none may be opened in another.
class SystemCall {
 public:
  SystemCall();
  ~SystemCall();
  SystemCall(const SystemCall&) = delete;
  SystemCall& operator=(const SystemCall&) = delete;
};

// Keeps the task from being preempted, not from waiting or yielding by itself. May be nested.
class NoPreemption {
 public:
  NoPreemption();
  ~NoPreemption();
  NoPreemption(const NoPreemption&) = delete;
  NoPreemption& operator=(const NoPreemption&) = delete;
};

// Between the two the calling task is the only one that runs; it must not wait for anything.
class StoppedWorld {
 public:
  StoppedWorld();
  ~StoppedWorld();
  StoppedWorld(const StoppedWorld&) = delete;
  StoppedWorld& operator=(const StoppedWorld&) = delete;
};

// Changes how many processors there are, 1 to 1024; otherwise nothing happens.
void SetProcs(int32_t procs);
// How many there are now.
int32_t Procs();

// Runs a full collection, waited for. With no collector it only stops the world.
void CollectGarbage();

// --- Anywhere ------------------------------------------------------------------------------------

class Runtime {
 public:
  explicit Runtime(const Options& options = {});
  // Gives everything back: after Run no thread, descriptor or mapping is left.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Runs `main` as the main task, and returns when it has ended. Other tasks do not go on then:
  // those that wait or could run are dropped as they are (what is on their stacks is not
  // destroyed), those in system calls are waited for. Once; not in a task.
  void Run(TaskFunction main);

  // Like Go, also from threads that are not this runtime's, while Run runs.
  TaskId Spawn(TaskFunction function, const char* name = nullptr);

  struct Stats {
    int32_t procs = 0;
    int32_t idle_processors = 0;
    int32_t threads = 0;  // the monitor's included
    int32_t idle_threads = 0;
    int64_t tasks = 0;  // that have not ended
    int64_t timers = 0;
    int64_t collections = 0;
    int64_t preemptions = 0;
  };
  Stats GetStats() const;

  // The event trace; see runtime/trace/trace.h. Start it before Run to have all of it.
  Tracer& tracer();
  // What the debugger of a stuck program wants: the scheduler trace, in detail.
  std::string Describe() const;

  // Internal.
  Scheduler& scheduler() { return *scheduler_; }

 private:
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_RUNTIME_H_
