// A command and all processes that it starts, watched from outside: which of them hold a Go
// runtime, what the monitor of each does, and how each ended.
//
// Every process is held at its start until its runtime has been read, so one of a few milliseconds
// is known as well. Threads are stopped for their calls only until the monitor of their process is
// known; after that they are stopped when they start a thread or process, and the monitor alone for
// its calls.
//
// Thread safety: Start and Stop from one thread; the rest after Stop.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_FAMILY_H_
#define PROCTOR_CONFORMANCE_OBSERVER_FAMILY_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/observer/runtime_image.h"

namespace proctor {

// One program in a process: an exec begins another one.
struct FamilyMember {
  pid_t process = 0;
  std::string program;        // the name of its file
  int64_t began_ns = 0;       // CLOCK_MONOTONIC, as the next
  int64_t ended_ns = 0;       // 0: it outlived the observation
  std::optional<int> status;  // 128 + the signal where one ended it
  std::optional<RuntimeImage> image;
  pid_t monitor = 0;          // 0: it did not sleep
  std::vector<Event> events;  // of the monitor
  std::string environment;    // its settings for the runtime
  int64_t cpus = 0;           // that it may use
};

class Family {
 public:
  // The process is gated (process.h), and released by the caller afterwards.
  static std::unique_ptr<Family> Start(pid_t process, std::string& error);

  // Lets go of all processes. Idempotent.
  void Stop();
  ~Family();

  // In the order of their starts. At most some thousands; `left_out` are not among them.
  const std::vector<FamilyMember>& members() const;
  int64_t left_out() const;

 private:
  struct State;
  explicit Family(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_FAMILY_H_
