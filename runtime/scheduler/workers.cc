#include "runtime/scheduler/workers.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "runtime/base/panic.h"
#include "runtime/scheduler/deadlock.h"
#include "runtime/scheduler/find_task.h"
#include "runtime/scheduler/monitor_host.h"
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

void EnterThread(Thread& thread) {
  thread.tid.store(gettid(), std::memory_order_release);
  SetCurrentThread(&thread);
  // The kernel may put timers off by 50 us to save wake-ups; who sleeps for less would notice.
  prctl(PR_SET_TIMERSLACK, 1UL);
}

void* WorkerMain(void* argument) try {
  Thread& thread = *static_cast<Thread*>(argument);
  SchedulerParts& s = *thread.parts;
  EnterThread(thread);
  // A thread begins with the name of the one that starts it, which may be the monitor.
  prctl(PR_SET_NAME, "worker");
  thread.flow.AdoptThread();
  const SignalStack signal_stack;
  Acquire(s, thread, thread.next_p);
  thread.next_p = nullptr;
  RunLoop(s, thread);
  SetCurrentThread(nullptr);
  return nullptr;
} catch (const std::bad_alloc&) {
  NoMemory();
}

void* MonitorMain(void* argument) try {
  Thread& thread = *static_cast<Thread*>(argument);
  SchedulerParts& s = *thread.parts;
  EnterThread(thread);
  prctl(PR_SET_NAME, "monitor");
  s.trace.Emit(TraceKind::kMonitorStart);
  if (s.options.run_monitor) {
    s.options.run_monitor(*s.monitor_host, s.options.monitor);
  } else {
    Monitor(*s.monitor_host, s.options.monitor).Run();
  }
  s.trace.Emit(TraceKind::kMonitorExit);
  SetCurrentThread(nullptr);
  return nullptr;
} catch (const std::bad_alloc&) {
  NoMemory();
}

Thread* NewThread(SchedulerParts& s) REQUIRES(under_sched) {
  Thread* thread = s.threads.Make(s.trace);
  thread->parts = &s;
  return thread;
}

void Launch(Thread* thread, void* (*main)(void*)) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  thread->parts->trace.Emit(TraceKind::kThreadStart, -1, -1, thread->id);
  const int error = pthread_create(&thread->handle, &attributes, main, thread);
  pthread_attr_destroy(&attributes);
  if (error == 0) return;
  Panic("cannot start thread %d: %s; fewer tasks in system calls at a time need fewer threads",
        thread->id, strerror(error));
}

}  // namespace

// From here on the thread counts as running, so that no deadlock check can find a processor taken
// and nobody running (golang/go#59600).
Assignment Assign(SchedulerParts& s, Processor* p, bool spinning) {
  Assignment assignment;
  assignment.thread = s.threads.TakeIdle(s.trace);
  assignment.fresh = assignment.thread == nullptr;
  if (assignment.fresh) assignment.thread = NewThread(s);
  assignment.thread->spinning = spinning;
  assignment.thread->next_p = p;
  s.trace.Emit(TraceKind::kAssign, p->id, -1, assignment.thread->id, spinning, assignment.fresh);
  return assignment;
}

Processor* TakeIdle(SchedulerParts& s) { return s.stop.pending() ? nullptr : s.idle.Take(s.trace); }

Assignment AssignIdle(SchedulerParts& s) {
  Processor* p = TakeIdle(s);
  return p == nullptr ? Assignment() : Assign(s, p, false);
}

void Dispatch(const Assignment& assignment) {
  if (assignment.thread == nullptr) return;
  if (assignment.fresh) {
    Launch(assignment.thread, WorkerMain);
  } else {
    assignment.thread->note.Wake();
  }
}

void StartThread(SchedulerParts& s, Processor* p, bool spinning) {
  s.sched.Acquire();
  const Assignment assignment = Assign(s, p, spinning);
  s.sched.Release();
  Dispatch(assignment);
}

bool StartThreadForIdle(SchedulerParts& s) {
  s.sched.Acquire();
  const Assignment assignment = AssignIdle(s);
  s.sched.Release();
  Dispatch(assignment);
  return assignment.thread != nullptr;
}

void StartFirstThreads(SchedulerParts& s) {
  s.sched.Acquire();
  for (int32_t i = s.processors.procs() - 1; i > 0; --i) s.idle.Put(s.trace, &s.processors.At(i));
  // The main task's thread counts as running before the monitor looks for deadlocks.
  const Assignment assignment = Assign(s, &s.processors.At(0), false);
  Thread* monitor = NewThread(s);
  s.sched.Release();
  Dispatch(assignment);
  Launch(monitor, MonitorMain);
}

void WakeWorker(SchedulerParts& s) {
  if (!s.spinning.TryJoinFirst()) return;
  s.trace.Add(TraceVariable::kSpinningThreads, 1);
  s.sched.Acquire();
  Processor* p = TakeIdle(s);
  Assignment assignment;
  if (p != nullptr) {
    assignment = Assign(s, p, true);
  } else {
    // Under the lock: who starts the world after this must not count on this thread's looking.
    s.spinning.Cancel(s.trace);
  }
  s.sched.Release();
  Dispatch(assignment);
}

bool Park(SchedulerParts& s, Thread& thread) {
  s.sched.Acquire();
  if (s.ending.begun()) {
    s.sched.Release();
    return false;
  }
  thread.note.Clear();
  s.threads.PutIdle(s.trace, thread);
  CheckDeadlock(s);
  s.sched.Release();
  thread.note.Sleep();
  if (thread.next_p == nullptr) return false;
  Acquire(s, thread, thread.next_p);
  thread.next_p = nullptr;
  return true;
}

bool StopOwnProcessor(SchedulerParts& s, Thread& thread) {
  if (thread.spinning) s.spinning.Leave(s.trace, thread);
  s.sched.Acquire();
  const bool pending = s.stop.pending();
  const bool ending = s.ending.begun();
  if (pending && !ending) {
    Release(s, thread, ProcessorStatus::kStopped);
    s.stop.CountAndWake(s.trace);
  }
  s.sched.Release();
  if (!pending) return true;
  return !ending && Park(s, thread);
}

void Acquire(SchedulerParts& s, Thread& thread, Processor* p) {
  thread.p = p;
  thread.fresh_slice = true;
  p->thread.store(&thread, std::memory_order_release);
  p->Change(ProcessorStatus::kIdle, ProcessorStatus::kRunning, std::memory_order_release);
  s.trace.Emit(TraceKind::kAcquire, p->id);
  s.trace.Write(TraceVariable::kStatus, ProcessorStatus::kRunning, p->id);
}

Processor* Release(SchedulerParts& s, Thread& thread, ProcessorStatus status) {
  Processor* p = thread.p;
  s.trace.Emit(TraceKind::kRelease, p->id);
  thread.p = nullptr;
  p->thread.store(nullptr, std::memory_order_relaxed);
  p->TraceThenChange(s.trace, ProcessorStatus::kRunning, status);
  return p;
}

}  // namespace proctor::runtime
