#include "conformance/command/observe.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "conformance/campaign/family_observation.h"
#include "conformance/campaign/output_folder.h"
#include "conformance/command/family_table.h"
#include "conformance/command/output.h"
#include "conformance/command/terminal_listener.h"
#include "conformance/file/output_file.h"
#include "conformance/report/exit_status.h"

namespace proctor {
namespace {

// Said where no clause was decided; nobody asked for one, so the exit status stays what it is.
constexpr char kNothingDecided[] =
    "nothing was decided: the monitor did too little in this time; observe it for longer (--for)";

int Fail(std::string_view what) {
  Say(what);
  return kExitFailed;
}

// The exit status for who runs a command by way of this one: the command's own where it was not 0,
// unless `status` says more. `graded`: it says something about a monitor.
int PassOn(const std::optional<int>& command_status, int status, bool graded) {
  if (command_status.value_or(0) == 0) return status;
  Say(fmt::format("the command ended with status {}", *command_status));
  const bool as_the_command = status == kExitAsExpected || status == kExitInconclusive || !graded;
  return as_the_command ? *command_status : status;
}

int Report(const ProcessObservation& observation, const ObserveOptions& options) {
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) {
    Print(observation.picture);
    return Fail(error);
  }
  folder->RemoveReports();
  const GradedObservation graded = GradeObservation(observation, options.request.program, *folder);
  if (!graded.results) Print(observation.picture);
  for (const std::string& line : graded.errors) Say(line);
  if (!graded.results) return kExitFailed;
  const bool decided = std::ranges::any_of(graded.results->verdicts, [](const Result& result) {
    return IsDecided(result.ruling.verdict);
  });
  if (!decided) Say(kNothingDecided);
  return Publish(*graded.results, *folder, observation.picture);
}

int ObserveOne(const ObserveOptions& options, Listener& listener) {
  std::string error;
  const std::optional<ProcessObservation> observation =
      ObserveProcess(options.request, listener, error);
  if (!observation) return Fail(error);
  const int status = observation->picture.empty() ? kExitFailed : Report(*observation, options);
  return PassOn(observation->command_status, status, observation->header.tiers != 0);
}

int ObserveWithChildren(const ObserveOptions& options, Listener& listener) {
  std::string error;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, error);
  if (!folder) return Fail(error);
  folder->RemoveReports();
  const std::optional<FamilyObservation> family =
      ObserveFamily(options.request, *folder, listener, error);
  if (!family) return Fail(error);
  const std::string table = FamilyTable(*family, !options.request.profile);
  const std::string path = folder->path() + "/processes.txt";
  const bool is_stored = !folder->kept() || WriteWholeFile(path, table, error);
  Print(table);
  if (!is_stored) return Fail(error);
  int64_t runtimes = 0;
  int64_t kept = 0;
  size_t broken = 0;
  for (const ObservedProcess& process : family->processes) {
    if (!process.runtime) continue;
    ++runtimes;
    kept += process.runtime->kept;
    broken += process.runtime->broken.size();
  }
  if (runtimes == 0) Say("none of these processes holds a Go runtime");
  if (runtimes > 0 && kept == 0 && broken == 0) Say(kNothingDecided);
  int status = runtimes > 0 ? kExitAsExpected : kExitFailed;
  if (broken > 0) status = kExitViolation;
  return PassOn(family->command_status, status, runtimes > 0);
}

}  // namespace

int Observe(const ObserveOptions& options, StopRequest& stop) {
  stop.BeginHeeding();
  TerminalListener listener(stop);
  return options.follow_children ? ObserveWithChildren(options, listener)
                                 : ObserveOne(options, listener);
}

}  // namespace proctor
