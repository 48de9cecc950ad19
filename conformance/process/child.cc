#include "conformance/process/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace proctor {
namespace {

constexpr int kNotStarted = 127;  // as a shell says it

void WriteText(const char* text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(kNotStarted);
}

[[noreturn]] void FailChild(const ChildPlan& plan) {
  const int number = errno;
  if (write(plan.failure, &number, sizeof number) < 0) _exit(kNotStarted);
  if (plan.gate >= 0 && plan.output >= 0) {
    // Spawn has returned long ago, and the reader of what the child writes looks there.
    WriteText(plan.program);
    WriteText(": cannot be started: ");
    WriteText(strerrordesc_np(number));
    WriteText("\n");
  }
  _exit(kNotStarted);
}

}  // namespace

void RunChild(const ChildPlan& plan) {
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
    // End of file opens the gate too: the keeper ends us where the harness has died.
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

}  // namespace proctor
