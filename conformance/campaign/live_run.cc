#include "conformance/campaign/live_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/adapter/fatal_error.h"
#include "conformance/adapter/protocol.h"
#include "conformance/campaign/grade.h"
#include "conformance/campaign/last_line.h"
#include "conformance/campaign/older_go.h"
#include "conformance/campaign/plan.h"
#include "conformance/file/output_file.h"
#include "conformance/report/results.h"

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

Figures FiguresOf(const Scenario& scenario, const struct Run& run, const UsageSampler& sampler) {
  Figures figures{.spans = run.gathered ? run.gathered->spans : SpansOf(scenario, run.events),
                  .stamped = !run.gathered,
                  .usage = std::nullopt};
  const auto start = std::ranges::find(run.events, EventKind::kScenarioStart, &Event::kind);
  const auto end = std::ranges::find(run.events, EventKind::kScenarioEnd, &Event::kind);
  if (start != run.events.end() && end != run.events.end()) {
    figures.usage = sampler.Between(start->time_ns, end->time_ns);
  }
  return figures;
}

}  // namespace

LiveRun::LiveRun(Options options, const OutputFolder& folder, RulingTable& rulings,
                 Listener& listener)
    : options_(std::move(options)), folder_(folder), rulings_(rulings), listener_(listener) {}

// Known once the adapter has said its version: some scenarios are for clauses of other profiles.
bool LiveRun::IsForProfile(const NamedScenario& named) const {
  const auto holds = [&](ClauseId clause) {
    return (GetClause(clause).profiles & *options_.profile) != 0;
  };
  return !options_.profile || std::ranges::any_of(named.clauses, holds) ||
         std::ranges::any_of(named.inspected, holds);
}

// Why the clause cannot be asked of this adapter in that tier; empty: it can.
std::string LiveRun::WhyNotAsked(ClauseId clause, Tier tier) const {
  if (tier == kO && !handshake_->has_monitor) return "\"monitor\":null";
  return WhyNotPromised(handshake_->promises, clause, tier);
}

// What the adapter declares absent is said of the clauses that the scenario is for.
void LiveRun::TakeUnpromised(const NamedScenario& named) {
  for (const ClauseId clause : named.clauses) {
    for (const Tier tier : {kT, kO, kX}) {
      if (!rulings_.Wants(clause, tier)) continue;
      const std::string absent = WhyNotAsked(clause, tier);
      if (absent.empty()) continue;
      rulings_.Take({.clause = clause,
                     .tier = tier,
                     .verdict = Verdict::kUnsupported,
                     .message = "the adapter declares " + absent});
    }
  }
}

// The same verdict on all that the scenario is for and the adapter does not declare absent.
void LiveRun::TakeForPromised(const NamedScenario& named, Verdict verdict,
                              const std::string& message) {
  for (const ClauseId clause : named.clauses) {
    for (const Tier tier : {kT, kO, kX}) {
      if (!rulings_.Wants(clause, tier) || !WhyNotAsked(clause, tier).empty()) continue;
      rulings_.Take({.clause = clause, .tier = tier, .verdict = verdict, .message = message});
    }
  }
}

// A scenario all of whose clauses need what is declared absent costs no time.
bool LiveRun::IsWorthRunning(const NamedScenario& named) {
  return std::ranges::any_of(named.clauses, [&](ClauseId clause) {
    return std::ranges::any_of(std::array{kT, kO, kX}, [&](Tier tier) {
      if (!rulings_.Wants(clause, tier) || (tier == kT && !traced_)) return false;
      const Ruling* before = rulings_.Find(clause, tier);
      const bool is_open = before == nullptr || !IsDecided(before->verdict);
      return (is_open || !named.only_where_open) && WhyNotAsked(clause, tier).empty();
    });
  });
}

