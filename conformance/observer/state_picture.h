// What a process's scheduler was doing, over time, for people: idle P, threads that look for work,
// tasks that wait, and what the monitor did about it.
//
// Thread safety: a plain function.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_STATE_PICTURE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_STATE_PICTURE_H_

#include <span>
#include <string>

#include "conformance/evidence/event.h"

namespace proctor {

// A table with a row for each part of the time that evidence of tier D covers; empty where there is
// none. Values are those at the stops of the monitor's thread.
std::string StatePicture(std::span<const Event> inspected);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_STATE_PICTURE_H_
