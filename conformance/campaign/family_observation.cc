#include "conformance/campaign/family_observation.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "conformance/campaign/go_environment.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/watched_command.h"
#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"
#include "conformance/observer/family.h"
#include "conformance/observer/observer.h"
#include "conformance/process/process.h"

namespace proctor {
namespace {

Header HeaderOf(const FamilyMember& member, std::optional<Profile> profile) {
  Header header;
  header.maker = "observer";
  header.implementation = member.program;
  header.version = member.image->version;
  header.tiers = kO;
  header.profile = profile.value_or(ProfileOfVersion(header.version));
  header.from_start = true;
  header.emits = Observer::Emits();
  header.in_force = TunablesOfGoEnvironment(member.environment, member.cpus);
  return header;
}

int64_t CountSleeps(const std::vector<Event>& events) {
  return std::ranges::count_if(events, [](const Event& event) {
    return event.kind == EventKind::kShallowSleep || event.kind == EventKind::kDeepSleep;
  });
}

// Stores what its monitor did as `path`, and grades what stands there.
void GradeMonitor(const FamilyMember& member, const Header& header, const std::string& path,
                  bool with_chrome, ObservedRuntime& runtime) {
  runtime.sleeps = CountSleeps(member.events);
  std::optional<Grade> grade;
  if (StoreTrace(path, header, member.events, with_chrome, runtime.error)) {
    grade = GradeTrace(path, std::nullopt, runtime.error);
  }
  if (!grade) return;
  for (Ruling& ruling : grade->rulings) {
    runtime.kept += ruling.verdict == Verdict::kConforms;
    if (ruling.verdict == Verdict::kViolates) runtime.broken.push_back(std::move(ruling));
  }
}

ObservedProcess RowOf(const FamilyMember& member, int64_t now_ns) {
  // One may have begun after the look at the clock.
  const int64_t ended_ns = member.ended_ns != 0 ? member.ended_ns : now_ns;
  return {.process = member.process,
          .program = member.program,
          .ran_ns = std::max<int64_t>(ended_ns - member.began_ns, 0),
          .has_ended = member.ended_ns != 0,
          .status = member.status};
}

}  // namespace

std::optional<FamilyObservation> ObserveFamily(const ObservationRequest& request,
                                               const OutputFolder& folder, Listener& listener,
                                               std::string& error) {
  const std::unique_ptr<WatchedCommand> command = WatchedCommand::Start(request.command, error);
  if (!command) return std::nullopt;
  const std::unique_ptr<Family> family = Family::Start(command->pid(), error);
  if (!family) return std::nullopt;
  command->Release();
  WaitWhileObserving(command->pidfd(), request.for_ms, listener);
  const int64_t now_ns = MonotonicNowNs();
  family->Stop();
  const std::string ended = command->End(listener.Stopped());
  if (!ended.empty()) listener.OnNote(ended);
  if (std::string wrong = command->start_error(); !wrong.empty()) {
    error = std::move(wrong);
    return std::nullopt;
  }
  FamilyObservation observation{.left_out = family->left_out(),
                                .command_status = command->status()};
  size_t monitors = 0;
  for (const FamilyMember& member : family->members()) {
    ObservedProcess& process = observation.processes.emplace_back(RowOf(member, now_ns));
    if (!member.image) continue;
    const Header header = HeaderOf(member, request.profile);
    process.runtime = {.version = header.version, .profile = header.profile};
    if (member.monitor == 0) continue;
    const std::string name = fmt::format("process_{}_{}", member.process, ++monitors);
    GradeMonitor(member, header, folder.TracePath(name), folder.kept(), *process.runtime);
  }
  return observation;
}

}  // namespace proctor
