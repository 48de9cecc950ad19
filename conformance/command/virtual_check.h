// Tier V of `proctor check` and `proctor replay`: a monitor in virtual time, in this process.
//
// Thread safety: one at a time; a campaign starts threads of its own and has joined them when it
// returns.

#ifndef PROCTOR_CONFORMANCE_COMMAND_VIRTUAL_CHECK_H_
#define PROCTOR_CONFORMANCE_COMMAND_VIRTUAL_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "conformance/campaign/bundle.h"
#include "conformance/campaign/virtual_run.h"
#include "conformance/judge/verdict.h"

namespace proctor {

struct VirtualCheck {
  std::vector<Ruling> rulings;         // of tier V
  std::map<ClauseId, Bundle> bundles;  // what replays them, for those that are findings
  std::string summary;                 // one line: how many worlds, cycles, events, hours
};

// A monitor that crashes, never sleeps, misuses the port or returns has broken the loop that ID-4
// speaks of: the clause's verdict is that of the misbehaviour. Clauses that a campaign which `stop`
// ended (asked now and then) did not come to are inconclusive. Shows progress on a terminal.
VirtualCheck CheckVirtually(const Subject& subject, VirtualOptions options,
                            const std::function<bool()>& stop);

// One world. `sink` sees its events, too, where it is not NULL.
VirtualCheck ReplayVirtually(const Subject& subject, const Bundle& bundle, EventSink* sink);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_VIRTUAL_CHECK_H_
