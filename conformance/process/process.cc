#include "conformance/process/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <map>
#include <string_view>
#include <thread>

#include "conformance/base/mutex.h"
#include "conformance/process/child.h"
#include "conformance/process/descendants.h"
#include "conformance/process/ending.h"
#include "conformance/process/keeper.h"
#include "conformance/process/pipe.h"
#include "conformance/process/program.h"
#include "conformance/process/suspendable_deadline.h"

namespace proctor {
namespace {

// What a runtime says first when it gives up is the reason; a long list of its tasks may follow.
constexpr size_t kFirstBytesMost = 16 * 1024;
constexpr std::string_view kLeftOut = "\n[...]\n";
constexpr size_t kLastBytesMost = 48 * 1024 - kLeftOut.size();
constexpr ssize_t kPipeBytes = 64 * 1024;
constexpr int64_t kReapWithinNs = 5'000'000'000;
constexpr int kReapTurns = 1'000;

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
  pid_t keeper = -1;
  Descriptor leash;   // to it
  Descriptor report;  // from it
  Descriptor failure;
  std::string name;  // as it was asked for
  std::optional<int> status;

  Descriptor output;
  Pipe quit;  // its end of file ends the reader, also while a process still holds the output open
  std::thread reader;
  Mutex mutex;
  std::string first GUARDED_BY(mutex);  // of what it wrote
  std::string last GUARDED_BY(mutex);   // ... after that
  bool left_out GUARDED_BY(mutex) = false;

  void ReadOutput();
  bool ReadReport();
};

namespace {

// The leashes of all processes that there are, for Process::EndAll.
class Leashes {
 public:
  static Leashes& All() {
    static Leashes all;
    return all;
  }
  void Add(int leash, int report) {
    const MutexLock lock(mutex_);
    leashes_.emplace(leash, report);
  }
  void Remove(int leash) {
    const MutexLock lock(mutex_);
    leashes_.erase(leash);
  }
  void PullAll(int64_t deadline_ns) {
    const MutexLock lock(mutex_);
    for (const auto& [leash, report] : leashes_) {
      if (write(leash, "x", 1) < 0) continue;
    }
    for (const auto& [leash, report] : leashes_) WaitForEnd(report, deadline_ns);
  }

  // Until the keeper is gone, which closes its pipe.
  static void WaitForEnd(int report, int64_t deadline_ns) {
    SuspendableDeadline deadline(deadline_ns);
    KeeperReport what;
    while (true) {
      const int64_t left_ns = deadline.NextWaitNs(MonotonicNowNs());
      if (left_ns == 0) return;
      pollfd source{.fd = report, .events = POLLIN, .revents = 0};
      const int timeout_ms = static_cast<int>(left_ns / 1'000'000) + 1;
      if (poll(&source, 1, timeout_ms) > 0 && read(report, &what, sizeof what) == 0) return;
    }
  }

 private:
  Mutex mutex_;
  std::map<int, int> leashes_ GUARDED_BY(mutex_);  // with the reports' pipes
};

// The strings, pointers and descriptors that a child needs, made before the fork.
class Preparation {
 public:
  // False: errno says why.
  bool Open(const Process::Options& options) {
    return (!options.gated || gate.Open()) && failure.Open() && leash.Open() && report.Open() &&
           (!options.capture_output || output.Open());
  }

  ChildPlan Plan(const std::string& program, const Process::Options& options) {
    int highest_target = STDERR_FILENO;
    for (const auto& [ours, theirs] : options.descriptors) {
      highest_target = std::max(highest_target, theirs);
    }
    argv_ = options.argv;
    env_ = MakeEnvironment(options);
    argv_pointers_ = Pointers(argv_);
    env_pointers_ = Pointers(env_);
    ChildPlan plan{
        .program = program.c_str(),
        .argv = argv_pointers_.data(),
        .env = env_pointers_.data(),
        .directory = options.directory.empty() ? nullptr : options.directory.c_str(),
        .gate = options.gated ? Above(gate.read.get(), highest_target) : -1,
        .output = options.capture_output ? Above(output.write.get(), highest_target) : -1,
        .null_input = options.null_input,
        .descriptors = {},
        .highest_target = highest_target,
        .failure = Above(failure.write.get(), highest_target),
        .kept = {}};
    for (const auto& [ours, theirs] : options.descriptors) {
      plan.descriptors.emplace_back(Above(ours, highest_target), theirs);
    }
    leash_for_keeper = Above(leash.read.get(), highest_target);
    report_for_keeper = Above(report.write.get(), highest_target);
    for (const Descriptor& source : sources_) plan.kept.push_back(source.get());
    std::ranges::sort(plan.kept);
    return plan;
  }

