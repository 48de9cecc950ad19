// The cadence of a monitor as text, for people: the runs of its sleeps, its wake-ups per second and
// its share of the CPU.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_CADENCE_PICTURE_H_
#define PROCTOR_CONFORMANCE_OBSERVER_CADENCE_PICTURE_H_

#include <span>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/observer/observer.h"

namespace proctor {

// At most about 60 lines, whatever the number of events. A line begins where the cadence starts
// afresh; lines that repeat are said once, and when they are many, lines that differ only in their
// figures are said as one with the ranges of these:
//
//   51 x 20 us, 40 us, 80 us, 160 us, deep 1.2 s (woken)
//   50 x 20 us, 40 us, 80 us, 160 us, 320 us, 640 us, 1.28 ms, 2.56 ms, 5.12 ms, 12 x 10 ms
//
// Without `is_monitor` it is some thread: nothing is said of why it wakes.
std::string CadencePicture(std::span<const Event> events, const Observer::Usage& usage,
                           bool is_monitor = true);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_CADENCE_PICTURE_H_
