// Which of a process's threads is a monitor: what tells it from threads that only nap.
//
// Where the process holds a Go runtime it is the thread that executes runtime.sysmon, and nothing
// else. Elsewhere there is none, unless somebody says so: an adapter, that has the thread's name or
// a runtime with the contract's cadence; or the user, that the thread which ticks is one. Without
// that a thread which ticks is only a candidate: it can be looked at, not graded.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_MONITOR_IDENTITY_H_
#define PROCTOR_CONFORMANCE_OBSERVER_MONITOR_IDENTITY_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/contract/tunables.h"
#include "conformance/observer/runtime_image.h"
#include "conformance/observer/sleep_pattern.h"

namespace proctor {

// What is said of a process that holds no Go runtime.
struct MonitorDeclaration {
  enum class By {
    kNobody,
    kAdapterSoon,  // its handshake has not come yet
    kAdapter,      // it has a monitor; by its thread's name where that is given, else its sleeps
    kAdapterNone,  // it has none
    kUser,         // the thread that ticks is one
  };
  By by = By::kNobody;
  std::string thread;
  int64_t sleep_ns = Tunables().shallow_min_ns;  // it asks for this ten times in a row
};

class MonitorIdentity {
 public:
  enum class Answer {
    kNo,         // or not yet
    kCandidate,  // it ticks, and nobody says that it is a monitor
    kMonitor,
  };

  explicit MonitorIdentity(pid_t process) : process_(process) {}

  // Of a thread that sleeps now, with this stack pointer.
  Answer Ask(pid_t thread, uint64_t stack_pointer, const SleepPattern& pattern,
             const MonitorDeclaration& declaration);

  // Whether a thread beside the monitor is one too, by what both have done so far.
  bool IsAnother(pid_t thread, const SleepPattern& pattern, const SleepPattern& monitors,
                 const MonitorDeclaration& declaration) const;

  // Those of the process, as far as it has loaded them; `image` is the monitor's.
  const std::vector<RuntimeImage>& images() const { return images_; }
  std::optional<size_t> image() const { return image_; }

  // For the threads of a running process.
  void LookForImages();
  // The same where none was found yet, and less and less often until a library is loaded; false: it
  // did not look.
  bool LookAgain();
  void ExpectMore() { asked_ = 0; }

 private:
  pid_t process_;
  std::vector<RuntimeImage> images_;
  std::set<std::string> without_;  // files that were looked through: while one is, threads stand
  std::optional<size_t> image_;
  int64_t asked_ = 0;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_MONITOR_IDENTITY_H_
