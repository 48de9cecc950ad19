// What the threads of a process wait for and how often they wake, by looking at them from outside
// some sixty times a second. It stops none of them, and costs about a hundredth of a core.
//
// Thread safety: none; it looks on a thread of its own.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_PROCESS_SAMPLER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_PROCESS_SAMPLER_H_

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "conformance/base/mutex.h"

namespace proctor {

struct ThreadUse {
  pid_t thread = 0;
  std::string name;
  int64_t sleeps = 0;  // how often it went to sleep by itself
  std::string call;    // the system call that it was seen in most often; empty: in none
  std::optional<int64_t> longest_ns = std::nullopt;  // how long that call waits at most, usually
};

class ProcessSampler {
 public:
  // Begins to look at all threads of the process but one, the monitor's.
  ProcessSampler(pid_t process, pid_t monitor);
  ~ProcessSampler();

  // Ends the looking. Those that woke most often come first. Once.
  std::vector<ThreadUse> Finish();

 private:
  // A system call that a thread was seen in.
  struct Seen {
    int64_t looks = 0;
    std::vector<int64_t> longest_ns;  // of some of the looks
  };
  struct Watched {
    std::string name;
    int64_t first_wakes = 0;
    int64_t last_wakes = 0;
    std::map<int64_t, Seen> calls;  // by number
  };

  void Main();
  bool Pause(int64_t ns);
  void Look(bool count_wakes);
  void LookAt(pid_t thread);

  const pid_t process_;
  const pid_t monitor_;
  std::map<pid_t, Watched> watched_;
  size_t next_ = 0;  // where the next look begins, where there are too many threads for one

  Mutex mutex_;
  std::condition_variable_any changed_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_PROCESS_SAMPLER_H_
