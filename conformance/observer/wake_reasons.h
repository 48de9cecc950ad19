// What wakes a monitor, and what that costs, as sentences for people.
//
// Thread safety: all functions may be called from any thread.

#ifndef PROCTOR_CONFORMANCE_OBSERVER_WAKE_REASONS_H_
#define PROCTOR_CONFORMANCE_OBSERVER_WAKE_REASONS_H_

#include <cstdint>
#include <span>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/observer/observer.h"

namespace proctor {

// "20 us", "1.28 ms".
std::string DurationText(int64_t ns);

// A line for each reason that makes up a good part of the wake-ups: a timer that fires, tasks that
// enter system calls, a processor that is busy; a sentence that says whether this is normal; and
// the wake-ups of the whole process, with the threads that wake most often.
// Of a thread that is no monitor: the wake-ups of the whole process only.
std::string WakeReasons(std::span<const Event> events, const Observer::Usage& usage,
                        bool is_monitor = true);

// The share of the CPU of the monitor, or thread, or that the process took less than tracing costs;
// empty: unknown.
std::string CpuTime(const Observer::Usage& usage, bool is_monitor = true);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_OBSERVER_WAKE_REASONS_H_
