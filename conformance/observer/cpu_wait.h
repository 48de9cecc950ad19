// How long a thread could run and got no CPU, by the kernel's count: noise that a canary, which is
// another thread, may not meet.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_CPU_WAIT_H_
#define PROCTOR_CONFORMANCE_OBSERVER_CPU_WAIT_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "conformance/evidence/event.h"
#include "conformance/observer/sched_stat.h"

namespace proctor {

class CpuWait {
 public:
  // Looks at a thread now, which may be another one than before. The stall that ends now: the part
  // of the time since the last look, 2 ms ago at least, in which it waited for a CPU; nullopt: it
  // waited for less than 2 ms of it.
  std::optional<Event> Look(pid_t thread, int64_t now_ns);

 private:
  pid_t thread_ = 0;
  SchedStat sched_stat_;
  int64_t looked_ns_ = 0;
  int64_t waited_ns_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_CPU_WAIT_H_
