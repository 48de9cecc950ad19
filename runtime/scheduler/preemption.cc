#include "runtime/scheduler/preemption.h"

#include <csignal>
#include <cstdio>

#include "runtime/arch/preempt.h"
#include "runtime/scheduler/switching.h"
#include "runtime/stack/overflow.h"

namespace proctor::runtime {
namespace {

void SignalArrived() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) return;
  thread->parts->trace.Emit(TraceKind::kSignalHandled);
  thread->preemption_signal.Arrived();
}

bool MayPreempt(uintptr_t stack_pointer) {
  Thread* thread = CurrentThread();
  if (thread == nullptr || thread->p == nullptr) return false;
  Task* task = thread->task.load(std::memory_order_relaxed);
  if (task == nullptr || task->Status() != TaskStatus::kRunning || task->no_preempt > 0 ||
      !task->preempt.Load(std::memory_order_relaxed) || LocksHeld() > 0) {
    return false;
  }
  const auto low = reinterpret_cast<uintptr_t>(task->stack.low);
  const auto high = reinterpret_cast<uintptr_t>(task->stack.high);
  return stack_pointer <= high && stack_pointer >= low + PreemptionStackBytes();
}

bool NameOverflowedTask(uintptr_t address, char* text, size_t capacity) {
  Thread* thread = CurrentThread();
  if (thread == nullptr) return false;
  const Task* task = thread->task.load(std::memory_order_relaxed);
  if (task == nullptr || !thread->parts->tasks.stacks().InGuard(task->stack, address)) return false;
  snprintf(text, capacity, "task %ld%s%s%s", static_cast<long>(task->id),
           task->name == nullptr ? "" : " (", task->name == nullptr ? "" : task->name,
           task->name == nullptr ? "" : ")");
  return true;
}

}  // namespace

void InstallSignalHandlers() {
  InstallPreemption(
      {.may_preempt = MayPreempt, .preempted = YieldPreempted, .arrived = SignalArrived});
  InstallOverflowHandler(NameOverflowedTask);
}

void RequestPreemption(SchedulerParts& s, Processor& p) {
  Thread* thread = p.thread.load(std::memory_order_acquire);
  Task* task = thread == nullptr ? nullptr : thread->task.load(std::memory_order_acquire);
  // A task in a system call does not run, and a signal would cut its call short.
  const bool accepted =
      task != nullptr && thread != CurrentThread() && task->Status() != TaskStatus::kInSyscall;
  s.trace.Emit(TraceKind::kPreemptRequest, p.id, accepted ? task->IdNow() : -1, accepted,
               thread == nullptr ? -1 : thread->id);
  if (!accepted) return;
  // Another task may run by now. It yields once for nothing.
  task->preempt.TraceThenStore(s.trace, true, std::memory_order_relaxed, -1, task->IdNow());
  if (!kAsyncPreemption || !s.options.asynchronous_preemption) return;
  p.preempt.TraceThenStore(s.trace, true, std::memory_order_relaxed, p.id);
  if (!thread->preemption_signal.Claim()) return;
  s.trace.Emit(TraceKind::kPreemptSignal, -1, -1, thread->id, SIGURG);
  if (!SendPreemption(thread->tid.load(std::memory_order_acquire))) {
    thread->preemption_signal.Arrived();
  }
}

void RequestPreemptionOfAll(SchedulerParts& s) {
  const int32_t count = s.processors.count();
  for (int32_t i = 0; i < count; ++i) {
    Processor& p = s.processors.At(i);
    if (p.status.Load(std::memory_order_relaxed) == ProcessorStatus::kRunning) {
      RequestPreemption(s, p);
    }
  }
}

}  // namespace proctor::runtime
