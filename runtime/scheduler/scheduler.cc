// A scheduler's birth and end, and the birth and end of tasks.

#include "runtime/scheduler/scheduler.h"

#include <sched.h>
#include <stdlib.h>

#include <cstring>
#include <exception>
#include <string_view>

#include "runtime/arch/preempt.h"
#include "runtime/base/panic.h"
#include "runtime/os/linux/clock.h"
#include "runtime/scheduler/monitor_host.h"
#include "runtime/stack/overflow.h"

namespace proctor::runtime {
namespace {

// Dead tasks that a processor keeps, with their stacks; beyond them half go back.
constexpr int32_t kDeadTasksMost = 64;
// Numbers that a processor takes at a time.
constexpr int64_t kTaskIdsAtATime = 16;

int32_t UsableCpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) return 1;
  return std::max(1, CPU_COUNT(&cpus));
}

// "name=value" in a comma-separated list; the last one counts.
int64_t DebugValue(std::string_view list, std::string_view name, int64_t otherwise) {
  int64_t value = otherwise;
  while (!list.empty()) {
    const size_t end = list.find(',');
    const std::string_view item = list.substr(0, end);
    list = end == std::string_view::npos ? "" : list.substr(end + 1);
    if (item.size() <= name.size() || !item.starts_with(name) || item[name.size()] != '=') continue;
    value = strtoll(std::string(item.substr(name.size() + 1)).c_str(), nullptr, 10);
  }
  return value;
}

Options Complete(Options options) {
  if (const char* debug = getenv("RUNTIME_DEBUG"); debug != nullptr) {
    options.debug += options.debug.empty() ? "" : ",";
    options.debug += debug;
  }
  const int64_t trace_ms = DebugValue(options.debug, "schedtrace", 0);
  if (trace_ms > 0) options.monitor.trace_interval_ns = trace_ms * 1'000'000;
  if (options.procs <= 0) options.procs = UsableCpus();
  if (options.procs > kProcsMost) options.procs = kProcsMost;
  return options;
}

StackPoolOptions StackOptions(const Options& options) {
  StackPoolOptions stacks;
  if (options.stack_bytes != 0) stacks.stack_bytes = options.stack_bytes;
  return stacks;
}

}  // namespace

Scheduler::Scheduler(const Options& options)
    : options_(Complete(options)),
      follows_machine_(options.procs <= 0),
      trace_detail_(DebugValue(options_.debug, "scheddetail", 0) != 0),
      tracer_(options.trace_events_per_thread),
      stacks_(StackOptions(options)),
      collector_(options.collector != nullptr ? *options.collector : no_collector_),
      monitor_host_(std::make_unique<MonitorHost>(*this)) {}

Scheduler::~Scheduler() {
  // Tasks that were left behind never run again; what they had is given back.
  LockGuard guard(tasks_lock_);
  for (const auto& slab : task_slabs_) {
    for (int i = 0; i < kTasksPerSlab; ++i) {
      Task& task = slab[static_cast<size_t>(i)];
      if (task.Status() != TaskStatus::kGone) task.flow.Release();
      task.function.Reset();
      if (task.stack.low != nullptr) stacks_.Return(task.stack);
    }
  }
  for (auto& p : all_p_) delete p.load();
}

Task* Scheduler::Current() {
  Thread* thread = CurrentThread();
  if (thread == nullptr) [[unlikely]]
    Panic("a function for tasks was called outside of one");
  return thread->task.load(std::memory_order_relaxed);
}

void Scheduler::Run(TaskFunction main) {
  if (start_ns_ != 0) Panic("Run was called twice");
  start_ns_ = NowNs();
  InstallPreemption({.may_preempt = MayPreempt, .preempted = Preempted, .arrived = SignalArrived});
  InstallOverflowHandler(NameOverflowed);
  last_poll_.store(start_ns_);
  Start(std::move(main));
  main_done_.Sleep();
  // No thread is started any more; those that are in system calls come back first.
  std::vector<Thread*> threads;
  {
    LockGuard guard(sched_);
    for (const auto& thread : threads_) threads.push_back(thread.get());
  }
  for (Thread* thread : threads) pthread_join(thread->handle, nullptr);
}

