#include "conformance/observer/tracer.h"

#include <fmt/core.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <functional>
#include <utility>

#include "conformance/observer/proc_files.h"
#include "conformance/observer/ptrace.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

// A thread that has made this many stops and is no monitor is no longer stopped for its calls. One
// that calls without a pause gets there within 100 ms.
constexpr int64_t kStopsMost = 1000;
// ... nor is any other of a process without a runtime, once all together have made as many as this.
constexpr int64_t kStopsOfAllMost = 20'000;
constexpr int64_t kLetGoWithinNs = 2'000'000'000;
// While one stop is looked into, other threads may stand at theirs: a new one waits for its start.
constexpr int64_t kStallNsLeast = 2'000'000;

}  // namespace

Tracer::Tracer(const Observer::Options& options, Observer::Sink sink)
    : options_(options), sink_(std::move(sink)), declaration_(options.declaration) {}

bool Tracer::Attach(std::string& error) {
  return options_.from_start ? AttachFromStart(error) : AttachToMonitor(error);
}

bool Tracer::AttachFromStart(std::string& error) {
  constexpr uintptr_t kTrace = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                               PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (!Seize(options_.pid, options_.pid, kTrace, error)) return false;
  watching_all_ = true;
  Add(options_.pid);
  return true;
}

bool Tracer::AttachToMonitor(std::string& error) {
  MonitorIdentity& identity = IdentityOf(options_.pid);
  const std::optional<FoundThread> found =
      FindMonitor(options_.pid, Declared(), MonotonicNowNs() + options_.find_deadline_ns, identity,
                  error, options_.stop);
  if (!found) return false;
  constexpr uintptr_t kTrace = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT;
  if (!Seize(options_.pid, found->thread, kTrace, error)) return false;
  Add(found->thread);
  NoteFound(options_.pid, identity, found->is_monitor);
  monitor_ = found->thread;
  is_monitor_ = found->is_monitor;
  usage_.Begin(process_, monitor_, options_.sample_threads);
  traced_[monitor_].interrupted = true;
  Event gap = MakeEvent(MonotonicNowNs(), EventKind::kGap, {{Arg::kLost, -1}});
  gap.m = found->thread;
  Take(found->thread, gap);
  LookForOthers();
  BeginInspection();
  return true;
}

void Tracer::Declare(MonitorDeclaration declaration) {
  const MutexLock lock(mutex_);
  declaration_ = std::move(declaration);
}

MonitorDeclaration Tracer::Declared() const {
  const MutexLock lock(mutex_);
  return declaration_;
}

bool Tracer::DeclaredAbsent() {
  if (Declared().by != MonitorDeclaration::By::kAdapterNone) return false;
  error_ = "the adapter declares that its runtime has no monitor";
  return true;
}

Observer::Found Tracer::found() const {
  const MutexLock lock(mutex_);
  return found_;
}

void Tracer::Run(const std::atomic<bool>& stop) {
  while (!stop && !traced_.empty() && !(monitor_ == 0 && DeclaredAbsent())) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (tid < 0 && errno != EINTR) break;
    if (tid < 0) continue;
    const int64_t began_ns = MonotonicNowNs();
    if (const auto stall = own_wait_.Look(gettid(), began_ns)) sink_(*stall);
    if (WIFSTOPPED(status)) {
      OnStop(tid, status);
    } else {
      OnGone(tid);
    }
    EmitStall(began_ns);
  }
  usage_.End();
  LookForImages();
  LookForOthers();
  LetAllGo();
  if (monitor_ == 0 && error_.empty() && !DeclaredAbsent()) {
    showed_none_ = !stop && !sleeps_otherwise_;
    const Observer::Found started = found();
    const pid_t process = started.process != 0 ? started.process : options_.pid;
    error_ = sleeps_otherwise_
                 ? fmt::format(
                       "the monitor of process {} sleeps by no call that is known for short "
                       "sleeps: nanosleep, select, poll, a timer that it reads",
                       process)
                 : fmt::format("process {} {} before it showed a monitor", process,
                               stop ? "was let go" : "ended");
  }
}

