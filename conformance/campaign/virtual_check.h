// Tier V of a campaign: a monitor in virtual time, in this process.
//
// Thread safety: one at a time; a run starts threads of its own and has joined them when it
// returns.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_VIRTUAL_CHECK_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_VIRTUAL_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "conformance/campaign/bundle.h"
#include "conformance/campaign/listener.h"
#include "conformance/campaign/virtual_run.h"
#include "conformance/judge/verdict.h"

namespace proctor {

struct VirtualCheck {
  std::vector<Ruling> rulings;         // of tier V
  std::map<ClauseId, Bundle> bundles;  // what replays them, for those that are findings
  std::string summary;                 // one line: how many worlds, cycles, events, hours
  std::string unfinished;              // one line: that worlds were left out, and why; else empty
};

// A monitor that crashes, never sleeps, misuses the port or returns has broken the loop that ID-4
// speaks of: the clause's verdict is that of the misbehaviour. No world starts after `end_ns`
// (CLOCK_MONOTONIC); clauses that a run which was ended did not come to are inconclusive.
VirtualCheck CheckVirtually(const Subject& subject, VirtualOptions options, Listener& listener,
                            int64_t end_ns);

// One world. `sink` sees its events, too, where it is not nullptr.
VirtualCheck ReplayVirtually(const Subject& subject, const Bundle& bundle, EventSink* sink);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_VIRTUAL_CHECK_H_
