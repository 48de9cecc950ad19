#include "conformance/observer/ptrace.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

namespace proctor {
namespace {

std::string CannotTrace(pid_t pid, int number) {
  if (number == ESRCH) return fmt::format("process {} is not there", pid);
  return fmt::format(
      "process {} cannot be traced ({}): run as its user or as root, with "
      "kernel.yama.ptrace_scope at 0 or CAP_SYS_PTRACE, and no other tracer",
      pid, strerrordesc_np(number));
}

}  // namespace

long Ptrace(int request, pid_t thread, uintptr_t address, uintptr_t data) {
  return ptrace(static_cast<__ptrace_request>(request), thread, reinterpret_cast<void*>(address),
                reinterpret_cast<void*>(data));
}

bool Seize(pid_t process, pid_t thread, uintptr_t trace_options, std::string& error) {
  if (Ptrace(PTRACE_SEIZE, thread, 0, trace_options) == 0 &&
      Ptrace(PTRACE_INTERRUPT, thread, 0, 0) == 0) {
    return true;
  }
  error = CannotTrace(process, errno);
  return false;
}

bool LeaveStopped(pid_t thread, int status) {
  if (status >> 16 != PTRACE_EVENT_STOP || WSTOPSIG(status) == SIGTRAP) return false;
  Ptrace(PTRACE_LISTEN, thread, 0, 0);
  return true;
}

uint64_t EventMessageOf(pid_t thread) {
  unsigned long message = 0;
  Ptrace(PTRACE_GETEVENTMSG, thread, 0, reinterpret_cast<uintptr_t>(&message));
  return message;
}

bool MapsCode(const __ptrace_syscall_info& info) {
  return info.entry.nr == SYS_mmap && (info.entry.args[2] & PROT_EXEC) != 0 &&
         static_cast<int>(info.entry.args[4]) >= 0;
}

}  // namespace proctor
