// The event loop: the world's clock, who acts next, and what races with the monitor.
//
// While the monitor sleeps, everything happens in the order of the agenda. Real threads also meet
// the monitor at work, in windows of nanoseconds that no seed would ever hit. So steps that fall
// due shortly before the monitor wakes up may be late: such a racer happens inside one of the
// monitor's next calls. And a thread that has begun something there does its next steps there, too,
// so that any step may meet any call.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_EVENT_LOOP_H_
#define PROCTOR_CONFORMANCE_WORLD_EVENT_LOOP_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "conformance/world/agenda.h"
#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class EventLoop : private Part {
 public:
  explicit EventLoop(VirtualRuntime& w) : Part(w) { racers_.reserve(64); }

  // Lets everything happen that falls due until then; `note_ends_it`: or until the monitor's note
  // is woken.
  void RunUntil(int64_t until_ns, bool note_ends_it);
  // Inside a call of the monitor: lets those happen that meet this call.
  void RunRacers() {
    if (!racers_.empty()) RunTheRacers();
  }
  bool CalledOff(const Appointment& appointment) const;
  // The thread's next step; called off by any other that is set before it comes.
  void Then(int32_t m, Step step, int64_t delay_ns = 0);
  // The step without an appointment: another thread will do it.
  void SetStep(int32_t m, Step step);
  void Later(Actor actor, int64_t delay_ns);
  // Lets the next thing happen. False: there is none.
  bool RunNext();
  // What could not happen, once more.
  void Retry(const Appointment& appointment);

  int64_t now_ns() const { return now_ns_; }
  int64_t start_ns() const { return start_ns_; }
  void Advance(int64_t by_ns) { now_ns_ += by_ns; }
  void AdvanceTo(int64_t time_ns) { now_ns_ = std::max(now_ns_, time_ns); }

  void set_monitor_awake(bool awake) { monitor_awake_ = awake; }

  // Nothing has an appointment; and when the first one is.
  bool idle() const { return agenda_.empty(); }
  int64_t next_ns() const { return agenda_.first().time_ns; }
  void At(int64_t time_ns, int32_t who) { agenda_.Add(time_ns, who, 0); }
  void Interleave(int32_t m) {
    if (m == kMonitorM) RunRacers();
  }

 private:
  struct Racer {
    Appointment appointment;
    uint32_t calls_left;
  };
  void RunTheRacers();
  void CallRacersOff();
  uint32_t Span();

  int64_t now_ns_ = kBootNs;
  const int64_t start_ns_ = kBootNs;
  Agenda agenda_;
  std::vector<Racer> racers_;
  bool monitor_awake_ = false;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_EVENT_LOOP_H_
