#include "conformance/observer/proc_files.h"

#include <dirent.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr int64_t kShortSleepNsMost = 20'000'000;
constexpr int kSightings = 5;
constexpr int64_t kLookEveryNs = 1'000'000;
constexpr int64_t kDeepSleeperAfterNs = 500'000'000;

enum class Seen { kNothing, kShortSleep, kTimedFutex };

// The kernel's clock id for the CPU time of another process (man clock_getcpuclockid).
constexpr clockid_t CpuClock(pid_t process) {
  return static_cast<clockid_t>((~static_cast<unsigned>(process) << 3) | 2u);
}

std::optional<int64_t> ReadClock(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) return std::nullopt;
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

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
    default:
      break;
  }
  return duration_ns && *duration_ns <= kShortSleepNsMost ? Seen::kShortSleep : Seen::kNothing;
}

}  // namespace

std::vector<pid_t> ThreadsOf(pid_t process) {
  std::vector<pid_t> threads;
  DIR* folder = opendir(fmt::format("/proc/{}/task", process).c_str());
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    const pid_t thread = std::atoi(entry->d_name);
    if (thread > 0) threads.push_back(thread);
  }
  closedir(folder);
  std::ranges::sort(threads);
  return threads;
}

pid_t ProcessOf(pid_t thread) {
  std::ifstream file(fmt::format("/proc/{}/status", thread));
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("Tgid:")) return std::atoi(line.c_str() + 5);
  }
  return 0;
}

std::optional<int64_t> ThreadCpuNs(pid_t thread) {
  // Its first number; there is no clock for a thread of another process.
  std::ifstream file(fmt::format("/proc/{}/schedstat", thread));
  int64_t cpu_ns = 0;
  if (!(file >> cpu_ns)) return std::nullopt;
  return cpu_ns;
}

std::optional<int64_t> ProcessCpuNs(pid_t process) { return ReadClock(CpuClock(process)); }

bool ReadMemoryOf(pid_t thread, uint64_t address, void* to, size_t size) {
  const iovec local{to, size};
  const iovec remote{reinterpret_cast<void*>(address), size};
  return process_vm_readv(thread, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

pid_t FindMonitor(pid_t process, int64_t deadline_ns, std::string& error) {
  std::map<pid_t, int> sightings;
  const int64_t start_ns = MonotonicNowNs();
  for (int64_t now_ns = start_ns; now_ns < deadline_ns; now_ns = MonotonicNowNs()) {
    const std::vector<pid_t> threads = ThreadsOf(process);
    if (threads.empty()) {
      error = fmt::format("process {} is not there", process);
      return 0;
    }
    bool forbidden = false;
    std::vector<pid_t> deep_sleepers;
    for (const pid_t thread : threads) {
      const Seen seen = Look(process, thread, forbidden);
      if (seen == Seen::kTimedFutex) deep_sleepers.push_back(thread);
      if (seen == Seen::kShortSleep && ++sightings[thread] >= kSightings) return thread;
    }
    if (forbidden) {
      error = fmt::format(
          "process {} may not be traced: run as its user or as root, with "
          "kernel.yama.ptrace_scope at 0 or CAP_SYS_PTRACE",
          process);
      return 0;
    }
    if (now_ns - start_ns > kDeepSleeperAfterNs && deep_sleepers.size() == 1)
      return deep_sleepers[0];
    const timespec pause{.tv_sec = 0, .tv_nsec = kLookEveryNs};
    nanosleep(&pause, nullptr);
  }
  error = fmt::format(
      "process {} shows no monitor: none of its threads sleeps shortly again and again", process);
  return 0;
}

}  // namespace proctor
