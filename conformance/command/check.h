// `proctor check`: puts one implementation to the test, scenario by scenario, and reports.
//
// Thread safety: none; from the main thread only.

#ifndef PROCTOR_CONFORMANCE_COMMAND_CHECK_H_
#define PROCTOR_CONFORMANCE_COMMAND_CHECK_H_

#include <string>

#include "conformance/campaign/plan.h"
#include "conformance/process/stop_request.h"

namespace proctor {

struct CheckOptions {
  CampaignRequest request;
  std::string out;  // folder for the report; empty: none
};

// Returns the exit status. Whatever was gathered when something fails is reported.
int Check(const CheckOptions& options, StopRequest& stop);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_COMMAND_CHECK_H_