void LiveRun::OnGreeted(const struct Run& run) {
  const std::string note = UnknownReleaseNote(run.handshake.version);
  if (!note.empty()) listener_.OnNote(note);
  for (const std::string& member : run.handshake.ignored) {
    listener_.OnNote("the adapter says what is unknown here, and ignored: " + member);
  }
  if (!options_.profile) options_.profile = ProfileOfVersion(run.handshake.version);
  traced_ = run.handshake.emits.any();
  handshake_ = run.handshake;
}

bool LiveRun::Introduce() {
  const struct Run run = RunScenario({.argv = options_.implementation.argv,
                                      .observe = false,
                                      .greet_only = true,
                                      .stop = listener_.stop()},
                                     Scenario());
  if (run.greeted) OnGreeted(run);
  if (run.outcome == Outcome::kDone || run.outcome == Outcome::kStopped) return run.greeted;
  JudgeFatalError(run, "introduction");
  refused_ = run.message + KeepStderr("introduction", run);
  return false;
}

struct Run LiveRun::Perform(const Scenario& scenario, TierSet tiers) {
  std::optional<UsageSampler> sampler;
  const auto on_process = [&](pid_t pid) {
    if (options_.on_process) options_.on_process(pid);
    if (options_.measure && pid != 0) sampler.emplace(pid, DeclarationOf(*handshake_));
    if (sampler && pid == 0) sampler->Finish();
  };
  struct Run run = RunScenario({.argv = options_.implementation.argv,
                                .set_env = EnvironmentFor(options_.implementation, scenario),
                                .observe = (tiers & (kO | kD)) != 0 && handshake_->has_monitor,
                                .layout = tiers == kD ? options_.layout : nullptr,
                                .trace = (tiers & kT) != 0,
                                .stop = listener_.stop(),
                                .on_process = on_process},
                               scenario);
  if (sampler && run.outcome == Outcome::kDone) figures_ = FiguresOf(scenario, run, *sampler);
  return run;
}

void LiveRun::Run(const NamedScenario& named) {
  if (!refused_.empty()) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kError, refused_);
    return;
  }
  if (!handshake_) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kInconclusive,
                        "interrupted before its scenario ran");
    return;
  }
  gathered_.reset();
  figures_.reset();
  if (!IsForProfile(named)) return;
  TakeUnpromised(named);
  const bool is_worth_running = IsWorthRunning(named);
  const bool is_inspected =
      options_.layout != nullptr && !named.inspected.empty() && handshake_->has_monitor;
  if (!is_worth_running && !is_inspected) return;
  Scenario scenario = named.scenario;
  // Independent of which other scenarios run, so that a filter does not change it.
  scenario.seed = CaseSeed(options_.seed, scenario.name);
  std::string error;
  if (!WriteWholeFile(folder_.ScenarioPath(scenario.name), FormatScenario(scenario) + "\n",
                      error)) {
    rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kError, error);
    return;
  }
  // Reading the variables slows the monitor down, so nothing else is judged by that run.
  const TierSet others = options_.tiers & kAdapterTiers & ~kD;
  if (is_worth_running && !RunFor(named, scenario, others)) return;
  if (is_inspected) RunFor(named, scenario, kD);
}

