// Random worlds for the virtual tier: scenarios of several families, each crowding another part of
// the contract. What else a world is like (races, stop-the-world, changing numbers of processors)
// it draws from the scenario's seed.
//
// Thread safety: none; RapidCheck draws on one thread at a time.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_WORLDS_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_WORLDS_H_

#include <rapidcheck.h>

#include "conformance/scenario/scenario.h"

namespace proctor {

// All of them valid, and whatever they shrink to. The seed does not shrink: another seed is another
// world.
rc::Gen<Scenario> ArbitraryWorld();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_WORLDS_H_
