// What a scenario has happen to the process from outside: descriptors made ready, the process
// stopped and continued, each at its time after the scenario's start.
//
// Thread safety: none; the sink is called from FireDue.

#ifndef PROCTOR_CONFORMANCE_ADAPTER_OUTSIDE_H_
#define PROCTOR_CONFORMANCE_ADAPTER_OUTSIDE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "conformance/evidence/event.h"
#include "conformance/process/process.h"
#include "conformance/scenario/scenario.h"

namespace proctor {

class OutsideSchedule {
 public:
  // `descriptors`: the non-blocking writing ends of the scenario's descriptors. The process
  // outlives the schedule.
  OutsideSchedule(const std::vector<Outside>& outside, std::vector<int> descriptors,
                  Process& process, std::function<void(const Event&)> sink,
                  int64_t scenario_start_ns);
  // A process that it has stopped goes on: the scenario may end before it is to be continued.
  ~OutsideSchedule();

  // When the next one is due; INT64_MAX: there is none.
  int64_t NextNs() const;

  // Does what is due, each stamped just before it happens; at most so much that the caller gets to
  // look at its deadlines. What is left is due still.
  void FireDue(int64_t now_ns);

 private:
  struct Pending {
    Outside outside;
    int64_t next_ns;
    int64_t left;
  };
  void Fire(const Outside& outside);

  std::vector<Pending> pending_;
  const std::vector<int> descriptors_;
  Process& process_;
  const std::function<void(const Event&)> sink_;
  bool stopped_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_ADAPTER_OUTSIDE_H_
