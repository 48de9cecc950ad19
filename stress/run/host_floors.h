// What the machine alone needs for the like of what a runtime does, without any runtime: each
// latency of a runtime is read beside one of these.
//
//   sleep        how late a sleep of 1 ms ends
//   futex_wake   from a wake-up to the woken thread's first instruction
//   signal       from sending to the handler, in a thread that computes
//   switch       from one thread to another on one CPU, through the kernel
//   system_call  one that does nothing
//
// Memory: constant. Time: some tens of milliseconds.
// Thread safety: one run at a time; it starts threads, which are gone when it returns, and takes a
// real-time signal meanwhile.

#ifndef PROCTOR_STRESS_RUN_HOST_FLOORS_H_
#define PROCTOR_STRESS_RUN_HOST_FLOORS_H_

#include <vector>

#include "conformance/report/results.h"

namespace proctor {

// Measures all of them once and adds that to `floors`, which is empty or from an earlier run. What
// the machine does not permit is left out.
void MeasureHostFloors(std::vector<Latency>& floors);

}  // namespace proctor

#endif  // PROCTOR_STRESS_RUN_HOST_FLOORS_H_
