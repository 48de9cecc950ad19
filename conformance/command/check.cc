#include "conformance/command/check.h"

#include <optional>

#include "conformance/campaign/campaign.h"
#include "conformance/campaign/listener.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/subjects.h"
#include "conformance/process/stop_request.h"
#include "conformance/process/stop_signals.h"
#include "conformance/report/exit_status.h"

namespace proctor {
namespace {

class TerminalListener : public Listener {
 public:
  explicit TerminalListener(const StopRequest& stop) : stop_(stop) {}
  void OnProgress(std::string_view line) override { ShowProgress(line); }
  void OnNote(std::string_view line) override { Say(line); }
  const StopRequest* stop() const override { return &stop_; }

 private:
  const StopRequest& stop_;
};

}  // namespace

int Check(const CheckOptions& options) {
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
  StopRequest stop;
  const StopSignals signals(stop);
  TerminalListener listener(stop);
  const CampaignEnd end = RunCampaign(*plan, *folder, listener);
  const int status = end.results ? Publish(*end.results, *folder) : end.exit_status;
  for (const std::string& line : end.errors) Say(line);
  return status;
}

}  // namespace proctor
