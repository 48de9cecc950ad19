// Small worlds: up to three processors, two tasks, one timer and one descriptor, in which every
// schedule can be tried: each step of another thread may be late, so that it falls between any two
// calls of the monitor.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_SMALL_WORLDS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_SMALL_WORLDS_H_

#include <vector>

#include "conformance/scenario/scenario.h"
#include "conformance/world/knobs.h"

namespace proctor {

// For the wake protocol (DEEP), the single winner (SYS-6 to SYS-9), the hand-off against
// stop-the-world (HAND-4, STW-2) and the windows of the deadlock check (DEAD-5). Where it matters
// when things meet, a world comes with several durations.
const std::vector<Scenario>& SmallWorlds();

// What such a world is like besides.
Knobs SmallWorldKnobs(const Scenario& scenario);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_SMALL_WORLDS_H_
