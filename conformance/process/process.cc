#include "conformance/process/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <thread>

#include "conformance/base/mutex.h"
#include "conformance/process/pipe.h"
#include "conformance/process/program.h"
#include "conformance/process/suspendable_deadline.h"

extern char** environ;

namespace proctor {
namespace {

constexpr size_t kCapturedBytesMost = 64 * 1024;
constexpr ssize_t kPipeBytes = 64 * 1024;
constexpr int64_t kReapWithinNs = 5'000'000'000;
constexpr int kNotStarted = 127;  // as a shell says it

std::string NameOf(const std::string& entry) { return entry.substr(0, entry.find('=')); }

std::vector<std::string> MakeEnvironment(const Process::Options& options) {
  std::vector<std::string> result;
  const auto replaced = [&](const std::string& name) {
    return std::ranges::count(options.unset_env, name) > 0 ||
           std::ranges::any_of(options.set_env,
                               [&](const std::string& entry) { return NameOf(entry) == name; });
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!replaced(NameOf(*entry))) result.emplace_back(*entry);
  }
  result.insert(result.end(), options.set_env.begin(), options.set_env.end());
  return result;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the child does between fork and exec: only calls that are safe there. All strings are made
// before.
struct ChildPlan {
  const char* program;
  char** argv;
  char** env;
  const char* directory;  // nullptr: stay
  int gate;               // -1: none
  int output;             // -1: keep
  bool null_input;
  std::vector<std::pair<int, int>> descriptors;  // every source above every target
  int highest_target;
  int failure;  // tells the parent errno when exec fails
};

void WriteText(const char* text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(kNotStarted);
}

[[noreturn]] void FailChild(const ChildPlan& plan) {
  const int number = errno;
  if (plan.gate >= 0) {
    // Spawn has returned long ago: what is left is the child's own standard error.
    WriteText(plan.program);
    WriteText(": cannot be started: ");
    WriteText(strerrordesc_np(number));
    WriteText("\n");
  } else if (write(plan.failure, &number, sizeof number) < 0) {
    _exit(kNotStarted);
  }
  _exit(kNotStarted);
}

[[noreturn]] void RunChild(const ChildPlan& plan) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGQUIT}) std::signal(signal, SIG_DFL);
  if (plan.null_input) {
    const int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0) FailChild(plan);
  }
  if (plan.output >= 0 &&
      (dup2(plan.output, STDOUT_FILENO) < 0 || dup2(plan.output, STDERR_FILENO) < 0)) {
    FailChild(plan);
  }
  if (plan.gate >= 0) {
    // End of file opens the gate too: a parent that died has no use for us, and PDEATHSIG has
    // fired.
    char byte;
    while (read(plan.gate, &byte, 1) < 0 && errno == EINTR) {
    }
  }
  if (plan.directory != nullptr && chdir(plan.directory) != 0) FailChild(plan);
  // Descriptors that are ours alone may lie where a target belongs: Spawn has moved all that are
  // still needed above the targets.
  for (const auto& [ours, theirs] : plan.descriptors) {
    if (dup2(ours, theirs) < 0) FailChild(plan);
  }
  constexpr unsigned kCloseOnExec = 1u << 2;  // CLOSE_RANGE_CLOEXEC
  int first = STDERR_FILENO + 1;
  for (int number = first; number <= plan.highest_target; ++number) {
    const bool wanted = std::ranges::any_of(
        plan.descriptors, [number](const auto& pair) { return pair.second == number; });
    if (!wanted) fcntl(number, F_SETFD, FD_CLOEXEC);
    first = number + 1;
  }
  syscall(SYS_close_range, first, ~0u, kCloseOnExec);
  execve(plan.program, plan.argv, plan.env);
  FailChild(plan);
}

}  // namespace

int64_t MonotonicNowNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

struct Process::State {
  pid_t pid = -1;
  Descriptor pidfd;
  Descriptor gate;
  std::optional<int> status;

  Descriptor output;
  Pipe quit;  // its end of file ends the reader, also while a process still holds the output open
  std::thread reader;
  Mutex mutex;
  std::string captured GUARDED_BY(mutex);

  void ReadOutput() {
    char block[4096];
    // More than a pipe holds was written after the child's end.
    ssize_t left_when_quitting = kPipeBytes;
    while (true) {
      pollfd sources[] = {{.fd = output.get(), .events = POLLIN, .revents = 0},
                          {.fd = quit.read.get(), .events = POLLIN, .revents = 0}};
      if (poll(sources, std::size(sources), -1) < 0 && errno != EINTR) return;
      const bool quitting = sources[1].revents != 0;
      if (quitting && (sources[0].revents == 0 || left_when_quitting <= 0)) return;
      if (sources[0].revents == 0) continue;
      const ssize_t got = read(output.get(), block, sizeof block);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return;
      if (quitting) left_when_quitting -= got;
      const MutexLock lock(mutex);
      captured.append(block, static_cast<size_t>(got));
      if (captured.size() > kCapturedBytesMost) {
        captured.erase(0, captured.size() - kCapturedBytesMost);
      }
    }
  }
};