void Scheduler::Start(TaskFunction main) {
  for (int32_t i = 0; i < options_.procs; ++i) {
    auto* p = new Processor(i);
    p->Change(ProcessorStatus::kNone, ProcessorStatus::kIdle);
    all_p_[static_cast<size_t>(i)].store(p, std::memory_order_release);
  }
  processor_count_.store(options_.procs);
  procs_.store(options_.procs);
  TellStart();

  Processor& first = ProcessorAt(0);
  // Nobody runs yet, so this thread may do what takes a processor.
  Thread bootstrap;
  bootstrap.p = &first;
  main_task_ = NewTask(&bootstrap, std::move(main), "main", kFirstOwnTask);
  ChangeTask(main_task_, TaskStatus::kGone, TaskStatus::kRunnable);
  PutLocal(first, main_task_, false);
  StartOwnTasks(&bootstrap);

  Assignment assignment;
  {
    LockSched();
    for (int32_t i = options_.procs - 1; i > 0; --i) PutIdle(&ProcessorAt(i));
    // The main task's thread counts as running before the monitor looks for deadlocks.
    assignment = Assign(&first, false);
    monitor_thread_ = NewThread();
    UnlockSched();
  }
  Dispatch(assignment);
  Launch(monitor_thread_, MonitorMain);
}

int64_t Scheduler::Spawn(TaskFunction function, const char* name) {
  Thread* thread = CurrentThread();
  const bool here = thread != nullptr && thread->scheduler == this && thread->p != nullptr;
  Processor* p = here ? thread->p : nullptr;
  const int64_t id = NextTaskId(p);
  Task* task = NewTask(here ? thread : nullptr, std::move(function), name, id);
  if (here) {
    ChangeTask(task, TaskStatus::kGone, TaskStatus::kRunnable);
    PutLocal(*p, task, true);
    WakeProcessor();
    // A timer's function spawns too, in no task.
    const Task* parent = thread->task.load(std::memory_order_relaxed);
    if (parent != nullptr && parent->preempt.load(std::memory_order_relaxed)) [[unlikely]]
      YieldPreempted();
    return id;
  }
  ChangeTask(task, TaskStatus::kGone, TaskStatus::kWaiting);
  TaskList tasks;
  tasks.Append(task);
  InjectWithoutProcessor(tasks);
  return id;
}

int64_t Scheduler::NextTaskId(Processor* p) {
  if (p == nullptr) return next_task_id_.fetch_add(1, std::memory_order_relaxed);
  if (p->next_task_id == p->last_task_id) {
    p->next_task_id = next_task_id_.fetch_add(kTaskIdsAtATime, std::memory_order_relaxed);
    p->last_task_id = p->next_task_id + kTaskIdsAtATime;
  }
  return p->next_task_id++;
}

Task* Scheduler::TakeDeadTask(Thread* thread) {
  if (thread != nullptr) {
    if (Task* task = thread->p->dead_tasks.Pop(); task != nullptr) return task;
  }
  LockGuard guard(tasks_lock_);
  if (Task* task = dead_tasks_.Pop(); task != nullptr) return task;
  if (fresh_tasks_.empty()) {
    task_slabs_.push_back(std::make_unique<Task[]>(kTasksPerSlab));
    for (int i = 0; i < kTasksPerSlab; ++i) {
      Task* task = &task_slabs_.back()[static_cast<size_t>(i)];
      task->scheduler = this;
      fresh_tasks_.Append(task);
    }
  }
  return fresh_tasks_.Pop();
}

Task* Scheduler::NewTask(Thread* thread, TaskFunction function, const char* name, int64_t id) {
  Task* task = TakeDeadTask(thread);
  if (task->stack.low == nullptr) {
    task->stack = stacks_.Take();
    if (task->stack.low == nullptr) {
      Fatal("out of memory: no stack for task " + std::to_string(id));
    }
  }
  task->SetId(id);
  task->name = name;
  task->system = false;
  task->function = std::move(function);
  task->flow.Make(task->stack.low, task->stack.high, TaskMain, task);
  if (thread != nullptr) {
    thread->p->CountBirths(1);
  } else {
    foreign_births_.fetch_add(1, std::memory_order_relaxed);
  }
  return task;
}

void Scheduler::TaskMain(void* argument) {
  Arrive();
  Task* task = static_cast<Task*>(argument);
  const auto report = [task](const char* what) {
    Panic("task %ld%s%s%s threw an exception that nobody caught: %s", static_cast<long>(task->id),
          task->name == nullptr ? "" : " (", task->name == nullptr ? "" : task->name,
          task->name == nullptr ? "" : ")", what);
  };
  try {
    task->function();
    task->function.Reset();
  } catch (const std::exception& exception) {
    report(exception.what());
  } catch (...) {
    report("of a type that is not derived from std::exception");
  }
  Scheduler* self = task->scheduler;
  if (task == self->main_task_) self->EndRun();
  Thread* thread = CurrentThread();
  thread->after = AfterEnd;
  LeaveFlow(task->flow, self->NextFlow(*thread));
}

void Scheduler::AfterEnd(Scheduler& self, Thread& thread, Task* task) {
  self.SwitchOut(thread, task, OutReason::kEnded);
  self.ChangeTask(task, TaskStatus::kRunning, TaskStatus::kGone);
  task->flow.Release();
  thread.p->CountBirths(-1);
  TaskList& dead = thread.p->dead_tasks;
  dead.Prepend(task);
  if (dead.size() <= kDeadTasksMost) return;
  TaskList half;
  while (half.size() < kDeadTasksMost / 2) half.Append(dead.Pop());
  for (Task* other = half.front(); other != nullptr; other = other->next) {
    self.stacks_.Return(other->stack);
    other->stack = {};
  }
  LockGuard guard(self.tasks_lock_);
  self.dead_tasks_.Append(half);
}

