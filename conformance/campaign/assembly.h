// Results put together: rulings, what was expected of them, and what replays them. Every command
// gets its Results from here.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_ASSEMBLY_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_ASSEMBLY_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/campaign/bundle.h"
#include "conformance/judge/verdict.h"
#include "conformance/report/expectations.h"
#include "conformance/report/results.h"

namespace proctor {

// What was judged, of whom.
struct Judged {
  std::string implementation;
  std::string asked_as;  // how the user named it
  std::string version;
  Profile profile = kDefaultProfile;
  std::vector<Ruling> rulings;        // in the order of the contract
  bool whole = false;                 // all ran that could show a violation
  bool is_asked = true;               // false: nobody asked for a clause, and none may be missed
  std::vector<std::string> unjudged;  // what was asked for and not judged, a line each
  std::string machine;                // machine.h; empty: it does not matter
  std::optional<Noise> noise;
  std::vector<Cadence> cadences;
  std::map<ClauseId, Bundle> bundles;  // of tier V: what shows a violation
  // The line that replays a ruling; empty: there is none.
  std::function<std::string(const Ruling&)> replay;
};

// The exit status follows from the results. Where clauses were asked for and none was decided, that
// is said as well: nothing ends as expected without a test.
Results AssembleResults(const Judged& judged, const Expectations& expectations);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_ASSEMBLY_H_
