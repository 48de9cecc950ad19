// What a process uses, and its monitor's thread alone, by looking at /proc fifty times a second. It
// traces and stops nothing.
//
// Memory: one entry for each look, at most 10 minutes of them; later looks are not made.
// Thread safety: none; it looks on a thread of its own.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_USAGE_SAMPLER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_USAGE_SAMPLER_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "conformance/observer/monitor_identity.h"
#include "conformance/process/stop_request.h"

namespace proctor {

// What was used between two looks.
struct ProcessUsage {
  int64_t over_ns = 0;  // from the first of the looks to the last
  int64_t cpu_ns = 0;   // of all threads
  // How often threads went to sleep by themselves, without those that came and went between two
  // looks; nullopt: they were too many to be looked at.
  std::optional<int64_t> wakes;
  // Of the monitor's thread; nullopt: there is none, or it was not found in time.
  std::optional<int64_t> monitor_cpu_ns;
  std::optional<int64_t> monitor_wakes;
  int64_t memory_first_bytes = 0;  // resident at the first look
  int64_t memory_most_bytes = 0;   // and at that where they were most
};

class UsageSampler {
 public:
  // Begins at once; first it looks for the monitor, if one is declared, for at most 300 ms.
  UsageSampler(pid_t process, const MonitorDeclaration& declaration);
  ~UsageSampler();
  UsageSampler(const UsageSampler&) = delete;
  UsageSampler& operator=(const UsageSampler&) = delete;

  // Ends the looking, before the process is gone.
  void Finish();

  // By the looks from the one time to the other (CLOCK_MONOTONIC), after Finish; nullopt: there
  // were less than two.
  std::optional<ProcessUsage> Between(int64_t from_ns, int64_t to_ns) const;

 private:
  struct Look {
    int64_t time_ns = 0;
    int64_t cpu_ns = 0;
    std::optional<int64_t> wakes;
    std::optional<int64_t> monitor_cpu_ns;
    std::optional<int64_t> monitor_wakes;
    int64_t memory_bytes = 0;
  };

  void Main();
  std::optional<Look> LookNow();

  const pid_t process_;
  const MonitorDeclaration declaration_;
  pid_t monitor_ = 0;
  std::map<pid_t, int64_t> wakes_;  // by thread, those that have ended among them
  std::vector<Look> looks_;
  StopRequest stop_;
  std::thread thread_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_USAGE_SAMPLER_H_