  // This process keeps none of what is the child's.
  void CloseTheirs() {
    sources_.clear();
    for (Descriptor* theirs :
         {&gate.read, &failure.write, &output.write, &leash.read, &report.write}) {
      theirs->Close();
    }
  }

  Pipe gate;
  Pipe failure;
  Pipe output;
  Pipe leash;
  Pipe report;
  int leash_for_keeper = -1;
  int report_for_keeper = -1;

 private:
  // A copy that no descriptor of the child's lies in the way of.
  int Above(int number, int highest_target) {
    sources_.emplace_back(fcntl(number, F_DUPFD_CLOEXEC, highest_target + 1));
    return sources_.back().get();
  }

  std::vector<std::string> argv_;
  std::vector<std::string> env_;
  std::vector<char*> argv_pointers_;
  std::vector<char*> env_pointers_;
  std::vector<Descriptor> sources_;
};

std::string NotStarted(const std::string& name, int number) {
  return fmt::format("{}: cannot be started: {}", name, strerrordesc_np(number));
}

// The file to be executed; empty: `error`.
std::string FindProgram(const Process::Options& options, std::string& error) {
  if (options.argv.empty() || options.argv[0].empty()) {
    error = "no command was given";
    return "";
  }
  const std::string& name = options.argv[0];
  if (name.find('/') != std::string::npos) return name;
  const std::string program = FindOnPath(name);
  if (program.empty()) {
    error = fmt::format("{}: not found on PATH; install it or give its path", name);
  }
  return program;
}

// What a blocking pipe says first; false: it was closed without a word.
template <typename Word>
bool ReadWord(int pipe, Word& word) {
  ssize_t got;
  while ((got = read(pipe, &word, sizeof word)) < 0 && errno == EINTR) {
  }
  return got == sizeof word;
}

}  // namespace

std::unique_ptr<Process> Process::Spawn(const Options& options, std::string& error) {
  const std::string program = FindProgram(options, error);
  if (program.empty()) return nullptr;
  const auto fail = [&](int number) {
    error = NotStarted(options.argv[0], number);
    return nullptr;
  };
  // With a directory of its own the child may find what we cannot.
  if (options.directory.empty() && access(program.c_str(), X_OK) != 0) return fail(errno);
  Preparation made;
  auto state = std::make_unique<State>();
  if (!made.Open(options) || !state->quit.Open()) return fail(errno);
  const ChildPlan plan = made.Plan(program, options);
  if (plan.kept.front() < 0) return fail(EMFILE);

  state->keeper = fork();
  if (state->keeper < 0) return fail(errno);
  if (state->keeper == 0) RunKeeper(made.leash_for_keeper, made.report_for_keeper, plan);
  made.CloseTheirs();
  state->gate = std::move(made.gate.write);
  state->leash = std::move(made.leash.write);
  state->report = std::move(made.report.read);
  Leashes::All().Add(state->leash.get(), state->report.get());
  KeeperReport started{};
  const bool is_there = ReadWord(state->report.get(), started) && started.pid > 0;
  if (is_there) {
    state->pid = started.pid;
    state->pidfd = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, state->pid, 0)));
  }
  state->name = options.argv[0];
  State* const raw = state.get();
  std::unique_ptr<Process> process(new Process(std::move(state)));
  if (options.capture_output) {
    raw->output = std::move(made.output.read);
    raw->reader = std::thread([raw] { raw->ReadOutput(); });
  }
  if (!is_there) return fail(started.pid < 0 ? -started.pid : EAGAIN);
  if (options.gated) {  // whether exec works shows only after the gate
    raw->failure = std::move(made.failure.read);
    return process;
  }
  int number = 0;
  if (ReadWord(made.failure.read.get(), number)) return fail(number);
  return process;
}

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}

