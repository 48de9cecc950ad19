// A campaign: one implementation put to the test by every kind of evidence that there is of it.
//
//   scenario -> run -> evidence -> judges -> ruling -> result
//
// A Plan says what is to be judged; worlds in virtual time (virtual_check.h) and scenarios on an
// adapter (live_run.h) make evidence, which judges rule on; the rulings are gathered in a
// RulingTable and put together as Results (assembly.h), the only input of every renderer.
//
// Thread safety: one campaign at a time; the threads that it starts are gone when it returns.

#ifndef PROCTOR_CONFORMANCE_CAMPAIGN_CAMPAIGN_H_
#define PROCTOR_CONFORMANCE_CAMPAIGN_CAMPAIGN_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/campaign/plan.h"
#include "conformance/report/results.h"

namespace proctor {

struct CampaignEnd {
  std::optional<Results> results;   // nullopt: nothing was judged
  int exit_status = 0;              // the results' own, or that of a failure
  std::vector<std::string> errors;  // a line each, for the user
};

// Bundles, traces and scenarios go to the folder; the reports are the caller's to write. Whatever
// was gathered when something fails is in the results.
CampaignEnd RunCampaign(const Plan& plan, const OutputFolder& folder, Listener& listener);

// The line that runs the campaign's judgement on one clause in one tier again, with those variables
// of the environment that reach the runtime.
std::string CheckLine(const CampaignRequest& request, std::span<const std::string> environment,
                      ClauseId clause, Tier tier);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CAMPAIGN_CAMPAIGN_H_
