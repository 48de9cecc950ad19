// Where foreign monitor code runs: on a stack of its own that can be left for good, under a watch
// that notices crashes and code that never comes back.
//
// Process-wide effects: the first use installs handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL,
// SIGABRT and SIGPROF. Outside of monitor code they do what was done before.
//
// Thread safety: one run per thread at a time.

#ifndef PROCTOR_CONFORMANCE_WORLD_MONITOR_THREAD_H_
#define PROCTOR_CONFORMANCE_WORLD_MONITOR_THREAD_H_

#include <signal.h>

#include <cstdint>
#include <string>

namespace proctor {

class MonitorThread {
 public:
  enum class End { kReturned, kLeft, kCrashed, kStuck };

  // What the handlers look at.
  struct Watch {
    volatile sig_atomic_t in_monitor = 0;
    volatile uint64_t calls = 0;
  };
  static Watch& WatchOfThisThread();

  // Runs `body(argument)` until it returns, leaves, crashes or gets stuck. `message` names what
  // went wrong.
  static End Run(void (*body)(void*), void* argument, std::string& message);

  // From inside the body: abandons it. Nothing on its stack is destroyed.
  [[noreturn]] static void Leave();

  // Marks the world's code inside the monitor's calls: it is trusted, and time spent there is
  // progress.
  class Trusted {
   public:
    explicit Trusted(Watch& watch) : watch_(watch) {
      watch_.in_monitor = 0;
      watch_.calls = watch_.calls + 1;
    }
    ~Trusted() { watch_.in_monitor = 1; }
    Trusted(const Trusted&) = delete;
    Trusted& operator=(const Trusted&) = delete;

   private:
    Watch& watch_;
  };
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_MONITOR_THREAD_H_
