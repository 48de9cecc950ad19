#include "conformance/observer/monitor_search.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>

#include "conformance/observer/proc_files.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kNapNsMost = 100'000'000;
constexpr int kSightings = 5;
constexpr int64_t kLookEveryNs = 1'000'000;
constexpr int64_t kDeepSleeperAfterNs = 500'000'000;

enum class Seen { kNothing, kNap, kTimedFutex };

std::optional<int64_t> ReadTimespec(pid_t thread, uint64_t address) {
  timespec value{};
  if (address == 0 || !ReadMemoryOf(thread, address, &value, sizeof value)) return std::nullopt;
  return value.tv_sec * 1'000'000'000 + value.tv_nsec;
}

// What the thread is doing at this moment. `forbidden`: the kernel would not say.
Seen Look(pid_t process, pid_t thread, bool& forbidden) {
  const std::string path = fmt::format("/proc/{}/task/{}/syscall", process, thread);
  errno = 0;
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    forbidden = forbidden || errno == EPERM || errno == EACCES;
    return Seen::kNothing;
  }
  std::istringstream words(line);
  int64_t number = -1;
  uint64_t args[6] = {};
  if (!(words >> number)) return Seen::kNothing;  // "running"
  for (uint64_t& arg : args) words >> std::hex >> arg;
  std::optional<int64_t> duration_ns;
  switch (number) {
    case SYS_nanosleep:
      duration_ns = ReadTimespec(thread, args[0]);
      break;
    case SYS_clock_nanosleep:
      duration_ns = ReadTimespec(thread, args[2]);
      break;
    case SYS_pselect6:
      if (args[0] == 0) duration_ns = ReadTimespec(thread, args[4]);
      break;
    // A wait that was interrupted once, by an earlier tracer say, goes on under this name.
    case SYS_restart_syscall:
    case SYS_futex: {
      const uint64_t operation = args[1] & FUTEX_CMD_MASK;
      const bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
      return waits && ReadTimespec(thread, args[3]) ? Seen::kTimedFutex : Seen::kNothing;
    }
    case SYS_read:
      duration_ns = ReadTimerPeriod(process, static_cast<int>(args[0]));
      break;
    default:
      break;
  }
  return duration_ns && *duration_ns <= kNapNsMost ? Seen::kNap : Seen::kNothing;
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
                         identity.HasName(thread, declaration.thread);
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
                                       std::string& error) {
  identity.LookForImages();
  Sightings sightings(process);
  const bool by_user = declaration.by == MonitorDeclaration::By::kUser;
  const int64_t start_ns = MonotonicNowNs();
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
    const timespec pause{.tv_sec = 0, .tv_nsec = kLookEveryNs};
    nanosleep(&pause, nullptr);
  }
  error = fmt::format("process {} shows no monitor: {}", process,
                      identity.images().empty()
                          ? "it holds no Go runtime, and none of its threads sleeps shortly again "
                            "and again"
                          : "none of its threads executes runtime.sysmon");
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
