// What a Go release from before the profiles is not accused of, since its design was another.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_OLDER_GO_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_OLDER_GO_H_

#include <string>
#include <string_view>

#include "conformance/contract/contract.h"

namespace proctor {

// Why a runtime of this version ("go1.13.15") did not promise the clause, as far as that tier shows
// it; empty: it did, or it is none of Go's.
std::string WhyOlderGoDidNotPromise(std::string_view version, ClauseId clause, Tier tier);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_OLDER_GO_H_
