#include "conformance/observer/monitor_search.h"

#include <fmt/core.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <iterator>
#include <map>

#include "conformance/observer/proc_files.h"
#include "conformance/observer/waiting_call.h"
#include "conformance/process/pipe.h"
#include "conformance/process/process.h"
#include "conformance/process/threads.h"

namespace proctor {
namespace {

constexpr int64_t kNapNsMost = 100'000'000;
constexpr int kSightings = 5;
constexpr int kLookEveryMs = 1;
constexpr int64_t kDeepSleeperAfterNs = 500'000'000;

enum class Seen { kNothing, kNap, kTimedFutex };

// What the thread is doing at this moment. `forbidden`: the kernel would not say.
Seen Look(pid_t process, pid_t thread, bool& forbidden) {
  const std::optional<WaitingCall> call = WaitingCallOf(process, thread, forbidden);
  if (!call) return Seen::kNothing;
  const std::optional<int64_t> longest_ns = LongestWaitNs(process, thread, *call);
  switch (call->number) {
    case SYS_restart_syscall:
    case SYS_futex: {
      // Until a time of day is a time-out too.
      const bool until =
          (call->args[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && call->args[3] != 0;
      return longest_ns || until ? Seen::kTimedFutex : Seen::kNothing;
    }
    case SYS_pselect6:
      if (call->args[0] != 0) return Seen::kNothing;
      break;
    case SYS_ppoll:
      if (call->args[1] != 0) return Seen::kNothing;
      break;
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_read:
      break;
    default:
      return Seen::kNothing;
  }
  return longest_ns && *longest_ns <= kNapNsMost ? Seen::kNap : Seen::kNothing;
}

// One look at all threads of a process that holds no runtime.
class Sightings {
 public:
  explicit Sightings(pid_t process) : process_(process) {}

  // The thread that has been found napping often enough; 0: none yet.
  pid_t Look(std::span<const pid_t> threads, bool& forbidden) {
    deep_sleepers_.clear();
    for (const pid_t thread : threads) {
      const Seen seen = proctor::Look(process_, thread, forbidden);
      if (seen == Seen::kTimedFutex) deep_sleepers_.push_back(thread);
      if (seen == Seen::kNap && ++naps_[thread] >= kSightings) return thread;
    }
    return 0;
  }

  pid_t OnlyDeepSleeper() const { return deep_sleepers_.size() == 1 ? deep_sleepers_[0] : 0; }

 private:
  const pid_t process_;
  std::map<pid_t, int> naps_;
  std::vector<pid_t> deep_sleepers_;
};

std::string MayNotBeTraced(pid_t process) {
  return fmt::format(
      "process {} may not be traced: run as its user or as root, with "
      "kernel.yama.ptrace_scope at 0 or CAP_SYS_PTRACE",
      process);
}

// The thread that executes a monitor's function, or has the name that was declared.
pid_t FindKnown(pid_t process, const MonitorDeclaration& declaration, MonitorIdentity& identity,
                std::span<const pid_t> threads, bool& forbidden) {
  for (const pid_t thread : threads) {
    const std::optional<uint64_t> stack_pointer = StackPointerOf(process, thread, forbidden);
    if (!stack_pointer) continue;
    const bool by_name = identity.images().empty() && !declaration.thread.empty() &&
                         ThreadName(thread) == declaration.thread;
    const bool by_function = !identity.images().empty() &&
                             identity.Ask(thread, *stack_pointer, SleepPattern(), declaration) ==
                                 MonitorIdentity::Answer::kMonitor;
    if (by_name || by_function) return thread;
  }
  return 0;
}

}  // namespace

std::optional<FoundThread> FindMonitor(pid_t process, const MonitorDeclaration& declaration,
                                       int64_t deadline_ns, MonitorIdentity& identity,
                                       std::string& error, const StopRequest* stop) {
  if (RunsForAnotherProcessor(process)) {
    error = fmt::format("process {} runs a program for another kind of processor than this one",
                        process);
    return std::nullopt;
  }
  identity.LookForImages();
  Sightings sightings(process);
  const bool by_user = declaration.by == MonitorDeclaration::By::kUser;
  const int64_t start_ns = MonotonicNowNs();
  // A zombie has threads, too.
  const Descriptor ended(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  for (int64_t now_ns = start_ns; now_ns < deadline_ns; now_ns = MonotonicNowNs()) {
    const std::vector<pid_t> threads = ThreadsOf(process);
    if (threads.empty()) {
      error = fmt::format("process {} is not there", process);
      return std::nullopt;
    }
    bool forbidden = false;
    const pid_t known = FindKnown(process, declaration, identity, threads, forbidden);
    if (known != 0) return FoundThread{known, true};
    if (identity.images().empty() && declaration.thread.empty()) {
      const pid_t napping = sightings.Look(threads, forbidden);
      if (napping != 0) return FoundThread{napping, by_user};
      const pid_t deep = sightings.OnlyDeepSleeper();
      if (by_user && deep != 0 && now_ns - start_ns > kDeepSleeperAfterNs) {
        return FoundThread{deep, true};
      }
    }
    if (forbidden) {
      error = MayNotBeTraced(process);
      return std::nullopt;
    }
    pollfd ends[] = {{.fd = stop != nullptr ? stop->fd() : -1, .events = POLLIN, .revents = 0},
                     {.fd = ended.get(), .events = POLLIN, .revents = 0}};
    if (poll(ends, std::size(ends), kLookEveryMs) <= 0) continue;
    error = ends[0].revents != 0
                ? fmt::format("interrupted while looking for a monitor in process {}", process)
                : fmt::format("process {} ended before it showed a monitor", process);
    return std::nullopt;
  }
  const char* reason = "none of its threads executes runtime.sysmon";
  if (IsSuspended(process)) {
    reason = "it is stopped or frozen; let it go on (kill -CONT), then observe it";
  } else if (identity.images().empty()) {
    reason = "it holds no Go runtime, and none of its threads sleeps shortly again and again";
  }
  error = fmt::format("process {} shows no monitor: {}", process, reason);
  return std::nullopt;
}

std::vector<FoundMonitor> FindAllMonitors(pid_t process, std::span<const RuntimeImage> images) {
  std::vector<FoundMonitor> found;
  bool forbidden = false;
  for (const pid_t thread : ThreadsOf(process)) {
    const std::optional<uint64_t> stack_pointer = StackPointerOf(process, thread, forbidden);
    if (!stack_pointer) continue;
    const std::optional<size_t> image = FindMonitorOnStack(thread, *stack_pointer, images);
    if (image) found.push_back({thread, *image});
  }
  return found;
}

}  // namespace proctor
