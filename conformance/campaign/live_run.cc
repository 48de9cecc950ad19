#include "conformance/campaign/live_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/adapter/protocol.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/plan.h"
#include "conformance/file/output_file.h"

namespace proctor {
namespace {

// What a run that did not end well says of all that it was for; nullopt: it did.
std::optional<Verdict> VerdictOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      break;
    case Outcome::kUnsupported:
      return Verdict::kUnsupported;
    case Outcome::kCrash:
      return Verdict::kCrash;
    case Outcome::kTimeout:
      return Verdict::kTimeout;
    case Outcome::kError:
      return Verdict::kError;
    case Outcome::kStopped:
      return Verdict::kInconclusive;
  }
  return std::nullopt;
}

std::string In(const Scenario& scenario, const std::string& message) {
  return fmt::format("{} [{}]", message, scenario.name);
}

std::string LastLine(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return Excerpt(std::string_view(text).substr(text.rfind('\n') + 1));
}

}  // namespace

LiveRun::LiveRun(Options options, const OutputFolder& folder, RulingTable& rulings,
                 Listener& listener)
    : options_(std::move(options)), folder_(folder), rulings_(rulings), listener_(listener) {}

// Known once the adapter has said its version: some scenarios are for clauses of other profiles.
bool LiveRun::IsForProfile(const NamedScenario& named) const {
  return !options_.profile || std::ranges::any_of(named.clauses, [&](ClauseId clause) {
    return (GetClause(clause).profiles & *options_.profile) != 0;
  });
}

void LiveRun::OnGreeted(const struct Run& run) {
  version_ = run.handshake.version;
  if (!greeted_) {
    const std::string note = UnknownReleaseNote(version_);
    if (!note.empty()) listener_.OnNote(note);
    for (const std::string& member : run.handshake.ignored) {
      listener_.OnNote("the adapter says what is unknown here, and ignored: " + member);
    }
  }
  greeted_ = true;
  if (!options_.profile) options_.profile = run.header.profile;
  traced_ = traced_ || run.handshake.emits.any();
}

void LiveRun::Run(const NamedScenario& named) {
  if (!refused_.empty()) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kError, refused_);
    return;
  }
  if (!IsForProfile(named)) return;
  Scenario scenario = named.scenario;
  // Independent of which other scenarios run, so that a filter does not change it.
  scenario.seed = CaseSeed(options_.seed, scenario.name);
  std::string error;
  if (!WriteWholeFile(folder_.ScenarioPath(scenario.name), FormatScenario(scenario) + "\n",
                      error)) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kError, error);
    return;
  }

  const bool observe = (options_.tiers & kO) != 0;
  const struct Run run = RunScenario({.argv = options_.implementation.argv,
                                      .set_env = EnvironmentFor(options_.implementation, scenario),
                                      .observe = observe,
                                      .trace = (options_.tiers & kT) != 0,
                                      .stop = listener_.stop()},
                                     scenario);
  if (!run.note.empty()) listener_.OnNote(In(scenario, run.note));
  const std::string message = run.message + KeepStderr(scenario.name, run);
  if (!run.greeted && run.outcome == Outcome::kStopped) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kInconclusive, run.message);
    return;
  }
  if (!run.greeted && !greeted_) {
    refused_ = message;
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kError, refused_);
    return;
  }
  if (run.greeted) OnGreeted(run);
  if (const std::optional<Verdict> verdict = VerdictOf(run.outcome)) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, *verdict, In(scenario, message));
    if (*verdict == Verdict::kUnsupported) return;
  }
  if (observe && !run.handshake.has_monitor) {
    rulings_.TakeForAll(named.clauses, kO, Verdict::kUnsupported, run.observer_error);
  } else if (observe && !run.observer_error.empty()) {
    if (!std::exchange(said_unobserved_, true)) listener_.OnNote(run.observer_error);
    rulings_.TakeForAll(named.clauses, kO, Verdict::kInconclusive,
                        In(scenario, "not observed: " + run.observer_error));
  }
  Grade(scenario.name, run.header, run.events, named);
  Grade(scenario.name + ".runtime", run.trace_header, run.trace, named);
}

// Where what the process wrote can be read, to be added to the message about it; empty: it wrote
// nothing.
std::string LiveRun::KeepStderr(const std::string& scenario, const struct Run& run) {
  if (run.standard_error.empty()) return "";
  if (!folder_.kept()) return "; what it wrote last: " + LastLine(run.standard_error);
  const std::string path = folder_.StderrPath(scenario);
  std::string error;
  if (!WriteWholeFile(path, run.standard_error, error)) return "; " + error;
  return "; what it wrote: " + path;
}

// Stored under the name given.
void LiveRun::Grade(const std::string& name, Header header, const std::vector<Event>& events,
                    const NamedScenario& named) {
  if (events.empty()) return;
  if (options_.profile) header.profile = *options_.profile;
  std::string error;
  const std::string path = folder_.TracePath(name);
  std::optional<struct Grade> grade;
  if (StoreTrace(path, header, events, folder_.kept(), error)) {
    grade = GradeTrace(path, std::nullopt, error);
    if (grade && !grade->error.empty()) error = grade->error;
  }
  if (!error.empty()) {
    rulings_.TakeForAll(named.clauses, header.tiers, Verdict::kError, In(named.scenario, error));
  }
  if (!grade) return;
  if ((header.tiers & kX) != 0) noise_.Merge(grade->noise);
  if ((header.tiers & kO) != 0) {
    grade->cadence.name = name;
    cadences_.push_back(std::move(grade->cadence));
  }
  for (Ruling& ruling : grade->rulings) {
    if (!ruling.message.empty() && ruling.verdict != Verdict::kNotObservable) {
      ruling.message = In(named.scenario, ruling.message);
    }
    rulings_.Take(ruling);
  }
}

}  // namespace proctor
