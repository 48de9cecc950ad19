#include "conformance/process/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <span>

namespace proctor {
namespace {

// What cannot be ended within this time (it hangs in the kernel, say) is left.
constexpr int64_t kEndTurnsMost = 5'000;
constexpr timespec kEndTurn{.tv_sec = 0, .tv_nsec = 1'000'000};

// Closes all descriptors from `from` on but these, which are in order.
void CloseAllBut(std::span<const int> kept, int from) {
  for (const int number : kept) {
    if (number < from) continue;
    if (number > from) syscall(SYS_close_range, from, number - 1, 0);
    from = number + 1;
  }
  syscall(SYS_close_range, from, ~0u, 0);
}

// Calls `visit` with the number of every child of this process.
template <typename Visit>
void ForEachChild(Visit visit) {
  const int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  pid_t pid = 0;
  char block[1024];
  ssize_t got;
  while ((got = read(file, block, sizeof block)) > 0) {
    for (ssize_t i = 0; i < got; ++i) {
      if (block[i] >= '0' && block[i] <= '9') {
        pid = 10 * pid + (block[i] - '0');
      } else if (pid != 0) {
        visit(pid);
        pid = 0;
      }
    }
  }
  close(file);
}

void Report(int report, KeeperReport what) {
  while (write(report, &what, sizeof what) < 0 && errno == EINTR) {
  }
}

// Takes notice of children that have ended. The child itself stays a zombie, so that its number and
// that of its group stay its own; true: it has ended.
bool TakeNotice(pid_t child, siginfo_t& ended) {
  ForEachChild([child](pid_t pid) {
    siginfo_t orphan{};
    if (pid != child) {
      waitid(P_PID, static_cast<id_t>(pid), &orphan, WEXITED | WNOHANG | __WALL);
    }
  });
  ended = {};
  return waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == child;
}

// Who loses a parent by this becomes a child of the keeper, and its turn comes next.
void EndAll(pid_t child) {
  kill(-child, SIGKILL);
  for (int64_t turn = 0; turn < kEndTurnsMost; ++turn) {
    ForEachChild([](pid_t pid) { kill(pid, SIGKILL); });
    pid_t reaped;
    while ((reaped = waitpid(-1, nullptr, __WALL | WNOHANG)) > 0) {
    }
    if (reaped < 0 && errno == ECHILD) return;
    nanosleep(&kEndTurn, nullptr);
  }
}

}  // namespace

void RunKeeper(int leash, int report, const ChildPlan& plan) {
  // No signal but SIGKILL and SIGSTOP concerns it; a terminal's reach the harness.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  // Where the harness was started with it ignored, no child would leave a status.
  std::signal(SIGCHLD, SIG_DFL);
  setpgid(0, 0);
  prctl(PR_SET_NAME, "proctor-keeper");
  prctl(PR_SET_CHILD_SUBREAPER, 1);

  // A copy of the harness's end of a leash or gate would keep its closing from being felt.
  CloseAllBut(plan.kept, STDERR_FILENO + 1);
  const pid_t child = fork();
  if (child == 0) RunChild(plan);
  Report(report, {.pid = child < 0 ? -errno : child, .code = 0, .status = 0});
  if (child < 0) _exit(0);
  setpgid(child, child);
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  const int ended_fd = signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK);
  int kept[] = {leash, report, ended_fd};
  std::ranges::sort(kept);
  CloseAllBut(kept, 0);

  bool reported = false;
  while (true) {
    siginfo_t ended;
    if (TakeNotice(child, ended) && !reported) {
      reported = true;
      Report(report, {.pid = child, .code = ended.si_code, .status = ended.si_status});
    }
    pollfd sources[] = {{.fd = leash, .events = POLLIN, .revents = 0},
                        {.fd = ended_fd, .events = POLLIN, .revents = 0}};
    if (poll(sources, std::size(sources), -1) < 0) continue;
    if (sources[0].revents != 0) break;
    signalfd_siginfo taken[8];
    while (read(ended_fd, taken, sizeof taken) > 0) {
    }
  }
  EndAll(child);
  _exit(0);
}

}  // namespace proctor
