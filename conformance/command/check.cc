#include "conformance/command/check.h"

#include <optional>

#include "conformance/campaign/campaign.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/subjects.h"
#include "conformance/command/terminal_listener.h"
#include "conformance/report/exit_status.h"

namespace proctor {
int Check(const CheckOptions& options, StopRequest& stop) {
  std::string error;
  const std::optional<Plan> plan =
      MakePlan(options.request, FindSubject(options.request.implementation), error);
  if (!plan) {
    Say(error);
    return kExitWrongUsage;
  }
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) {
    Say(error);
    return kExitFailed;
  }
  folder->RemoveReports();
  stop.BeginHeeding();
  TerminalListener listener(stop);
  const CampaignEnd end = RunCampaign(*plan, *folder, listener);
  const int status = end.results ? Publish(*end.results, *folder) : end.exit_status;
  for (const std::string& line : end.errors) Say(line);
  return status;
}

}  // namespace proctor