// One process, for these tiers; false: another one would not do better.
bool LiveRun::RunFor(const NamedScenario& named, const Scenario& scenario, TierSet tiers) {
  const bool inspect = tiers == kD;
  const std::vector<ClauseId>& clauses = inspect ? named.inspected : named.clauses;
  const struct Run run = Perform(scenario, tiers);
  if (!run.note.empty()) listener_.OnNote(In(scenario, run.note));
  const std::string message =
      run.message + KeepStderr(scenario.name + (inspect ? ".inspected" : ""), run);
  JudgeFatalError(run, scenario.name);
  if (!run.greeted && run.outcome == Outcome::kStopped) {
    rulings_.TakeForAll(clauses, tiers, Verdict::kInconclusive, run.message);
    return false;
  }
  if (const std::optional<Verdict> verdict = VerdictOf(run.outcome)) {
    if (inspect) {
      rulings_.TakeForAll(clauses, tiers, *verdict, In(scenario, message));
    } else {
      TakeForPromised(named, *verdict, In(scenario, message));
    }
    if (*verdict == Verdict::kUnsupported) return false;
  }
  if (inspect) {
    inspected_ = inspected_ || !run.inspected.empty();
    if (!run.inspection_error.empty() && !std::exchange(said_uninspected_, true))
      listener_.OnNote("tier D is not observable: " + run.inspection_error);
    Grade(scenario.name + ".inspected", run.inspected_header, run.inspected, named,
          run.outcome != Outcome::kError);
    return true;
  }
  if (!run.observer_error.empty()) {
    if (!std::exchange(said_unobserved_, true)) listener_.OnNote(run.observer_error);
    rulings_.TakeForAll(clauses, kO, Verdict::kInconclusive,
                        In(scenario, "not observed: " + run.observer_error));
  }
  const bool is_credible = run.outcome != Outcome::kError;
  gathered_ = run.gathered;
  if (gathered_ && is_credible) JudgeLedger(scenario, gathered_->ledger);
  if (options_.measure) return true;
  Grade(scenario.name, run.header, run.events, named, is_credible);
  Grade(scenario.name + ".runtime", run.trace_header, run.trace, named, is_credible);
  return true;
}

// A runtime that gives up on its own leaves every task stranded, whatever else the run was for.
void LiveRun::JudgeFatalError(const struct Run& run, const std::string& during) {
  if (run.outcome != Outcome::kCrash && run.outcome != Outcome::kError) return;
  const std::string last_words = FatalErrorIn(run.standard_error);
  if (last_words.empty()) return;
  rulings_.Take(
      {.clause = ClauseId::kHAND_8,
       .tier = kX,
       .verdict = Verdict::kViolates,
       .message = fmt::format("the runtime gave up on its own: \"{}\" [{}]", last_words, during)});
}

// Where nothing was stamped of a task, it says whether what became runnable ran to its end, once.
void LiveRun::JudgeLedger(const Scenario& scenario, const Ledger& ledger) {
  const std::string wrong = FindImbalance(scenario, ledger);
  rulings_.Take({.clause = ClauseId::kHAND_8,
                 .tier = kX,
                 .verdict = wrong.empty() ? Verdict::kConforms : Verdict::kViolates,
                 .triggers = ledger.ended,
                 .message = wrong.empty() ? "" : In(scenario, "the ledger is wrong: " + wrong)});
  if (ledger.timers_set == 0) return;
  const std::string timers = FindTimerImbalance(ledger);
  const bool fired_too_often = ledger.timers_stopped + ledger.timers_fired > ledger.timers_set;
  rulings_.Take({.clause = fired_too_often ? ClauseId::kTIME_7 : ClauseId::kTIME_5,
                 .tier = kX,
                 .verdict = timers.empty() ? Verdict::kConforms : Verdict::kViolates,
                 .triggers = ledger.timers_set,
                 .message = timers.empty() ? "" : In(scenario, "the ledger is wrong: " + timers)});
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

// Stored under the name given; what is not credible is only stored.
void LiveRun::Grade(const std::string& name, Header header, const std::vector<Event>& events,
                    const NamedScenario& named, bool is_credible) {
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
  if (!grade || !is_credible) return;
  if ((header.tiers & kX) != 0) noise_.Merge(grade->noise);
  if ((header.tiers & kO) != 0) {
    grade->cadence.name = name;
    cadences_.push_back(std::move(grade->cadence));
  }
  for (Ruling& ruling : grade->rulings) {
    const std::string older =
        WhyOlderGoDidNotPromise(handshake_->version, ruling.clause, ruling.tier);
    if (!older.empty() && ruling.verdict == Verdict::kViolates) {
      ruling = {.clause = ruling.clause,
                .tier = ruling.tier,
                .verdict = Verdict::kUnsupported,
                .message = older};
    }
    if (!ruling.message.empty() && ruling.verdict != Verdict::kNotObservable) {
      ruling.message = In(named.scenario, ruling.message);
    }
    rulings_.Take(ruling);
  }
}

}  // namespace proctor
