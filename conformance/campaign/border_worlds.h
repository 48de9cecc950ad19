// Worlds that reach borders which random ones hardly do: counters over 16 bits and times over 32,
// long lives, a sleep of exactly the length that is asked about, each setting at its least.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_BORDER_WORLDS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_BORDER_WORLDS_H_

#include <vector>

#include "conformance/scenario/scenario.h"

namespace proctor {

// Their names begin with border_.
const std::vector<Scenario>& BorderWorlds();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_BORDER_WORLDS_H_
