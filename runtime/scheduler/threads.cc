// Threads: where they come from, how they get and lose processors, how they sleep.

#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "runtime/arch/preempt.h"
#include "runtime/base/panic.h"
#include "runtime/scheduler/monitor_host.h"
#include "runtime/scheduler/scheduler.h"
#include "runtime/stack/overflow.h"
#include "runtime/sysmon/sysmon.h"

namespace proctor::runtime {
namespace {

// Tasks have stacks of their own; a thread's own runs the scheduler and nothing else.
#if defined(PROCTOR_ASAN) || defined(PROCTOR_TSAN)
constexpr size_t kThreadStackBytes = 1 << 20;
#else
constexpr size_t kThreadStackBytes = 128 << 10;
#endif

// Of what the scheduler itself allocates; tasks get exceptions of their own.
[[noreturn]] void NoMemory() { Panic("out of memory in the scheduler"); }

}  // namespace

__thread Thread* current_thread = nullptr;

#if !defined(__x86_64__)
[[gnu::noinline]] Thread* CurrentThread() {
  asm volatile("");
  return current_thread;
}
#endif

[[gnu::noinline]] void SetCurrentThread(Thread* thread) {
  asm volatile("");
  current_thread = thread;
}

void* Scheduler::ThreadMain(void* argument) try {
  Thread& thread = *static_cast<Thread*>(argument);
  Scheduler& self = *thread.scheduler;
  thread.tid.store(gettid(), std::memory_order_release);
  SetCurrentThread(&thread);
  thread.flow.AdoptThread();
  // The kernel may put timers off by 50 us to save wake-ups; who sleeps for less would notice.
  prctl(PR_SET_TIMERSLACK, 1UL);
  const SignalStack signal_stack;
  self.Acquire(thread, thread.next_p);
  thread.next_p = nullptr;
  self.Loop(thread);
  SetCurrentThread(nullptr);
  return nullptr;
} catch (const std::bad_alloc&) {
  NoMemory();
}

void* Scheduler::MonitorMain(void* argument) try {
  Thread& thread = *static_cast<Thread*>(argument);
  Scheduler& self = *thread.scheduler;
  thread.tid.store(gettid(), std::memory_order_release);
  SetCurrentThread(&thread);
  prctl(PR_SET_TIMERSLACK, 1UL);
  prctl(PR_SET_NAME, "monitor");
  self.Tell(TraceKind::kMonitorStart);
  const Options& options = self.options_;
  if (options.run_monitor) {
    options.run_monitor(*self.monitor_host_, options.monitor);
  } else {
    Monitor(*self.monitor_host_, options.monitor).Run();
  }
  self.Tell(TraceKind::kMonitorExit);
  SetCurrentThread(nullptr);
  return nullptr;
} catch (const std::bad_alloc&) {
  NoMemory();
}

// Under sched.
Thread* Scheduler::NewThread() try {
  threads_.push_back(std::make_unique<Thread>());
  Thread* thread = threads_.back().get();
  thread->scheduler = this;
  thread->id = static_cast<int32_t>(threads_.size()) - 1;
  thread->ring = tracer_.MakeRing();
  TellWrite(TraceVariable::kThreads, static_cast<int64_t>(threads_.size()));
  return thread;
} catch (const std::bad_alloc&) {
  Panic("cannot start thread %zu: out of memory", threads_.size());
}

void Scheduler::Launch(Thread* thread, void* (*main)(void*)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  Tell(TraceKind::kThreadStart, -1, -1, thread->id);
  const int error = pthread_create(&thread->handle, &attributes, main, thread);
  pthread_attr_destroy(&attributes);
  if (error == 0) return;
  Panic("cannot start thread %d: %s; fewer tasks in system calls at a time need fewer threads",
        thread->id, strerror(error));
}

// Under sched. From here on the thread counts as running, so that no deadlock check can find a
// processor taken and nobody running (golang/go#59600).
Scheduler::Assignment Scheduler::Assign(Processor* p, bool spinning) {
  Assignment assignment;
  Thread* thread = idle_threads_;
  assignment.fresh = thread == nullptr;
  if (assignment.fresh) {
    thread = NewThread();
  } else {
    idle_threads_ = thread->next_idle;
    --idle_thread_count_;
    TellWrite(TraceVariable::kIdleThreads, idle_thread_count_);
  }
  assignment.thread = thread;
  thread->spinning = spinning;
  thread->next_p = p;
  Tell(TraceKind::kAssign, p->id, -1, thread->id, spinning, assignment.fresh);
  return assignment;
}

// Without the lock: starting and waking take microseconds.
void Scheduler::Dispatch(const Assignment& assignment) {
  if (assignment.thread == nullptr) return;
  if (assignment.fresh) {
    Launch(assignment.thread, ThreadMain);
  } else {
    assignment.thread->note.Wake();
  }
}

void Scheduler::StartThread(Processor* p, bool spinning) {
  LockSched();
  const Assignment assignment = Assign(p, spinning);
  UnlockSched();
  Dispatch(assignment);
}

// There is work for one more thread. One that looks for it is enough.
void Scheduler::WakeProcessor() {
  if (spinning_.load(std::memory_order_seq_cst) != 0) return;
  if (idle_processors_.load(std::memory_order_seq_cst) == 0) {
    // A thread that is about to give its processor back must not do so without another look. Told
    // first, looked at second: it gives back first and looks whether it was told second.
    if (!need_spinning_.load(std::memory_order_relaxed)) {
      need_spinning_.store(true, std::memory_order_seq_cst);
      if (idle_processors_.load(std::memory_order_seq_cst) == 0) return;
    } else {
      return;
    }
  }
  int32_t none = 0;
  if (!spinning_.compare_exchange_strong(none, 1)) return;
  TellAdd(TraceVariable::kSpinningThreads, 1);
  LockSched();
  Processor* p = stop_pending_.load(std::memory_order_relaxed) ? nullptr : GetIdle();
  Assignment assignment;
  if (p != nullptr) {
    assignment = Assign(p, true);
  } else {
    // Under the lock: whoever starts the world after this must not count on this thread's looking.
    AddSpinning(-1);
  }
  UnlockSched();
  Dispatch(assignment);
}

// The thread has nothing to do and no processor. False: the runtime is ending.
bool Scheduler::Park(Thread& thread) {
  LockSched();
  if (ending_) {
    UnlockSched();
    return false;
  }
  thread.note.Clear();
  thread.next_idle = idle_threads_;
  idle_threads_ = &thread;
  ++idle_thread_count_;
  TellWrite(TraceVariable::kIdleThreads, idle_thread_count_);
  CheckDeadlock();
  UnlockSched();
  thread.note.Sleep();
  if (thread.next_p == nullptr) return false;
  Acquire(thread, thread.next_p);
  thread.next_p = nullptr;
  return true;
}

bool Scheduler::StopOwnProcessor(Thread& thread) {
  if (thread.spinning) {
    thread.spinning = false;
    AddSpinning(-1);
  }
  LockSched();
  if (!stop_pending_.load(std::memory_order_relaxed)) {
    UnlockSched();
    return true;
  }
  if (ending_) {
    UnlockSched();
    return false;
  }
  Release(thread, ProcessorStatus::kStopped);
  OneStopped();
  UnlockSched();
  return Park(thread);
}

void Scheduler::Acquire(Thread& thread, Processor* p) {
  thread.p = p;
  thread.fresh_slice = true;
  p->thread.store(&thread, std::memory_order_release);
  p->Change(ProcessorStatus::kIdle, ProcessorStatus::kRunning, std::memory_order_release);
  Tell(TraceKind::kAcquire, p->id);
  TellWrite(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kRunning), p->id);
}