Process::~Process() {
  state_->gate.Close();
  Leashes::All().Remove(state_->leash.get());
  state_->leash.Close();
  Leashes::WaitForEnd(state_->report.get(), MonotonicNowNs() + kReapWithinNs);
  // One that hangs is left to itself.
  const timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
  for (int turn = 0; turn < kReapTurns && waitpid(state_->keeper, nullptr, WNOHANG) == 0; ++turn) {
    nanosleep(&moment, nullptr);
  }
  state_->quit.write.Close();
  if (state_->reader.joinable()) state_->reader.join();
}

void Process::EndAll() { Leashes::All().PullAll(MonotonicNowNs() + kReapWithinNs); }

pid_t Process::pid() const { return state_->pid; }

int Process::pidfd() const { return state_->pidfd.get(); }

void Process::Release() { state_->gate.Close(); }

std::string Process::start_error() const {
  pollfd source{.fd = state_->failure.get(), .events = POLLIN, .revents = 0};
  int number = 0;
  if (!state_->status || state_->failure.get() < 0 || poll(&source, 1, 0) <= 0) return "";
  return ReadWord(state_->failure.get(), number) ? NotStarted(state_->name, number) : "";
}

// False: the keeper has nothing more to say.
bool Process::State::ReadReport() {
  KeeperReport ended{};
  if (!ReadWord(report.get(), ended)) return false;
  status = ended.code == CLD_EXITED ? ended.status : 128 + ended.status;
  return true;
}

std::optional<int> Process::Wait(int64_t deadline_ns, const StopRequest* stop) {
  SuspendableDeadline deadline(deadline_ns);
  while (!state_->status) {
    const int64_t left_ns = deadline.NextWaitNs(MonotonicNowNs());
    const timespec timeout{.tv_sec = left_ns / 1'000'000'000, .tv_nsec = left_ns % 1'000'000'000};
    pollfd sources[] = {{.fd = state_->report.get(), .events = POLLIN, .revents = 0},
                        {.fd = stop != nullptr ? stop->fd() : -1, .events = POLLIN, .revents = 0}};
    const int ready = ppoll(sources, std::size(sources), &timeout, nullptr);
    // A keeper that was killed took the child with it.
    if (ready > 0 && sources[0].revents != 0 && !state_->ReadReport()) {
      state_->status = 128 + SIGKILL;
    }
    if (!state_->status && (left_ns == 0 || (ready > 0 && sources[1].revents != 0))) {
      return std::nullopt;
    }
  }
  return state_->status;
}

std::optional<int> Process::WaitForEnd(int64_t deadline_ns, const StopRequest* stop) {
  const std::optional<int> status = Wait(deadline_ns, stop);
  if (status || !IsEnding(pid())) return status;
  return Wait(MonotonicNowNs() + kEndingNsMost, stop);
}

bool Process::HasLiving() const { return HasLivingDescendants(state_->keeper); }

bool Process::EndBySignal(int signal, int64_t deadline_ns) {
  return EndDescendants(state_->keeper, signal, deadline_ns);
}

void Process::Signal(int signal) {
  if (!state_->status) syscall(SYS_pidfd_send_signal, state_->pidfd.get(), signal, nullptr, 0);
}

// The keeper reaps the child only at the end, so its number still means this group, also if it
// ended long ago.
void Process::SignalGroup(int signal) { kill(-state_->pid, signal); }

std::string Process::captured() {
  // What the child wrote is in the pipe by now; a grandchild that holds it open is not waited for.
  if (state_->status && state_->reader.joinable()) {
    state_->quit.write.Close();
    state_->reader.join();
  }
  const MutexLock lock(state_->mutex);
  std::string captured = state_->first;
  if (state_->left_out) captured += kLeftOut;
  return captured + state_->last;
}

void Process::State::ReadOutput() {
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
    const size_t to_first = std::min(static_cast<size_t>(got),
                                     kFirstBytesMost - std::min(first.size(), kFirstBytesMost));
    first.append(block, to_first);
    last.append(block + to_first, static_cast<size_t>(got) - to_first);
    if (last.size() > kLastBytesMost) {
      last.erase(0, last.size() - kLastBytesMost);
      left_out = true;
    }
  }
}

}  // namespace proctor
