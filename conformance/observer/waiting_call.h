// The system call that a thread waits in, as /proc shows it to who may trace the thread.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_WAITING_CALL_H_
#define PROCTOR_CONFORMANCE_OBSERVER_WAITING_CALL_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace proctor {

struct WaitingCall {
  int64_t number = 0;
  uint64_t args[6] = {};
  uint64_t stack_pointer = 0;
};

// nullopt: it runs, or may not be looked at, which `forbidden` says.
std::optional<WaitingCall> WaitingCallOf(pid_t process, pid_t thread, bool& forbidden);

// How long the call waits at most, as it was asked, in nanoseconds; for a read of a timer its
// period. nullopt: without an end, until a time of day, or not known.
std::optional<int64_t> LongestWaitNs(pid_t process, pid_t thread, const WaitingCall& call);

// "epoll_pwait"; "system call 451" where it is an unusual one.
std::string CallName(int64_t number);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_WAITING_CALL_H_
