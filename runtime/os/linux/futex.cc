#include "runtime/os/linux/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/os/linux/clock.h"

namespace proctor::runtime {

// The time-out is relative: an absolute one would be exact after a restart, but who watches the
// calls from outside should see the duration that was asked for, and callers loop anyway.
bool FutexWait(FutexWord& word, uint32_t value, int64_t timeout_ns) {
  const timespec timeout = ToTimespec(timeout_ns);
  const long result = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value,
                              timeout_ns < 0 ? nullptr : &timeout, nullptr, 0);
  return result == 0 || errno != ETIMEDOUT;
}

void FutexWake(FutexWord& word, int32_t count) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

}  // namespace proctor::runtime
