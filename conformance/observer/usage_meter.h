// What a monitor and its process use while they are observed: CPU time, and how often they sleep.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_USAGE_METER_H_
#define PROCTOR_CONFORMANCE_OBSERVER_USAGE_METER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "conformance/evidence/event.h"
#include "conformance/observer/observer.h"
#include "conformance/observer/process_sampler.h"
#include "conformance/observer/sched_stat.h"

namespace proctor {

class UsageMeter {
 public:
  // `sample`: the other threads too.
  void Begin(pid_t process, pid_t monitor, bool sample);

  // Another stop of the monitor for its tracer.
  void CountStop() { ++usage_.stops; }

  // The CPU time of all threads but the monitor, which is stopped, at this event of its: at its
  // requests to yield, and at turns that are 2 ms apart, since slices are judged by it.
  std::optional<Event> ReadAt(const Event& event);

  // What was used since Begin; later calls change nothing.
  void End();

  // All 0 before End, and where the process could not be asked.
  const Observer::Usage& usage() const { return usage_at_end_; }

 private:
  int64_t OtherSleeps() const;

  pid_t process_ = 0;
  pid_t monitor_ = 0;
  SchedStat monitor_sched_stat_;  // held open: it is read in most turns
  bool running_ = false;
  int64_t read_ns_ = 0;                    // by ReadAt, the last time
  std::optional<int64_t> monitor_cpu_ns_;  // at the beginning, as the others
  std::optional<int64_t> process_cpu_ns_;
  int64_t other_sleeps_ = 0;
  std::unique_ptr<ProcessSampler> sampler_;
  Observer::Usage usage_;
  Observer::Usage usage_at_end_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_USAGE_METER_H_
