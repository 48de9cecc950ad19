#include "conformance/observer/waiting_call.h"

#include <fmt/core.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>

#include "conformance/observer/proc_files.h"

namespace proctor {
namespace {

constexpr int64_t kMs = 1'000'000;

std::optional<int64_t> ReadTimespec(pid_t thread, uint64_t address) {
  timespec value{};
  if (address == 0 || !ReadMemoryOf(thread, address, &value, sizeof value)) return std::nullopt;
  return value.tv_sec * 1'000'000'000 + value.tv_nsec;
}

// Until a time it is what is left.
std::optional<int64_t> LongestSleepNs(pid_t thread, const WaitingCall& call) {
  const std::optional<int64_t> asked_ns = ReadTimespec(thread, call.args[2]);
  if (!asked_ns || (call.args[1] & TIMER_ABSTIME) == 0) return asked_ns;
  timespec now{};
  if (clock_gettime(static_cast<clockid_t>(call.args[0]), &now) != 0) return std::nullopt;
  return std::max<int64_t>(0, *asked_ns - now.tv_sec * 1'000'000'000 - now.tv_nsec);
}

std::optional<int64_t> Milliseconds(uint64_t argument) {
  const auto ms = static_cast<int32_t>(argument);
  return ms < 0 ? std::nullopt : std::optional<int64_t>(ms * kMs);
}

}  // namespace

std::optional<WaitingCall> WaitingCallOf(pid_t process, pid_t thread, bool& forbidden) {
  errno = 0;
  std::ifstream file(fmt::format("/proc/{}/task/{}/syscall", process, thread));
  std::string line;
  if (!std::getline(file, line)) {
    forbidden = forbidden || errno == EPERM || errno == EACCES;
    return std::nullopt;
  }
  // The number, six arguments, the stack pointer, where it goes on; or only "running".
  std::istringstream words(line);
  WaitingCall call;
  if (!(words >> call.number)) return std::nullopt;
  for (uint64_t& arg : call.args) words >> std::hex >> arg;
  return words >> call.stack_pointer ? std::optional(call) : std::nullopt;
}

std::optional<int64_t> LongestWaitNs(pid_t process, pid_t thread, const WaitingCall& call) {
  switch (call.number) {
    case SYS_nanosleep:
      return ReadTimespec(thread, call.args[0]);
    case SYS_clock_nanosleep:
      return LongestSleepNs(thread, call);
    case SYS_pselect6:
      return ReadTimespec(thread, call.args[4]);
    case SYS_ppoll:
      return ReadTimespec(thread, call.args[2]);
#ifdef SYS_poll  // x86-64 alone has these
    case SYS_poll:
      return Milliseconds(call.args[2]);
    case SYS_epoll_wait:
      return Milliseconds(call.args[3]);
#endif
    case SYS_epoll_pwait:
      return Milliseconds(call.args[3]);
    case SYS_epoll_pwait2:
      return ReadTimespec(thread, call.args[3]);
    // A wait that was interrupted once, by an earlier tracer say, goes on under this name.
    case SYS_restart_syscall:
    case SYS_futex: {
      const bool waits = (call.args[1] & FUTEX_CMD_MASK) == FUTEX_WAIT;
      return waits ? ReadTimespec(thread, call.args[3]) : std::nullopt;
    }
    case SYS_read:
      return ReadTimerPeriod(process, static_cast<int>(call.args[0]));
    default:
      return std::nullopt;
  }
}

std::string CallName(int64_t number) {
  static const std::map<int64_t, const char*> kNames = {
      {SYS_nanosleep, "nanosleep"},
      {SYS_clock_nanosleep, "clock_nanosleep"},
      {SYS_pselect6, "pselect6"},
      {SYS_ppoll, "ppoll"},
#ifdef SYS_poll
      {SYS_poll, "poll"},
      {SYS_select, "select"},
      {SYS_epoll_wait, "epoll_wait"},
#endif
      {SYS_epoll_pwait, "epoll_pwait"},
      {SYS_epoll_pwait2, "epoll_pwait2"},
      {SYS_futex, "futex"},
      {SYS_restart_syscall, "a call taken up again"},
      {SYS_read, "read"},
      {SYS_readv, "readv"},
      {SYS_pread64, "pread64"},
      {SYS_write, "write"},
      {SYS_writev, "writev"},
      {SYS_pwrite64, "pwrite64"},
      {SYS_recvfrom, "recvfrom"},
      {SYS_recvmsg, "recvmsg"},
      {SYS_sendto, "sendto"},
      {SYS_sendmsg, "sendmsg"},
      {SYS_accept4, "accept4"},
      {SYS_accept, "accept"},
      {SYS_connect, "connect"},
      {SYS_wait4, "wait4"},
      {SYS_waitid, "waitid"},
      {SYS_fsync, "fsync"},
      {SYS_fdatasync, "fdatasync"},
      {SYS_openat, "openat"},
      {SYS_flock, "flock"},
      {SYS_ioctl, "ioctl"},
      {SYS_rt_sigtimedwait, "rt_sigtimedwait"},
      {SYS_io_uring_enter, "io_uring_enter"},
  };
  const auto name = kNames.find(number);
  return name != kNames.end() ? name->second : fmt::format("system call {}", number);
}

}  // namespace proctor
