#include "conformance/suite/process_state.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "conformance/report/foreign_text.h"

namespace proctor {
namespace {

// Above what a monitor's own descriptors are likely to be.
constexpr int kCopyFrom = 100;
constexpr size_t kNameBytesMost = 60;
constexpr const char* kFileNames[] = {"standard input", "standard output", "standard error"};

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> environment;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const size_t sign = std::min(entry.find('='), entry.size());
    environment.emplace(entry.substr(0, sign), entry.substr(std::min(sign + 1, entry.size())));
  }
  return environment;
}

std::map<int, struct sigaction> SignalActions() {
  std::map<int, struct sigaction> actions;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action = {};
    if (sigaction(signal, nullptr, &action) == 0) actions.emplace(signal, action);
  }
  return actions;
}

bool AreSame(const struct sigaction& a, const struct sigaction& b) {
  // The C library has flags of its own.
  constexpr int kFlags = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART |
                         SA_NODEFER | static_cast<int>(SA_RESETHAND);
  return a.sa_handler == b.sa_handler && ((a.sa_flags ^ b.sa_flags) & kFlags) == 0;
}

std::map<std::string, std::string> Figures() {
  constexpr std::pair<__rlimit_resource, const char*> kLimits[] = {
      {RLIMIT_AS, "RLIMIT_AS"},         {RLIMIT_CORE, "RLIMIT_CORE"},
      {RLIMIT_CPU, "RLIMIT_CPU"},       {RLIMIT_DATA, "RLIMIT_DATA"},
      {RLIMIT_FSIZE, "RLIMIT_FSIZE"},   {RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK"},
      {RLIMIT_NOFILE, "RLIMIT_NOFILE"}, {RLIMIT_NPROC, "RLIMIT_NPROC"},
      {RLIMIT_STACK, "RLIMIT_STACK"}};
  std::map<std::string, std::string> figures;
  for (const auto& [resource, name] : kLimits) {
    rlimit limit = {};
    if (getrlimit(resource, &limit) != 0) continue;
    figures[fmt::format("the limit {}", name)] =
        fmt::format("{} of {}", limit.rlim_cur, limit.rlim_max);
  }
  for (const auto& [which, name] : {std::pair{ITIMER_REAL, "the alarm clock"},
                                    std::pair{ITIMER_VIRTUAL, "the timer ITIMER_VIRTUAL"},
                                    std::pair{ITIMER_PROF, "the timer ITIMER_PROF"}}) {
    itimerval timer = {};
    getitimer(which, &timer);
    figures[name] = timer.it_value.tv_sec + timer.it_value.tv_usec > 0 ? "set" : "not set";
  }
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) == 0) {
    figures["the number of CPUs that it may use"] = std::to_string(CPU_COUNT(&cpus));
  }
  errno = 0;
  figures["its priority"] =
      fmt::format("policy {}, nice {}", sched_getscheduler(0), getpriority(PRIO_PROCESS, 0));
  const mode_t mask = umask(0);
  umask(mask);
  figures["the mask of new files' modes"] = fmt::format("{:03o}", mask);
  return figures;
}

int64_t Threads() {
  std::error_code error;
  int64_t threads = 0;
  for (std::filesystem::directory_iterator each("/proc/self/task", error), end;
       !error && each != end; each.increment(error)) {
    ++threads;
  }
  return threads;
}

// Alive or not: it has not been waited for.
bool HasChild() {
  siginfo_t child = {};
  return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace

ProcessState::ProcessState()
    : directory_(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)),
      environment_(Environment()),
      signals_(SignalActions()),
      figures_(Figures()),
      threads_(Threads()) {
  for (int number = 0; number < static_cast<int>(files_.size()); ++number) {
    StandardFile& file = files_[static_cast<size_t>(number)];
    file.copy = fcntl(number, F_DUPFD_CLOEXEC, kCopyFrom);
    fstat(number, &file.file);
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked_);
}

ProcessState::~ProcessState() {
  for (const StandardFile& file : files_) {
    if (file.copy >= 0) close(file.copy);
  }
  if (directory_ >= 0) close(directory_);
}

void ProcessState::PutFilesBack(std::vector<std::string>& changes) const {
  for (int number = 0; number < static_cast<int>(files_.size()); ++number) {
    const StandardFile& file = files_[static_cast<size_t>(number)];
    if (file.copy < 0) continue;
    struct stat now = {};
    const bool open = fstat(number, &now) == 0;
    if (open && now.st_dev == file.file.st_dev && now.st_ino == file.file.st_ino) continue;
    dup2(file.copy, number);
    changes.push_back(
        fmt::format("the monitor closed {}, or put another file in its place", kFileNames[number]));
  }
}

void ProcessState::PutEnvironmentBack(std::vector<std::string>& changes) const {
  const std::map<std::string, std::string> environment = Environment();
  if (environment == environment_) return;
  const auto differs = [](const auto& in, const auto& other) {
    return std::ranges::find_if(in, [&](const auto& entry) {
      const auto found = other.find(entry.first);
      return found == other.end() || found->second != entry.second;
    });
  };
  const auto lost = differs(environment_, environment);
  const std::string name =
      lost != environment_.end() ? lost->first : differs(environment, environment_)->first;
  changes.push_back(fmt::format("the monitor changed the environment of its process: {}",
                                Clean(name, Medium::kTerminal, kNameBytesMost)));
  clearenv();
  for (const auto& [key, value] : environment_) setenv(key.c_str(), value.c_str(), 1);
}

void ProcessState::PutSignalsBack(std::vector<std::string>& changes) const {
  for (const auto& [signal, action] : SignalActions()) {
    const auto found = signals_.find(signal);
    if (found == signals_.end() || AreSame(found->second, action)) continue;
    changes.push_back(fmt::format("the monitor changed what the signal {} ({}) does to its process",
                                  signal, strsignal(signal)));
    sigaction(signal, &found->second, nullptr);
  }
  sigset_t blocked = {};
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&blocked, signal) == sigismember(&blocked_, signal)) continue;
    changes.push_back(fmt::format("the monitor changed whether the signal {} ({}) is blocked",
                                  signal, strsignal(signal)));
    break;
  }
  pthread_sigmask(SIG_SETMASK, &blocked_, nullptr);
}

std::vector<std::string> ProcessState::Changes() const {
  std::vector<std::string> changes;
  PutFilesBack(changes);
  struct stat before = {};
  struct stat now = {};
  if (directory_ >= 0 && fstat(directory_, &before) == 0 &&
      (stat(".", &now) != 0 || now.st_dev != before.st_dev || now.st_ino != before.st_ino)) {
    changes.push_back(fchdir(directory_) == 0
                          ? "the monitor changed the working directory of its process"
                          : "the monitor changed the working directory, and there is no way back");
  }

  PutEnvironmentBack(changes);
  PutSignalsBack(changes);
  for (const auto& [name, value] : Figures()) {
    const auto found = figures_.find(name);
    if (found == figures_.end() || found->second == value) continue;
    changes.push_back(
        fmt::format("the monitor changed {}: {} before, {} now", name, found->second, value));
  }
  if (const int64_t more = Threads() - threads_; more > 0) {
    changes.push_back(fmt::format("the monitor leaves threads behind: {}", more));
  }
  if (HasChild()) changes.push_back("the monitor leaves a child process behind");
  return changes;
}

}  // namespace proctor