std::unique_ptr<Process> Process::Spawn(const Options& options, std::string& error) {
  if (options.argv.empty()) {
    error = "no command was given";
    return nullptr;
  }
  // Found before the fork, where there is still a way to say what is wrong.
  const bool has_slash = options.argv[0].find('/') != std::string::npos;
  const std::string program = has_slash ? options.argv[0] : FindOnPath(options.argv[0]);
  if (program.empty()) {
    error = fmt::format("{}: not found on PATH; install it or give its path", options.argv[0]);
    return nullptr;
  }
  const auto fail = [&](int number) {
    error = fmt::format("{}: cannot be started: {}", options.argv[0], strerrordesc_np(number));
    return nullptr;
  };
  // With a directory of its own the child may find what we cannot.
  if (options.directory.empty() && access(program.c_str(), X_OK) != 0) return fail(errno);

  int highest_target = STDERR_FILENO;
  for (const auto& [ours, theirs] : options.descriptors) {
    highest_target = std::max(highest_target, theirs);
  }
  Pipe gate;
  Pipe failure;
  Pipe output;
  auto state = std::make_unique<State>();
  if ((options.gated && !gate.Open()) || !failure.Open() ||
      (options.capture_output && (!output.Open() || !state->quit.Open()))) {
    return fail(errno);
  }
  std::vector<Descriptor> sources;
  const auto above = [&](int number) {
    sources.emplace_back(fcntl(number, F_DUPFD_CLOEXEC, highest_target + 1));
    return sources.back().get();
  };
  std::vector<std::pair<int, int>> descriptors;
  for (const auto& [ours, theirs] : options.descriptors)
    descriptors.emplace_back(above(ours), theirs);

  std::vector<std::string> argv = options.argv;
  std::vector<std::string> env = MakeEnvironment(options);
  std::vector<char*> argv_pointers = Pointers(argv);
  std::vector<char*> env_pointers = Pointers(env);
  const ChildPlan plan{.program = program.c_str(),
                       .argv = argv_pointers.data(),
                       .env = env_pointers.data(),
                       .directory = options.directory.empty() ? nullptr : options.directory.c_str(),
                       .gate = options.gated ? above(gate.read.get()) : -1,
                       .output = options.capture_output ? above(output.write.get()) : -1,
                       .null_input = options.null_input,
                       .descriptors = std::move(descriptors),
                       .highest_target = highest_target,
                       .failure = above(failure.write.get())};

  state->pid = fork();
  if (state->pid < 0) return fail(errno);
  if (state->pid == 0) {
    // The child's own copy of the gate's writing end would keep the gate shut after the parent's
    // death.
    gate.write.Close();
    RunChild(plan);
  }
  setpgid(state->pid, state->pid);
  state->pidfd = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, state->pid, 0)));
  state->gate = std::move(gate.write);
  sources.clear();
  failure.write.Close();
  output.write.Close();
  if (options.capture_output) {
    state->output = std::move(output.read);
    state->reader = std::thread([raw = state.get()] { raw->ReadOutput(); });
  }
  std::unique_ptr<Process> process(new Process(std::move(state)));
  if (options.gated) return process;  // whether exec works shows only after the gate
  int number = 0;
  ssize_t got;
  while ((got = read(failure.read.get(), &number, sizeof number)) < 0 && errno == EINTR) {
  }
  if (got == sizeof number) return fail(number);
  return process;
}

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}

Process::~Process() {
  // The child is reaped only now, so its number still means this group, also if it ended long ago.
  SignalGroup(SIGKILL);
  Release();
  Wait(MonotonicNowNs() + kReapWithinNs);
  waitpid(state_->pid, nullptr, WNOHANG | __WNOTHREAD);
  state_->quit.write.Close();
  if (state_->reader.joinable()) state_->reader.join();
}

pid_t Process::pid() const { return state_->pid; }

int Process::pidfd() const { return state_->pidfd.get(); }

void Process::Release() { state_->gate.Close(); }

std::optional<int> Process::Wait(int64_t deadline_ns) {
  SuspendableDeadline deadline(deadline_ns);
  while (!state_->status) {
    const int64_t left_ns = deadline.NextWaitNs(MonotonicNowNs());
    const timespec timeout{.tv_sec = left_ns / 1'000'000'000, .tv_nsec = left_ns % 1'000'000'000};
    pollfd ended{.fd = state_->pidfd.get(), .events = POLLIN, .revents = 0};
    const int ready = ppoll(&ended, 1, &timeout, nullptr);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 && left_ns == 0) return std::nullopt;
    if (ready <= 0) continue;
    // Only children of this very thread: a tracer's notifications belong to the tracer's thread.
    siginfo_t info{};
    const int got = waitid(P_PID, static_cast<id_t>(state_->pid), &info,
                           WEXITED | WNOHANG | WNOWAIT | __WNOTHREAD);
    if (got == 0 && info.si_pid == state_->pid) {
      state_->status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    }
    // A tracer in this process was given the status instead: it lets go of all who end in any other
    // way than by SIGKILL before that.
    if (got < 0 && errno == ECHILD) state_->status = 128 + SIGKILL;
    if (state_->status) break;
    if (left_ns == 0) return std::nullopt;
    // Dead but not yet given to us: its tracer has to take notice first.
    const timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
    nanosleep(&moment, nullptr);
  }
  return state_->status;
}

void Process::Signal(int signal) {
  if (!state_->status) syscall(SYS_pidfd_send_signal, state_->pidfd.get(), signal, nullptr, 0);
}

void Process::SignalGroup(int signal) { kill(-state_->pid, signal); }

std::string Process::captured() {
  // What the child wrote before its end is in the pipe by now; the reader takes it and stops there,
  // so that a grandchild which still holds the pipe open keeps nobody waiting.
  if (state_->status && state_->reader.joinable()) {
    state_->quit.write.Close();
    state_->reader.join();
  }
  const MutexLock lock(state_->mutex);
  return state_->captured;
}

}  // namespace proctor
