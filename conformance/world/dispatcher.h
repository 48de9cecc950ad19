// What an appointment leads to: a thread's next step, a signal, or something that the world does.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_WORLD_DISPATCHER_H_
#define PROCTOR_CONFORMANCE_WORLD_DISPATCHER_H_

#include <cstdint>

#include "conformance/world/agenda.h"
#include "conformance/world/part.h"
#include "conformance/world/state.h"

namespace proctor {

class Dispatcher : private Part {
 public:
  using Part::Part;

  // Does what the appointment is for, or lets it wait for the sched lock.
  void Do(const Appointment& appointment);

 private:
  bool NeedsSched(const Appointment& appointment) const;
  void RunStep(int32_t m);
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_WORLD_DISPATCHER_H_
