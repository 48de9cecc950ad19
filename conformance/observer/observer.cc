#include "conformance/observer/observer.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/observer/decoder.h"
#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

// A run of so many equal sleeps is a monitor's. Worker threads back off with sleeps of a few microseconds, and
// sleep for milliseconds for reasons of their own, but never so often in a row.
constexpr int64_t kTellingRun = 10;
constexpr int64_t kTellingSleepNsLeast = 10'000;
constexpr int64_t kTellingSleepNsMost = 1'000'000;
// All threads stay traced for so many sleeps of the monitor's, to see whether there is a second one.
constexpr int64_t kWatchAllFor = 30;

constexpr size_t kBufferedEventsMost = 4096;
constexpr int64_t kDetachWithinNs = 2'000'000'000;

constexpr int kSyscallStop = SIGTRAP | 0x80;
int NudgeSignal() { return SIGRTMIN + 3; }

// The headers disagree about the type of the first argument.
long Ptrace(int request, pid_t thread, uintptr_t address, uintptr_t data) {
  return ptrace(static_cast<__ptrace_request>(request), thread, reinterpret_cast<void*>(address),
                reinterpret_cast<void*>(data));
}

std::string CannotTrace(pid_t pid, int error) {
  if (error == ESRCH) return fmt::format("process {} is not there", pid);
  return fmt::format("process {} cannot be traced ({}): run as its user or as root, with "
                     "kernel.yama.ptrace_scope at 0 or CAP_SYS_PTRACE, and no other tracer",
                     pid, std::strerror(error));
}

}  // namespace

// Everything but the fields under `mutex` belongs to the tracing thread while it runs.
struct Observer::State {
  struct Traced {
    std::unique_ptr<Decoder> decoder;
    std::vector<Event> buffered;  // until the monitor is known
    pid_t process = 0;
    bool letting_go = false;
  };

  Options options;
  Sink sink;

  std::thread thread;
  std::mutex mutex;
  std::condition_variable changed;
  bool attached = false;   // guarded by mutex
  bool finished = false;   // guarded by mutex
  std::string error;       // guarded by mutex
  std::atomic<bool> stop{false};
  std::atomic<pid_t> monitor{0};
  std::atomic<pid_t> process{0};

  std::map<pid_t, Traced> traced;
  std::vector<pid_t> followed;  // processes that may show a monitor
  bool watching_all = false;
  int64_t last_time_ns = 0;
  int64_t began_ns = 0;
  int64_t ended_ns = 0;
  std::optional<int64_t> monitor_cpu_began_ns;
  std::optional<int64_t> process_cpu_began_ns;
  Usage usage;

  void Main();
  bool AttachFromStart(std::string& why);
  bool AttachToMonitor(std::string& why);
  void Report(bool is_attached, std::string why);
  void Loop();
  void LetAllGo();

  void OnStop(pid_t tid, int status);
  void OnSyscall(pid_t tid, Traced& thread);
  void OnEvent(pid_t tid, Traced& thread, int event);
  void OnExec(pid_t tid);
  void OnGone(pid_t tid);

  Traced& Add(pid_t tid);
  void Take(pid_t tid, const Event& event);
  void LookForMonitor(pid_t tid, const Decoder& decoder);
  void ChooseMonitor(pid_t tid);
  void LetOthersGo();
  void BeginUsage();
  void NoteUsage();
  void Resume(pid_t tid, Traced& thread, int signal);
};

void Observer::State::Report(bool is_attached, std::string why) {
  const std::lock_guard lock(mutex);
  attached = is_attached;
  if (error.empty()) error = std::move(why);
  if (!is_attached) finished = true;
  changed.notify_all();
}

void Observer::State::Main() {
  std::string why;
  if (!(options.from_start ? AttachFromStart(why) : AttachToMonitor(why))) {
    Report(false, why);
    return;
  }
  Report(true, "");
  Loop();
  LetAllGo();
  const std::lock_guard lock(mutex);
  if (monitor == 0 && error.empty()) {
    error = fmt::format("process {} ended before it showed a monitor", options.pid);
  }
  finished = true;
  changed.notify_all();
}

bool Observer::State::AttachFromStart(std::string& why) {
  constexpr uintptr_t kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                                 PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (Ptrace(PTRACE_SEIZE, options.pid, 0, kOptions) != 0 ||
      Ptrace(PTRACE_INTERRUPT, options.pid, 0, 0) != 0) {
    why = CannotTrace(options.pid, errno);
    return false;
  }
  watching_all = true;
  Add(options.pid);
  return true;
}

bool Observer::State::AttachToMonitor(std::string& why) {
  const pid_t found = FindMonitor(options.pid, MonotonicNowNs() + options.find_deadline_ns, why);
  if (found == 0) return false;
  constexpr uintptr_t kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT;
  if (Ptrace(PTRACE_SEIZE, found, 0, kOptions) != 0 || Ptrace(PTRACE_INTERRUPT, found, 0, 0) != 0) {
    why = CannotTrace(options.pid, errno);
    return false;
  }
  Add(found);
  monitor = found;
  process = options.pid;
  BeginUsage();
  Event gap = MakeEvent(MonotonicNowNs(), EventKind::kGap, {{Arg::kLost, -1}});
  gap.m = found;
  Take(found, gap);
  return true;
}

