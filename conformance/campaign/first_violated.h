// What a monitor violates first.
//
// One broken rule soon leads to other violations; the clause that owns it is among the first.
//
// Thread safety: any thread; the monitor must keep its state on its stack.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_FIRST_VIOLATED_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_FIRST_VIOLATED_H_

#include <set>

#include "conformance/campaign/subject.h"
#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"

namespace proctor {

// In the first world of the suite's campaign in which it violates anything, what it violates in the
// earliest cycle in which it violates anything. A cycle goes from one shallow sleep to the next
// one, that one included. Empty: nothing.
std::set<ClauseId> FirstViolated(const Subject& subject, Profile profile);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_FIRST_VIOLATED_H_
