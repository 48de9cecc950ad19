#include "runtime/scheduler/scheduler_trace.h"

#include <algorithm>

#include "runtime/scheduler/thread.h"

namespace proctor::runtime {

void SchedulerTrace::EmitSlowly(TraceKind kind, int32_t p, int64_t g, const Arguments& arguments) {
  Thread* thread = CurrentThread();
  const bool ours = thread != nullptr && thread->parts == owner_;
  TraceEvent event;
  event.kind = kind;
  event.m = ours ? thread->id : kForeignThread;
  event.p = static_cast<int16_t>(p);
  event.g = g;
  std::ranges::copy(arguments.values, event.args);
  tracer_.Write(ours ? thread->ring : nullptr, event);
}

void SchedulerTrace::WriteFirst(TraceVariable variable, int64_t value, int32_t p) {
  if (!on()) return;
  TraceEvent event;
  event.kind = TraceKind::kWrite;
  event.p = static_cast<int16_t>(p);
  event.args[0] = static_cast<int64_t>(variable);
  event.args[1] = value;
  tracer_.Write(nullptr, event);
}

}  // namespace proctor::runtime