void Observer::State::Loop() {
  while (!stop && !traced.empty()) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (tid < 0 && errno == EINTR) continue;
    if (tid < 0) break;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      OnGone(tid);
    } else if (WIFSTOPPED(status)) {
      OnStop(tid, status);
    }
  }
  NoteUsage();
}

Observer::State::Traced& Observer::State::Add(pid_t tid) {
  Traced& thread = traced[tid];
  if (thread.decoder) return thread;
  thread.process = ProcessOf(tid);
  thread.decoder = std::make_unique<Decoder>(
      tid, [this, tid](const Event& event) { Take(tid, event); },
      [tid](uint64_t address, void* to, size_t size) { return ReadMemoryOf(tid, address, to, size); });
  // A thread that appears once the monitor is known came from it or from one that is being let go.
  thread.letting_go = !watching_all && monitor != 0 && tid != monitor;
  if (watching_all) {
    Event start = MakeEvent(MonotonicNowNs(), EventKind::kMonitorStart);
    start.m = tid;
    thread.buffered.push_back(start);
  }
  return thread;
}

void Observer::State::Take(pid_t tid, const Event& event) {
  if (monitor == 0) {
    std::vector<Event>& buffered = traced[tid].buffered;
    if (buffered.size() < kBufferedEventsMost) buffered.push_back(event);
  } else if (tid == monitor) {
    Event told = event;
    told.time_ns = last_time_ns = std::max(last_time_ns, event.time_ns);
    sink(told);
  }
}

void Observer::State::OnStop(pid_t tid, int status) {
  Traced& thread = Add(tid);
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  const bool is_stop_event = event == PTRACE_EVENT_STOP;
  if (is_stop_event && signal != SIGTRAP && !thread.letting_go) {
    // The process was stopped by job control: leave it so until it is continued.
    Ptrace(PTRACE_LISTEN, tid, 0, 0);
    return;
  }
  if (signal == kSyscallStop) {
    OnSyscall(tid, thread);
    Resume(tid, thread, 0);
  } else if (event != 0) {
    OnEvent(tid, thread, event);
    const auto still = traced.find(tid);
    if (still != traced.end()) Resume(tid, still->second, 0);
  } else {
    Resume(tid, thread, signal);
  }
}

void Observer::State::Resume(pid_t tid, Traced& thread, int signal) {
  const auto data = static_cast<uintptr_t>(signal);
  if (thread.letting_go) {
    Ptrace(PTRACE_DETACH, tid, 0, data);
    traced.erase(tid);
  } else {
    Ptrace(PTRACE_SYSCALL, tid, 0, data);
  }
}

void Observer::State::OnSyscall(pid_t tid, Traced& thread) {
  __ptrace_syscall_info info{};
  if (thread.letting_go) return;
  if (Ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, reinterpret_cast<uintptr_t>(&info)) <= 0) {
    return;
  }
  const int64_t now_ns = MonotonicNowNs();
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    uint64_t args[6];
    std::copy(std::begin(info.entry.args), std::end(info.entry.args), args);
    thread.decoder->OnEntry(now_ns, info.entry.nr, args);
    if (watching_all) LookForMonitor(tid, *thread.decoder);
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    thread.decoder->OnExit(now_ns, info.exit.rval);
  }
}

void Observer::State::OnEvent(pid_t tid, Traced& thread, int event) {
  unsigned long message = 0;
  Ptrace(PTRACE_GETEVENTMSG, tid, 0, reinterpret_cast<uintptr_t>(&message));
  switch (event) {
    case PTRACE_EVENT_CLONE:
      thread.decoder->OnThreadStart(MonotonicNowNs(), static_cast<pid_t>(message));
      break;
    case PTRACE_EVENT_EXEC:
      OnExec(tid);
      break;
    case PTRACE_EVENT_EXIT:
      if (tid == monitor) {
        NoteUsage();
        thread.decoder->OnEnd(MonotonicNowNs());
      }
      // To its parent, which may be this very process, a thread that dies traced is lost: its status would be
      // given to the tracer instead.
      thread.letting_go = true;
      break;
    default:
      break;
  }
}

void Observer::State::OnExec(pid_t tid) {
  const pid_t process_id = tid;  // after an exec the one thread left is the leader
  std::erase_if(traced, [&](const auto& entry) {
    return entry.first != tid && entry.second.process == process_id;
  });
  traced.erase(tid);
  Add(tid);
}

void Observer::State::OnGone(pid_t tid) { traced.erase(tid); }

