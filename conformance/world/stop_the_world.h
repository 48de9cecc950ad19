// Stop-the-world.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_STOP_THE_WORLD_H_
#define PROCTOR_CONFORMANCE_WORLD_STOP_THE_WORLD_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "conformance/world/agenda.h"
#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class StopTheWorld : private Part {
 public:
  using Part::Part;

  // One at a time: a task that comes second waits, and asks again. True: the stop is under way.
  bool Ask(int32_t m, StopReason reason);
  void Stop(int32_t m);
  // Under sched: one processor less to wait for.
  void OneStopped(int32_t m);
  void Stopped(int32_t m);
  void Restart(int32_t m);
  // A stop that lies in wait for this moment happens now.
  void SpringAmbush();

  bool pending() const { return pending_; }
  int32_t left() const { return left_; }  // processors that have not stopped yet

 private:
  void StopOthers(int32_t m);
  void Restarted(int32_t m);

  bool pending_ = false;
  int32_t left_ = 0;
  int32_t stopper_m_ = kNobody;
  StopReason reason_ = StopReason::kNone;
  TaskQueue queue_;                    // of tasks that want to be next
  std::optional<Appointment> ambush_;  // a stop that lies in wait, until it has been called off
  std::vector<int32_t> found_;         // scratch of one step
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_STOP_THE_WORLD_H_
