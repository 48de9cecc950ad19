// The scheduler: which thread runs which task on which processor. Internal; runtime.h is what
// programs see.
//
// The tension: a task made runnable should start at once, on any processor that is free; yet waking
// a thread costs as much as fifty switches of tasks, and a thread that looks for work costs a CPU.
// So a few threads that have run out of work go on looking for some (they spin) before they sleep,
// and a thread that makes a task runnable wakes another one only if there is an idle processor and
// nobody spins. spinning_threads.h says what makes that safe. A spinning thread that has found work
// wakes another one, for there may be more where that came from.
//
// Rejected: a central queue (its lock is the machine's speed limit); waking a thread for each new
// task (storms of threads that find nothing); handing a processor to a waiting thread directly
// (it costs locality, and the thread that gives it away could have gone on).
//
// What blocks what:
//   blocks          a task   its processor   its thread
//   channel, sleep, poll   x        -              -
//   a system call          x        until taken    x
//   a lock (base/lock.h)   x        x              x
//
// parts.h names the files. What tasks call is in them: syscalls.h, stop.h, timers.h, runnable.h,
// switching.h ...
//
// Thread safety: Run once, by a thread of no runtime; the rest any thread.

#ifndef PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_H_
#define PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/scheduler/options.h"
#include "runtime/scheduler/task_function.h"
#include "runtime/scheduler/trace_numbers.h"
#include "runtime/trace/trace.h"

namespace proctor::runtime {

class MonitorHost;
struct SchedulerParts;

class Scheduler {
 public:
  explicit Scheduler(const Options& options);
  // Threads have ended, or were never started.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Runs `main` as the main task and returns when it has ended and all threads with it.
  void Run(TaskFunction main);

  // For the functions of the files that parts.h names.
  SchedulerParts& parts() { return *parts_; }
  Tracer& tracer();
  // With what the environment and the machine made of them.
  const Options& options() const;

 private:
  void Start(TaskFunction main);

  const std::unique_ptr<SchedulerParts> parts_;
  const std::unique_ptr<MonitorHost> monitor_host_;
};

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_SCHEDULER_H_