Tracer::Traced& Tracer::Add(pid_t tid) {
  Traced& thread = traced_[tid];
  if (thread.decoder) return thread;
  thread.process = ProcessOf(tid);
  thread.decoder = std::make_unique<Decoder>(
      tid, [this, tid](const Event& event) { Take(tid, event); },
      std::bind_front(ReadMemoryOf, tid), std::bind_front(ReadTimerPeriod, thread.process),
      std::bind_front(IsSignalPending, thread.process));
  if (is_monitor_) thread.decoder->ForgetTimers();
  // A thread that appears once the monitor is known came from it or from one that is being let go.
  thread.letting_go = !watching_all_ && monitor_ != 0 && tid != monitor_;
  if (watching_all_) {
    Event start = MakeEvent(MonotonicNowNs(), EventKind::kMonitorStart);
    start.m = tid;
    thread.buffered.push_back(start);
  }
  return thread;
}

void Tracer::Take(pid_t tid, const Event& event) {
  if (tid == monitor_) {
    Event sent = event;
    sent.time_ns = last_time_ns_ = std::max(last_time_ns_, event.time_ns);
    if (const auto stall = monitor_wait_.Look(tid, sent.time_ns)) sink_(*stall);
    sink_(sent);
    if (inspector_) inspector_->OnEvent(sent);
    if (!options_.cpu_reads) return;
    if (const auto read = usage_.ReadAt(sent)) sink_(*read);
  } else if (Searching() && traced_[tid].buffered.size() < kBufferedEventsMost) {
    traced_[tid].buffered.push_back(event);
  }
}

void Tracer::EmitStall(int64_t began_ns) {
  const int64_t took_ns = MonotonicNowNs() - began_ns;
  if (took_ns < kStallNsLeast) return;
  sink_(MakeEvent(began_ns + took_ns, EventKind::kStall, {{Arg::kDurationNs, took_ns}}));
}

void Tracer::OnStop(pid_t tid, int status) {
  Traced& thread = Add(tid);
  if (!thread.letting_go && LeaveStopped(tid, status)) return;
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  if (signal == kSyscallStop) {
    OnSyscall(tid, thread);
    Resume(tid, thread, 0);
  } else if (event != 0) {
    OnEvent(tid, thread, event);
    const auto still = traced_.find(tid);
    if (still != traced_.end()) Resume(tid, still->second, 0);
  } else {
    const bool trap = signal == SIGTRAP && tid == monitor_ && inspector_;
    Resume(tid, thread, trap && inspector_->OnTrap(MonotonicNowNs()) ? 0 : signal);
  }
}

void Tracer::Resume(pid_t tid, Traced& thread, int signal) {
  const auto data = static_cast<uintptr_t>(signal);
  if (thread.letting_go) {
    if (tid == monitor_ && inspector_) inspector_->Detach();
    Ptrace(PTRACE_DETACH, tid, 0, data);
    traced_.erase(tid);
  } else {
    Ptrace(IsOrdinary(tid, thread) ? PTRACE_CONT : PTRACE_SYSCALL, tid, 0, data);
  }
}

bool Tracer::IsOrdinary(pid_t tid, const Traced& thread) {
  if (tid == monitor_ || Declared().by != MonitorDeclaration::By::kNobody) return false;
  if (thread.stops > kStopsMost) return true;
  return stops_ > kStopsOfAllMost && IdentityOf(thread.process).images().empty();
}

