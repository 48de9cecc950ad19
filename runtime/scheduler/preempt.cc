// Preemption: the request, the signal, and how the task gives way.
//
// A request marks the task, which looks at the mark in calls of the runtime, and, where that is on,
// sends its thread a signal, which takes the task off its thread in code that agreed to it. Either
// may miss; whoever asked asks again. One signal in flight a thread is enough: a second one would
// find what the first one left.

#include "runtime/arch/preempt.h"

#include <csignal>
#include <cstdio>

#include "runtime/scheduler/scheduler.h"

namespace proctor::runtime {

// By the monitor or the stopper. Refused when nobody is there, or only the caller.
void Scheduler::RequestPreemption(Processor& p) {
  Thread* thread = p.thread.load(std::memory_order_acquire);
  Task* task = thread == nullptr ? nullptr : thread->task.load(std::memory_order_acquire);
  // A task in a system call does not run, and a signal would cut its call short.
  const bool accepted =
      task != nullptr && thread != CurrentThread() && task->Status() != TaskStatus::kInSyscall;
  Tell(TraceKind::kPreemptRequest, p.id, accepted ? task->id.load(std::memory_order_relaxed) : -1,
       accepted, thread == nullptr ? -1 : thread->id);
  if (!accepted) return;
  // Another task may run by now. It yields once for nothing.
  TellWrite(TraceVariable::kTaskMarked, 1, -1, task->id);
  task->preempt.store(true, std::memory_order_relaxed);
  if (!kAsyncPreemption || !options_.asynchronous_preemption) return;
  TellWrite(TraceVariable::kMarked, 1, p.id);
  p.preempt.store(true, std::memory_order_relaxed);
  if (thread->signalled.exchange(true, std::memory_order_acq_rel)) return;
  Tell(TraceKind::kPreemptSignal, -1, -1, thread->id, SIGURG);
  if (!SendPreemption(thread->tid.load(std::memory_order_acquire))) {
    thread->signalled.store(false, std::memory_order_release);
  }
}

void Scheduler::PreemptAll() {
  const int32_t count = processor_count_.load(std::memory_order_acquire);
  for (int32_t i = 0; i < count; ++i) {
    Processor& p = ProcessorAt(i);
    if (p.status.load(std::memory_order_relaxed) == ProcessorStatus::kRunning) {
      RequestPreemption(p);
    }
  }
}

void Scheduler::YieldPreempted() {
  Task* task = Current();
  if (task->no_preempt > 0) return;
  SwitchToScheduler(AfterPreempt);
}

void Scheduler::SignalArrived() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) return;
  thread->signalled.store(false, std::memory_order_release);
  thread->scheduler->Tell(TraceKind::kSignalHandled);
}

bool Scheduler::MayPreempt(uintptr_t stack_pointer) {
  Thread* thread = CurrentThread();
  if (thread == nullptr || thread->p == nullptr) return false;
  Task* task = thread->task.load(std::memory_order_relaxed);
  if (task == nullptr || task->Status() != TaskStatus::kRunning || task->no_preempt > 0 ||
      !task->preempt.load(std::memory_order_relaxed) || LocksHeld() > 0) {
    return false;
  }
  const auto low = reinterpret_cast<uintptr_t>(task->stack.low);
  const auto high = reinterpret_cast<uintptr_t>(task->stack.high);
  return stack_pointer <= high && stack_pointer >= low + PreemptionStackBytes();
}

void Scheduler::Preempted() { CurrentThread()->scheduler->YieldPreempted(); }

bool Scheduler::NameOverflowed(uintptr_t address, char* text, size_t capacity) {
  Thread* thread = CurrentThread();
  if (thread == nullptr) return false;
  const Task* task = thread->task.load(std::memory_order_relaxed);
  if (task == nullptr || !thread->scheduler->stacks_.InGuard(task->stack, address)) return false;
  snprintf(text, capacity, "task %ld%s%s%s", static_cast<long>(task->id),
           task->name == nullptr ? "" : " (", task->name == nullptr ? "" : task->name,
           task->name == nullptr ? "" : ")");
  return true;
}

}  // namespace proctor::runtime
