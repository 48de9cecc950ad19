#include "conformance/suite/child_run.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "conformance/process/descendants.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

// What the child leaves behind is ended within this time, or left.
constexpr int64_t kEndNs = 5'000'000'000;

struct Shared {
  ChildProgress progress;
  bool finished = false;
  int status = 0;
};

Shared* MapShared() {
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    fprintf(stderr, "suite: mmap: %s\n", strerror(errno));
    abort();
  }
  return new (memory) Shared;
}

[[noreturn]] void RunChild(Shared& shared, pid_t parent,
                           const std::function<int(ChildProgress&)>& run) {
  // A suite that is killed leaves no child behind.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What the run leaves behind becomes its child, and can be noticed.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (getppid() != parent) _exit(EXIT_FAILURE);
  const pid_t own = getpid();
  const int status = run(shared.progress);
  // Another one is a copy that the run has made of its process.
  if (getpid() != own) _exit(EXIT_FAILURE);
  fflush(nullptr);
  shared.status = status;
  shared.finished = true;
  _exit(status);
}

// False: it was still running after that time, and has been killed.
bool WaitFor(pid_t child, int64_t limit_s, int& status) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  bool in_time = true;
  if (descriptor >= 0) {
    pollfd ended = {.fd = descriptor, .events = POLLIN, .revents = 0};
    int count = 0;
    do {
      count = poll(&ended, 1, static_cast<int>(limit_s * 1'000));
    } while (count < 0 && errno == EINTR);
    in_time = count != 0;
    close(descriptor);
  }
  if (!in_time) kill(child, SIGKILL);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return in_time;
}

}  // namespace

ChildEnd RunInChild(int64_t limit_s, const std::function<int(ChildProgress& progress)>& run) {
  Shared* const shared = MapShared();
  // What the child leaves behind comes to this process, which ends it.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    fprintf(stderr, "suite: fork: %s\n", strerror(errno));
    abort();
  }
  if (child == 0) RunChild(*shared, parent, run);
  int status = 0;
  const bool in_time = WaitFor(child, limit_s, status);
  EndDescendants(parent, SIGKILL, MonotonicNowNs() + kEndNs);
  ChildEnd end{.finished = shared->finished, .status = shared->status};
  const int64_t world = shared->progress.worlds;
  munmap(shared, sizeof *shared);
  if (!in_time) {
    end.finished = false;
    end.message = fmt::format(
        "after {} s of real time the suite was in world {} and has been ended: the monitor spends "
        "real time between its calls of the port",
        limit_s, world);
  } else if (!end.finished && WIFSIGNALED(status)) {
    end.message = fmt::format("the monitor ended its process in world {}: signal {} ({})", world,
                              WTERMSIG(status), strsignal(WTERMSIG(status)));
  } else if (!end.finished) {
    end.message = fmt::format("the monitor ended its process in world {}: exit status {}", world,
                              WEXITSTATUS(status));
  }
  return end;
}

}  // namespace proctor
