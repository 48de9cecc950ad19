#include "conformance/command/stress.h"

#include <fmt/core.h>

#include <optional>

#include "conformance/campaign/output_folder.h"
#include "conformance/command/output.h"
#include "conformance/command/terminal_listener.h"
#include "conformance/file/output_file.h"
#include "conformance/report/exit_status.h"
#include "stress/workloads/workloads.h"

namespace proctor {

int Stress(const StressOptions& options, StopRequest& stop) {
  const std::string& workload = options.request.workload;
  if (!workload.empty() && FindWorkload(workload) == nullptr) {
    std::string names;
    for (const Workload& known : Workloads()) {
      names += (names.empty() ? "" : ", ") + std::string(known.name);
    }
    Say(fmt::format("--workload: there is no '{}'; there are {}", workload, names));
    return kExitWrongUsage;
  }
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) {
    Say(error);
    return kExitFailed;
  }
  folder->RemoveReports();
  stop.BeginHeeding();
  TerminalListener listener(stop);
  const StressEnd end = RunStress(options.request, *folder, listener);
  int status = end.campaign.exit_status;
  if (end.campaign.results) {
    if (folder->kept() && !WriteWholeFile(folder->path() + "/stress.txt", end.summary, error)) {
      Say(error);
      status = kExitFailed;
    }
    const int published = Publish(*end.campaign.results, *folder, end.summary);
    if (published != end.campaign.results->exit_status) status = published;
  }
  for (const std::string& line : end.campaign.errors) Say(line);
  return status;
}

}  // namespace proctor