Processor* Scheduler::Release(Thread& thread, ProcessorStatus status) {
  Processor* p = thread.p;
  Tell(TraceKind::kRelease, p->id);
  TellWrite(TraceVariable::kStatus, static_cast<int64_t>(status), p->id);
  thread.p = nullptr;
  p->thread.store(nullptr, std::memory_order_relaxed);
  p->Change(ProcessorStatus::kRunning, status);
  return p;
}

// Under sched. Null: there is none.
Processor* Scheduler::GetIdle() {
  Processor* p = idle_ps_;
  if (p == nullptr) return nullptr;
  idle_ps_ = p->next_idle;
  const int32_t count = idle_processors_.load(std::memory_order_relaxed) - 1;
  idle_processors_.store(count, std::memory_order_seq_cst);
  TellWrite(TraceVariable::kIdleProcessors, count);
  return p;
}

// Under sched.
void Scheduler::PutIdle(Processor* p) {
  p->next_idle = idle_ps_;
  idle_ps_ = p;
  const int32_t count = idle_processors_.load(std::memory_order_relaxed) + 1;
  TellWrite(TraceVariable::kIdleProcessors, count);
  idle_processors_.store(count, std::memory_order_seq_cst);
}

void Scheduler::AddSpinning(int32_t delta) {
  const int32_t before = spinning_.fetch_add(delta, std::memory_order_seq_cst);
  TellAdd(TraceVariable::kSpinningThreads, delta);
  if (before + delta < 0) Panic("%d threads spin", before + delta);
}

}  // namespace proctor::runtime
