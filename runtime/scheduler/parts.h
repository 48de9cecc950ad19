// What a scheduler is made of. Each part keeps its state to itself and says what guards it; what
// takes several of them is a function that gets all: the .h files named below.
//
//   switching.h   from task to task
//   find_task.h   a thread's loop: where its next task comes from
//   runnable.h    tasks become runnable
//   workers.h     threads get and lose processors, sleep and are woken
//   syscalls.h    into system calls and out of them
//   hand_off.h    a processor that was taken from a system call goes to somebody
//   timers.h, network.h, preemption.h, stop.h, own_tasks.h, deadlock.h
//
// Thread safety: each part says its own; the options are constant.

#ifndef PROCTOR_RUNTIME_SCHEDULER_PARTS_H_
#define PROCTOR_RUNTIME_SCHEDULER_PARTS_H_

#include <atomic>
#include <cstdint>

#include "runtime/scheduler/collections.h"
#include "runtime/scheduler/ending.h"
#include "runtime/scheduler/global_queue.h"
#include "runtime/scheduler/idle_processors.h"
#include "runtime/scheduler/monitor_wake.h"
#include "runtime/scheduler/options.h"
#include "runtime/scheduler/poll_turn.h"
#include "runtime/scheduler/poller.h"
#include "runtime/scheduler/processor_list.h"
#include "runtime/scheduler/safe_points.h"
#include "runtime/scheduler/scavenger.h"
#include "runtime/scheduler/sched_lock.h"
#include "runtime/scheduler/scheduler_trace.h"
#include "runtime/scheduler/spinning_threads.h"
#include "runtime/scheduler/stop_turn.h"
#include "runtime/scheduler/task_pool.h"
#include "runtime/scheduler/thread_list.h"
#include "runtime/scheduler/world_stop.h"

namespace proctor::runtime {

class MonitorHost;

struct SchedulerParts {
  // `given`: as the user wants it; the environment and the machine complete it.
  explicit SchedulerParts(const Options& given);
  SchedulerParts(const SchedulerParts&) = delete;
  SchedulerParts& operator=(const SchedulerParts&) = delete;

  bool by_task_lock() const { return options.monitor.take_by_task_lock; }

  const Options options;
  const bool follows_machine;  // the user has not fixed the number of processors
  const bool trace_detail;     // of the scheduler trace's lines
  int64_t start_ns = 0;        // 0: not started

  SchedulerTrace trace;
  SchedLock sched;
  ProcessorList processors;
  GlobalQueue global;
  ThreadList threads;
  TaskPool tasks;
  Task* main_task = nullptr;

  // What nearly every step looks at, each apart from what is written often.
  alignas(kCacheLineBytes) WorldStop stop;
  alignas(kCacheLineBytes) IdleProcessors idle;
  alignas(kCacheLineBytes) MonitorWake monitor;
  alignas(kCacheLineBytes) SpinningThreads spinning;
  alignas(kCacheLineBytes) PollTurn poll;

  Poller poller;
  StopTurn stop_turn;
  SafePoints safe_points;
  Collections collections;
  Scavenger scavenger;
  Ending ending;
  std::atomic<int64_t> preemptions{0};
  MonitorHost* monitor_host = nullptr;
};

// Whether the calling thread runs a task of this scheduler's, or its loop, with a processor.
inline bool HasProcessor(const SchedulerParts& s, const Thread* thread) {
  return thread != nullptr && thread->parts == &s && thread->p != nullptr;
}

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_PARTS_H_
