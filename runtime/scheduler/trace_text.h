// The scheduler trace for people: one line about everything, and with detail one about each
// processor, thread and task.
//
// Thread safety: any thread that does not hold the scheduler's lock.

#ifndef PROCTOR_RUNTIME_SCHEDULER_TRACE_TEXT_H_
#define PROCTOR_RUNTIME_SCHEDULER_TRACE_TEXT_H_

#include <cstdint>
#include <string>

#include "runtime/scheduler/parts.h"

namespace proctor::runtime {

struct SchedulerStats {
  int32_t procs = 0, idle_processors = 0, threads = 0, idle_threads = 0;
  int32_t spinning_threads = 0, global_queue = 0;
  int64_t tasks = 0, timers = 0, collections = 0, preemptions = 0;
};
SchedulerStats GetStats(SchedulerParts& s) EXCLUDES(under_sched);

// Ends in a line feed; each line starts with "SCHED ".
std::string TraceText(SchedulerParts& s, int64_t now_ns, bool detail) EXCLUDES(under_sched);

}  // namespace proctor::runtime

#endif  // PROCTOR_RUNTIME_SCHEDULER_TRACE_TEXT_H_
