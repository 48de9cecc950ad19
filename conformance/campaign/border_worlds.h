// Worlds that reach borders which random ones hardly do: each comparison of the contract met at its
// very moment, a nanosecond before and one after; ticks that differ in their high bits only;
// counters over 16 bits and times over 32; long lives; each setting at its least.
//
// Thread safety: constant.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_BORDER_WORLDS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_BORDER_WORLDS_H_

#include <vector>

#include "conformance/scenario/scenario.h"
#include "conformance/world/knobs.h"

namespace proctor {

struct BorderWorld {
  Scenario scenario;  // its name begins with border_
  // Whether a world with these knobs comes to its border.
  bool (*suits)(const Knobs&);
};

const std::vector<BorderWorld>& BorderWorlds();

// The first seed from `seed` on that gives the scenario knobs which suit; the last one tried where
// none does.
uint64_t SuitableSeed(const Scenario& scenario, Profile profile, uint64_t seed,
                      bool (*suits)(const Knobs&));

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_BORDER_WORLDS_H_
