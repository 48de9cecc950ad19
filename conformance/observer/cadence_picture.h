// The cadence of a monitor as text, for people: the runs of its sleeps, its wake-ups per second and
// its share of the CPU.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_CADENCE_PICTURE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_CADENCE_PICTURE_H_

#include <span>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/observer/observer.h"

namespace proctor {

// At most about 60 lines, whatever the number of events:
//
//   51 x 20 us, 40 us, 80 us, 160 us, deep 1.2 s (woken)
//   50 x 20 us, 40 us, ..., 10 ms x 12
std::string CadencePicture(std::span<const Event> events, const Observer::Usage& usage);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_CADENCE_PICTURE_H_