void Observer::State::LookForMonitor(pid_t tid, const Decoder& decoder) {
  const bool telling = decoder.run_length() >= kTellingRun &&
                       decoder.run_duration_ns() >= kTellingSleepNsLeast &&
                       decoder.run_duration_ns() <= kTellingSleepNsMost;
  if (monitor == 0) {
    if (telling) ChooseMonitor(tid);
  } else if (tid == monitor) {
    if (decoder.run_length() >= kWatchAllFor || decoder.run_length() < kTellingRun) LetOthersGo();
  } else if (decoder.run_length() == kTellingRun && telling && traced[tid].process == process) {
    Event second = MakeEvent(MonotonicNowNs(), EventKind::kSecondMonitor, {{Arg::kThread, tid}});
    second.m = monitor;
    Take(monitor, second);
  }
}

void Observer::State::ChooseMonitor(pid_t tid) {
  process = traced[tid].process;
  monitor = tid;
  const std::vector<Event> buffered = std::exchange(traced[tid].buffered, {});
  if (buffered.size() >= kBufferedEventsMost) {
    Take(tid, MakeEvent(buffered.back().time_ns, EventKind::kGap, {{Arg::kLost, -1}}));
  } else {
    for (const Event& event : buffered) Take(tid, event);
  }
  BeginUsage();
}

void Observer::State::LetOthersGo() {
  watching_all = false;
  for (auto& [tid, thread] : traced) {
    if (tid == monitor) continue;
    thread.letting_go = true;
    Ptrace(PTRACE_INTERRUPT, tid, 0, 0);
  }
}

void Observer::State::BeginUsage() {
  began_ns = MonotonicNowNs();
  monitor_cpu_began_ns = ThreadCpuNs(monitor);
  process_cpu_began_ns = ProcessCpuNs(process);
}

void Observer::State::NoteUsage() {
  if (monitor == 0 || ended_ns != 0) return;
  const std::optional<int64_t> monitor_cpu_ns = ThreadCpuNs(monitor);
  const std::optional<int64_t> process_cpu_ns = ProcessCpuNs(process);
  ended_ns = MonotonicNowNs();
  if (!monitor_cpu_ns || !process_cpu_ns || !monitor_cpu_began_ns || !process_cpu_began_ns) return;
  usage = {.monitor_cpu_ns = *monitor_cpu_ns - *monitor_cpu_began_ns,
           .process_cpu_ns = *process_cpu_ns - *process_cpu_began_ns,
           .elapsed_ns = ended_ns - began_ns};
}

void Observer::State::LetAllGo() {
  watching_all = false;
  for (auto& [tid, thread] : traced) {
    thread.letting_go = true;
    Ptrace(PTRACE_INTERRUPT, tid, 0, 0);
  }
  const int64_t deadline_ns = MonotonicNowNs() + kDetachWithinNs;
  while (!traced.empty() && MonotonicNowNs() < deadline_ns) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG);
    if (tid < 0 && errno != EINTR) break;
    if (tid <= 0) {
      const timespec moment{.tv_sec = 0, .tv_nsec = 200'000};
      nanosleep(&moment, nullptr);
    } else if (WIFSTOPPED(status)) {
      OnStop(tid, status);
    } else {
      OnGone(tid);
    }
  }
}

std::unique_ptr<Observer> Observer::Start(const Options& options, Sink sink, std::string& why) {
  struct sigaction nudge {};
  nudge.sa_handler = [](int) {};  // without SA_RESTART: it only has to end a wait
  sigaction(NudgeSignal(), &nudge, nullptr);

  auto state = std::make_unique<State>();
  state->options = options;
  state->sink = std::move(sink);
  State* raw = state.get();
  state->thread = std::thread([raw] { raw->Main(); });
  std::unique_ptr<Observer> observer(new Observer(std::move(state)));
  std::unique_lock lock(raw->mutex);
  raw->changed.wait(lock, [raw] { return raw->attached || raw->finished; });
  if (raw->attached) return observer;
  why = raw->error;
  lock.unlock();
  return nullptr;
}

Observer::Observer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Observer::~Observer() { Stop(); }

void Observer::Stop() {
  if (!state_->thread.joinable()) return;
  state_->stop = true;
  std::unique_lock lock(state_->mutex);
  while (!state_->finished) {
    // Again and again: the first may come just before the thread begins to wait.
    pthread_kill(state_->thread.native_handle(), NudgeSignal());
    state_->changed.wait_for(lock, std::chrono::milliseconds(5));
  }
  lock.unlock();
  state_->thread.join();
}

const std::string& Observer::error() const { return state_->error; }

pid_t Observer::monitor() const { return state_->monitor; }

pid_t Observer::process() const { return state_->process; }

Observer::Usage Observer::usage() const { return state_->usage; }

EventKinds Observer::Emits() {
  EventKinds kinds;
  for (const EventKind kind :
       {EventKind::kGap, EventKind::kMonitorStart, EventKind::kMonitorExit, EventKind::kSecondMonitor,
        EventKind::kShallowSleep, EventKind::kShallowWake, EventKind::kDeepSleep, EventKind::kDeepWake,
        EventKind::kPoll, EventKind::kPreemptSignal, EventKind::kThreadStart, EventKind::kTraceLine,
        EventKind::kAffinityRead}) {
    kinds.set(static_cast<size_t>(kind));
  }
  return kinds;
}

}  // namespace proctor