void Tracer::OnSyscall(pid_t tid, Traced& thread) {
  if (thread.letting_go) return;
  __ptrace_syscall_info info{};
  if (Ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, reinterpret_cast<uintptr_t>(&info)) <= 0) {
    // Where the thread was killed meanwhile there is nothing to say.
    if (errno == ESRCH) return;
    error_ = "this kernel does not report system calls: Linux 5.3 or newer is needed";
    return;
  }
  const int64_t now_ns = MonotonicNowNs();
  ++thread.stops;
  ++stops_;
  if (tid == monitor_) usage_.CountStop();
  if (info.arch != kTracedArchitecture) {
    error_ = fmt::format("process {} runs a program for another kind of processor than this one",
                         thread.process);
  } else if (thread.interrupted) {
    // A sleep that tracing has interrupted goes on with the rest of its time as if that were asked.
    thread.interrupted = info.op != PTRACE_SYSCALL_INFO_EXIT;
  } else if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    if (tid == monitor_ && inspector_) inspector_->OnEntry(now_ns);
    uint64_t args[6];
    std::copy(std::begin(info.entry.args), std::end(info.entry.args), args);
    if (Searching() && MapsCode(info)) IdentityOf(thread.process).ExpectMore();
    const int64_t before = thread.decoder->sleeps();
    thread.decoder->OnEntry(now_ns, info.entry.nr, args);
    if (thread.decoder->sleeps() == before) {
      if (Searching()) LookForOtherSleep(tid, thread, info.stack_pointer);
      return;
    }
    // When it was found, another one may not yet have been there.
    if (tid == monitor_ && (++sleeps_ == kWatchAllFor || LooksAgain())) LookForOthers();
    if (watching_all_) LookForMonitor(tid, thread, info.stack_pointer);
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    if (tid == monitor_ && inspector_) inspector_->OnExit(now_ns);
    thread.decoder->OnExit(now_ns, info.exit.rval);
  }
}

void Tracer::OnEvent(pid_t tid, Traced& thread, int event) {
  switch (event) {
    case PTRACE_EVENT_CLONE: {
      const auto started = static_cast<pid_t>(EventMessageOf(tid));
      // Before the new thread's own first stop, where possible: its start is stamped as early as
      // can be.
      if (watching_all_) Add(started);
      thread.decoder->OnThreadStart(MonotonicNowNs(), started);
      if (Searching()) NoteStarted(thread.process);
      break;
    }
    case PTRACE_EVENT_EXEC:
      OnExec(tid);
      break;
    case PTRACE_EVENT_EXIT:
      // A process that dies traced has its status given to its tracer. That belongs to its parent,
      // which may be another thread of ours.
      thread.letting_go = true;
      if (tid == monitor_) EndMonitor(*thread.decoder);
      break;
    default:
      break;
  }
}

void Tracer::OnExec(pid_t tid) {
  const pid_t process = tid;  // after an exec the one thread left is the leader
  std::erase_if(traced_, [&](const auto& entry) { return entry.second.process == process; });
  identities_.erase(process);
  Add(tid);
  if (Searching()) NoteStarted(process);
}

void Tracer::OnGone(pid_t tid) {
  const auto gone = traced_.find(tid);
  if (gone == traced_.end()) return;
  if (tid == monitor_) EndMonitor(*gone->second.decoder);
  traced_.erase(tid);
}

void Tracer::BeginInspection() {
  if (options_.layout == nullptr) return;
  inspector_ = Inspector::Attach(options_.layout, process_, monitor_, options_.breakpoints,
                                 options_.inspected, inspection_error_);
}

void Tracer::EndMonitor(Decoder& decoder) {
  usage_.End();
  decoder.OnEnd(MonotonicNowNs());
  if (watching_all_ && is_monitor_) LetOthersGo(monitor_);
}

void Tracer::LetOthersGo(pid_t but) {
  watching_all_ = false;
  for (auto& [tid, thread] : traced_) {
    if (tid == but) continue;
    thread.letting_go = true;
    Ptrace(PTRACE_INTERRUPT, tid, 0, 0);
  }
}

void Tracer::LetAllGo() {
  LetOthersGo(0);
  // A thread that does not stop (it waits in a vfork, say) is let go by the end of the tracing
  // thread.
  const int64_t deadline_ns = MonotonicNowNs() + kLetGoWithinNs;
  while (!traced_.empty() && MonotonicNowNs() < deadline_ns) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG);
    if (tid < 0 && errno != EINTR) break;
    if (tid <= 0) {
      usleep(200);
    } else if (WIFSTOPPED(status)) {
      OnStop(tid, status);
    } else {
      OnGone(tid);
    }
  }
}

}  // namespace proctor
