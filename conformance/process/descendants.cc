#include "conformance/process/descendants.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "conformance/process/pipe.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

// How soon one is noticed that was started meanwhile.
constexpr int64_t kLookEveryMs = 20;

void AddChildrenOf(pid_t process, std::vector<pid_t>& processes) {
  std::error_code code;
  const std::filesystem::directory_iterator threads(fmt::format("/proc/{}/task", process), code);
  for (auto thread = begin(threads); !code && thread != end(threads); thread.increment(code)) {
    std::ifstream children(thread->path() / "children");
    for (pid_t child = 0; children >> child;) processes.push_back(child);
  }
}

// The program that it runs; empty when that cannot be read.
std::string ExecutableOf(pid_t process) {
  std::error_code code;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process), code).string();
}

struct Asked {
  Descriptor pidfd;
  std::string program;
};

// A process between its fork and its exec may still have its parent's handler, and then hears
// nothing: the program that starts next has to be asked, too.
void Ask(pid_t process, int signal, std::map<pid_t, Asked>& asked) {
  std::string program = ExecutableOf(process);
  const auto known = asked.find(process);
  if (known != asked.end()) {
    if (program.empty() || known->second.program == program) return;
    known->second.program = std::move(program);
    syscall(SYS_pidfd_send_signal, known->second.pidfd.get(), signal, nullptr, 0);
    return;
  }
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  if (pidfd.get() < 0) return;
  syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
  // One that was stopped hears it only then.
  syscall(SYS_pidfd_send_signal, pidfd.get(), SIGCONT, nullptr, 0);
  asked.emplace(process, Asked{std::move(pidfd), std::move(program)});
}

bool HasEnded(int pidfd, int wait_ms) {
  pollfd source{.fd = pidfd, .events = POLLIN, .revents = 0};
  return poll(&source, 1, wait_ms) > 0;
}

}  // namespace

std::vector<pid_t> DescendantsOf(pid_t ancestor) {
  std::vector<pid_t> processes;
  AddChildrenOf(ancestor, processes);
  for (size_t i = 0; i < processes.size(); ++i) {
    const pid_t process = processes[i];
    AddChildrenOf(process, processes);
  }
  return processes;
}

bool HasLivingDescendants(pid_t ancestor) {
  // One that has ended and was not waited for runs no program any more.
  return std::ranges::any_of(DescendantsOf(ancestor),
                             [](pid_t process) { return !ExecutableOf(process).empty(); });
}

bool EndDescendants(pid_t ancestor, int signal, int64_t deadline_ns) {
  std::map<pid_t, Asked> asked;
  while (true) {
    for (const pid_t process : DescendantsOf(ancestor)) Ask(process, signal, asked);
    const auto alive = std::ranges::find_if(
        asked, [](const auto& one) { return !HasEnded(one.second.pidfd.get(), 0); });
    if (alive == asked.end()) return true;
    const int64_t left_ms = (deadline_ns - MonotonicNowNs()) / 1'000'000;
    if (left_ms <= 0) return false;
    HasEnded(alive->second.pidfd.get(), static_cast<int>(std::min(left_ms, kLookEveryMs)));
  }
}

}  // namespace proctor
