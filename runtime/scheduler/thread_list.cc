#include "runtime/scheduler/thread_list.h"

#include <new>

#include "runtime/base/panic.h"

namespace proctor::runtime {

Thread* ThreadList::Make(SchedulerTrace& trace) try {
  threads_.push_back(std::make_unique<Thread>());
  Thread* thread = threads_.back().get();
  thread->id = size() - 1;
  thread->ring = trace.tracer().MakeRing();
  trace.Write(TraceVariable::kThreads, size());
  return thread;
} catch (const std::bad_alloc&) {
  Panic("cannot start thread %zu: out of memory", threads_.size());
}

void ThreadList::PutIdle(SchedulerTrace& trace, Thread& thread) {
  thread.next_idle = first_idle_;
  first_idle_ = &thread;
  idle_.Add(trace, 1);
}

Thread* ThreadList::TakeIdle(SchedulerTrace& trace) {
  Thread* thread = first_idle_;
  if (thread == nullptr) return nullptr;
  first_idle_ = thread->next_idle;
  idle_.Add(trace, -1);
  return thread;
}

Thread* ThreadList::TakeAllIdle() {
  Thread* first = first_idle_;
  first_idle_ = nullptr;
  idle_.Reset();
  return first;
}

}  // namespace proctor::runtime