// By the main task, which has ended. The world is stopped for good: whatever other tasks were at,
// they do not go on. Threads end when they come by.
void Scheduler::EndRun() {
  StopTheWorld();
  LockSched();
  ending_ = true;
  over_.store(true, std::memory_order_seq_cst);
  Thread* idle = idle_threads_;
  idle_threads_ = nullptr;
  idle_thread_count_ = 0;
  WakeMonitor(Waker::kStartTheWorld);
  UnlockSched();
  while (idle != nullptr) {
    Thread* thread = idle;
    idle = thread->next_idle;
    thread->next_p = nullptr;
    thread->note.Wake();
  }
  if (poller_.open()) poller_.Break();
  main_done_.Wake();
}

// The lock goes over to the thread, which drops it.
void Scheduler::WaitAndRelease(Lock& lock) NO_THREAD_SAFETY_ANALYSIS {
  Wait(
      [](Task*, void* held) NO_THREAD_SAFETY_ANALYSIS {
        static_cast<Lock*>(held)->Release();
        return true;
      },
      &lock);
}

void Scheduler::Ready(Task* task) {
  Thread* thread = CurrentThread();
  if (thread != nullptr && thread->scheduler == this && thread->p != nullptr) {
    ChangeTask(task, TaskStatus::kWaiting, TaskStatus::kRunnable);
    PutLocal(*thread->p, task, true);
    WakeProcessor();
    return;
  }
  TaskList tasks;
  tasks.Append(task);
  InjectWithoutProcessor(tasks);
}

void Scheduler::ReadyAll(TaskList& tasks) {
  if (tasks.empty()) return;
  Thread* thread = CurrentThread();
  if (thread == nullptr || thread->scheduler != this || thread->p == nullptr) {
    InjectWithoutProcessor(tasks);
    return;
  }
  InjectHere(*thread, tasks);
  WakeProcessor();
}

void Scheduler::TellSlowly(TraceKind kind, int32_t p, int64_t g, int64_t a, int64_t b, int64_t c) {
  Thread* thread = CurrentThread();
  const bool ours = thread != nullptr && thread->scheduler == this;
  TraceEvent event;
  event.kind = kind;
  event.m = ours ? thread->id : kForeignThread;
  event.p = static_cast<int16_t>(p);
  event.g = g;
  event.args[0] = a;
  event.args[1] = b;
  event.args[2] = c;
  tracer_.Write(ours ? thread->ring : nullptr, event);
}

// By the monitor, now and then. Only a task can stop the world for a change.
void Scheduler::RefreshProcs() {
  Tell(TraceKind::kAffinityRead);
  const int32_t cpus = UsableCpus();
  if (!follows_machine_ || cpus == procs()) return;
  Task* task =
      NewTask(nullptr, [this, cpus] { SetProcs(cpus); }, "follows the machine", kFirstOwnTask + 3);
  task->system = true;
  ChangeTask(task, TaskStatus::kGone, TaskStatus::kWaiting);
  TaskList tasks;
  tasks.Append(task);
  InjectWithoutProcessor(tasks);
}

// The values that there are before anything happens, told by nobody.
void Scheduler::TellStart() {
  if (!tracer_.on()) return;
  const auto tell = [&](TraceVariable variable, int64_t value, int32_t p = -1) {
    TraceEvent event;
    event.kind = TraceKind::kWrite;
    event.p = static_cast<int16_t>(p);
    event.args[0] = static_cast<int64_t>(variable);
    event.args[1] = value;
    tracer_.Write(nullptr, event);
  };
  tell(TraceVariable::kProcs, options_.procs);
  tell(TraceVariable::kProcessorCount, options_.procs);
  for (int32_t i = 0; i < options_.procs; ++i) {
    tell(TraceVariable::kStatus, static_cast<int64_t>(ProcessorStatus::kIdle), i);
    tell(TraceVariable::kScheduleTick, Processor::kFirstScheduleTick, i);
    tell(TraceVariable::kSyscallTick, Processor::kFirstSyscallTick, i);
  }
  tell(TraceVariable::kLastPoll, last_poll_.load());
  tell(TraceVariable::kCollectorEnabled, collector_.Enabled());
  tell(TraceVariable::kCollectorPercent, collector_.Percent());
  tell(TraceVariable::kInterceptors, options_.yield_hook != nullptr);
  tell(TraceVariable::kLibrary, options_.library);
}

}  // namespace proctor::runtime
