#include "conformance/world/task_lock.h"

#include <fmt/core.h>

#include "conformance/world/virtual_runtime.h"

namespace proctor {

bool TaskLock::Lock(int32_t p) {
  if (w_.calls.Processor("lock_task_in_syscall", p) == nullptr) return false;
  const P& processor = ProcessorOf(p);
  if (processor.status != PROCTOR_P_RUNNING || processor.m == kNobody) return false;
  const int32_t g = ThreadOf(processor.m).g;
  if (g == kNobody) return false;
  G& task = TaskAt(g);
  if (task.status != TaskStatus::kInSyscall || task.locked) return false;
  task.locked = true;
  locked_p_ = p;
  locked_m_ = processor.m;
  TraceWrite(kMonitorM, Variable::kTaskLocked, 1, p, task.id);
  return true;
}

void TaskLock::TakeProcessor(int32_t p) {
  if (p != locked_p_ || p == kNobody) {
    return Misuse(fmt::format("takes processor {} without its task's lock", p));
  }
  P& processor = ProcessorOf(p);
  Trace(EventKind::kRelease, locked_m_, p);
  ThreadOf(locked_m_).p = kNobody;
  processor.m = kNobody;
  processor.won = true;
  TraceWrite(kMonitorM, Variable::kStatus, processor.status = PROCTOR_P_IDLE, p);
}

void TaskLock::Unlock(int32_t p) {
  if (p != locked_p_ || p == kNobody) {
    return Misuse(fmt::format("unlocks the task of processor {}, which it has not locked", p));
  }
  G& task = TaskOf(locked_m_);
  task.locked = false;
  TraceWrite(kMonitorM, Variable::kTaskLocked, 0, p, task.id);
  locked_p_ = locked_m_ = kNobody;
  for (const int32_t m : waiters_) Then(m, Step::kReturn);
  waiters_.clear();
}

}  // namespace proctor
