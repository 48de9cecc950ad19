#include "conformance/command/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "conformance/adapter/driver.h"
#include "conformance/adapter/protocol.h"
#include "conformance/command/exit_status.h"
#include "conformance/command/grade.h"
#include "conformance/command/output.h"
#include "conformance/command/subjects.h"
#include "conformance/command/virtual_check.h"
#include "conformance/implementations/implementation.h"
#include "conformance/process/process.h"
#include "conformance/report/expectations.h"
#include "conformance/report/results.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

// What an adapter's runs can show.
constexpr TierSet kAdapterTiers = kT | kO | kX;

// Settings of the environment that reach the runtime under test and so belong to the line that
// replays.
constexpr const char* kReplayedEnvironment[] = {"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT"};

volatile std::sig_atomic_t interrupted = 0;

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

class CheckRun {
 public:
  CheckRun(const CheckOptions& options, const OutputFolder& folder)
      : options_(options),
        folder_(folder),
        clauses_(MatchClauses(options.clauses)),
        subject_(FindSubject(options.implementation)),
        possible_(TiersOf(options.implementation)),
        tiers_(options.tiers != 0 ? options.tiers : possible_) {}

  // False: a line was said, and status() is the exit status.
  bool Build();
  bool Plan();
  void RunAll();
  int Report();

  int status() const { return status_; }

 private:
  static TierSet TiersOf(const std::string& name);
  bool Fail(int status, const std::string& why);
  bool Asked(ClauseId clause) const {
    return std::ranges::find(clauses_, clause) != clauses_.end();
  }
  bool PlanNamed();
  bool IsForProfile(const NamedScenario& named) const;
  void RunVirtual(int64_t end_ns);
  void RunOne(const NamedScenario& named);
  void GradeEvidence(const std::string& name, Header header, const std::vector<Event>& events,
                     const NamedScenario& named);
  void Take(const Ruling& ruling);
  std::string KeepStderr(const std::string& scenario, const Run& run);
  void RuleAll(const NamedScenario& named, TierSet tiers, Verdict verdict,
               const std::string& message);
  std::string ReplayLine(const Ruling& ruling) const;
  std::vector<Ruling> Rulings() const;

  const CheckOptions& options_;
  const OutputFolder& folder_;
  const std::vector<ClauseId> clauses_;
  const std::optional<Subject> subject_;  // its monitor, where this program holds it
  const TierSet possible_;                // those that there can be evidence of
  const TierSet tiers_;

  Implementation implementation_;
  std::vector<NamedScenario> plan_;
  std::map<std::pair<ClauseId, Tier>, Ruling> rulings_;
  std::map<ClauseId, Bundle> bundles_;  // for findings of tier V
  std::string version_;
  std::optional<Profile> profile_ = options_.profile;
  bool greeted_ = false;  // its adapter has said who it is, once at least
  std::string refused_;   // why it never will
  bool said_unobserved_ = false;
  bool traced_ = false;  // its runtime traces itself
  int status_ = kExitAsExpected;
};

bool CheckRun::Fail(int status, const std::string& why) {
  Say(why);
  status_ = status;
  return false;
}

// The tiers that there can be evidence of: any adapter's, and that of a monitor which this program
// holds.
TierSet CheckRun::TiersOf(const std::string& name) {
  if (!FindSubject(name)) return kAdapterTiers;
  return name == "reference" ? kV | kAdapterTiers : kV;
}

bool CheckRun::Build() {
  if ((tiers_ & possible_ & kAdapterTiers) == 0) {
    implementation_.name = options_.implementation;
    implementation_.expectations = std::string(BuiltInExpectations(options_.implementation));
    return true;
  }
  ShowProgress(fmt::format("building the adapter of {}", options_.implementation));
  BuildFailure failure{};
  std::string why;
  std::optional<Implementation> built =
      BuildImplementation(options_.implementation, folder_.path(), failure, why);
  if (!built)
    return Fail(failure == BuildFailure::kUnknownName ? kExitWrongUsage : kExitFailed, why);
  implementation_ = std::move(*built);
  if (options_.profile && implementation_.name == "reference") {
    // It can be any of them.
    implementation_.argv.insert(implementation_.argv.end(),
                                {"--profile", std::string(ProfileName(*options_.profile))});
  }
  return true;
}

bool CheckRun::PlanNamed() {
  for (const std::string& name : options_.scenarios) {
    if (const NamedScenario* named = FindScenario(name)) {
      plan_.push_back(*named);
      continue;
    }
    std::string why;
    const std::optional<std::string> text = ReadFile(name, why);
    if (!text) {
      return Fail(
          kExitWrongUsage,
          fmt::format("'{}' is neither a scenario (`proctor list scenarios` shows them) nor a "
                      "file",
                      name));
    }
    const std::optional<Scenario> scenario = ParseScenario(*text, why);
    if (!scenario) return Fail(kExitWrongUsage, fmt::format("{}: {}", name, why));
    plan_.push_back({*scenario, clauses_});
  }
  return true;
}

bool CheckRun::Plan() {
  if (!options_.scenarios.empty()) return PlanNamed();
  for (const NamedScenario& named : ScenarioLibrary()) {
    const bool needed = std::ranges::any_of(named.clauses, [&](ClauseId clause) {
      return Asked(clause) && (GetClause(clause).tiers & tiers_ & kAdapterTiers) != 0;
    });
    if (needed) plan_.push_back(named);
  }
  return true;
}

// Known once the implementation has said its version: some scenarios are for clauses of other
// profiles.
bool CheckRun::IsForProfile(const NamedScenario& named) const {
  return !profile_ || std::ranges::any_of(named.clauses, [&](ClauseId clause) {
    return (GetClause(clause).profiles & *profile_) != 0;
  });
}

void CheckRun::RunAll() {
  const int64_t end_ns = MonotonicNowNs() + options_.budget_ms * 1'000'000;
  if (subject_ && (tiers_ & kV) != 0) {
    // On a slow machine the other tiers must not go without: what they do takes its time.
    const bool alone = (tiers_ & possible_ & kAdapterTiers) == 0;
    RunVirtual(alone ? end_ns : end_ns - options_.budget_ms * 1'000'000 * 3 / 4);
  }
  if ((tiers_ & possible_ & kAdapterTiers) == 0) return;
  size_t number = 0;
  for (const NamedScenario& named : plan_) {
    if (interrupted != 0 || MonotonicNowNs() > end_ns) {
      RuleAll(named, kAdapterTiers, Verdict::kInconclusive,
              interrupted != 0
                  ? "interrupted before its scenario ran"
                  : "the budget ended before its scenario ran; give a larger --budget");
      continue;
    }
    if (!refused_.empty()) {
      RuleAll(named, kAdapterTiers, Verdict::kError, refused_);
      continue;
    }
    ShowProgress(fmt::format("[{}/{}] {}", ++number, plan_.size(), named.scenario.name));
    if (IsForProfile(named)) RunOne(named);
  }
}

void CheckRun::RunVirtual(int64_t end_ns) {
  VirtualOptions campaign{.profile = profile_.value_or(kGo1_20),
                          .seed = options_.seed,
                          .random_worlds = options_.worlds};
  if (!options_.scenarios.empty()) {
    for (const NamedScenario& named : plan_) campaign.scenarios.push_back(named.scenario);
  }
  VirtualCheck check = CheckVirtually(
      *subject_, campaign, [&] { return interrupted != 0 || MonotonicNowNs() > end_ns; });
  version_ = subject_->implementation->release;
  bundles_ = std::move(check.bundles);
  for (const Ruling& ruling : check.rulings) Take(ruling);
  Say(check.summary);
}

void CheckRun::RunOne(const NamedScenario& named) {
  Scenario scenario = named.scenario;
  // Independent of which other scenarios run, so that a filter does not change it.
  scenario.seed = CaseSeed(options_.seed, scenario.name);
  std::string why;
  if (!WriteFile(folder_.ScenarioPath(scenario.name), FormatScenario(scenario) + "\n", why)) {
    RuleAll(named, kAdapterTiers, Verdict::kError, why);
    return;
  }

  const bool observe = (tiers_ & kO) != 0;
  Run run = RunScenario({.argv = implementation_.argv,
                         .set_env = EnvironmentFor(implementation_, scenario),
                         .observe = observe,
                         .trace = (tiers_ & kT) != 0},
                        scenario);
  const std::string message = run.message + KeepStderr(scenario.name, run);
  if (!run.greeted && !greeted_) {
    RuleAll(named, kAdapterTiers, Verdict::kError, refused_ = message);
    return;
  }
  if (run.greeted) {
    greeted_ = true;
    version_ = run.handshake.version;
    if (!profile_) profile_ = run.header.profile;
    traced_ = traced_ || run.handshake.emits.any();
  }
  if (const std::optional<Verdict> verdict = VerdictOf(run.outcome)) {
    RuleAll(named, kAdapterTiers, *verdict, In(scenario, message));
    if (*verdict == Verdict::kUnsupported) return;
  }
  if (observe && !run.observer_error.empty()) {
    if (!std::exchange(said_unobserved_, true)) Say(run.observer_error);
    RuleAll(named, kO, Verdict::kInconclusive, In(scenario, "not observed: " + run.observer_error));
  }
  GradeEvidence(scenario.name, run.header, run.events, named);
  GradeEvidence(scenario.name + ".runtime", run.trace_header, run.trace, named);
}

// Where what the process wrote can be read, to be added to the message about it; empty: it wrote
// nothing.
std::string CheckRun::KeepStderr(const std::string& scenario, const Run& run) {
  if (run.standard_error.empty()) return "";
  if (!folder_.kept()) return "; what it wrote last: " + LastLine(run.standard_error);
  const std::string path = folder_.StderrPath(scenario);
  if (std::string why; !WriteFile(path, run.standard_error, why)) return "; " + why;
  return "; what it wrote: " + path;
}

// Stored under the name given.
void CheckRun::GradeEvidence(const std::string& name, Header header,
                             const std::vector<Event>& events, const NamedScenario& named) {
  if (events.empty()) return;
  if (profile_) header.profile = *profile_;
  std::string why;
  const std::string path = folder_.TracePath(name);
  std::optional<Grade> grade;
  if (StoreTrace(path, header, events, folder_.kept(), why)) {
    grade = GradeTrace(path, std::nullopt, why);
    if (grade && !grade->error.empty()) why = grade->error;
  }
  if (!why.empty()) RuleAll(named, header.tiers, Verdict::kError, In(named.scenario, why));
  if (!grade) return;
  for (Ruling& ruling : grade->rulings) {
    if (!ruling.message.empty() && ruling.verdict != Verdict::kNotObservable) {
      ruling.message = In(named.scenario, ruling.message);
    }
    Take(ruling);
  }
}

void CheckRun::Take(const Ruling& ruling) {
  if (!Asked(ruling.clause) || (ruling.tier & tiers_) == 0) return;
  const auto [place, is_new] = rulings_.try_emplace({ruling.clause, ruling.tier}, ruling);
  if (!is_new) place->second = Combine(place->second, ruling);
}

// The same of every clause that the scenario is for.
void CheckRun::RuleAll(const NamedScenario& named, TierSet tiers, Verdict verdict,
                       const std::string& message) {
  for (ClauseId clause : named.clauses) {
    for (Tier tier : kTiers) {
      if ((GetClause(clause).tiers & tiers & tier) == 0) continue;
      Take({.clause = clause, .tier = tier, .verdict = verdict, .message = message});
    }
  }
}

std::vector<Ruling> CheckRun::Rulings() const {
  std::vector<Ruling> rulings;
  for (ClauseId id : clauses_) {
    const Clause& clause = GetClause(id);
    if ((clause.profiles & profile_.value_or(kGo1_20)) == 0) continue;
    for (Tier tier : kTiers) {
      if ((clause.tiers & tiers_ & tier) == 0) continue;
      const bool evident = (tier & possible_) != 0 && (tier != kT || traced_);
      if (!evident && options_.tiers == 0) continue;
      const auto found = rulings_.find({id, tier});
      if (found != rulings_.end()) {
        rulings.push_back(found->second);
      } else {
        rulings.push_back({.clause = id,
                           .tier = tier,
                           .verdict = evident ? Verdict::kNotExercised : Verdict::kNotObservable,
                           .message = evident ? "" : "there is no such evidence of it"});
      }
    }
  }
  return rulings;
}

std::string CheckRun::ReplayLine(const Ruling& ruling) const {
  const std::string name(ClauseName(ruling.clause));
  if (folder_.kept() && ruling.tier == kV && bundles_.contains(ruling.clause)) {
    return "proctor replay " + folder_.BundlePath(name);
  }
  std::string line;
  for (const char* name : kReplayedEnvironment) {
    if (const char* value = std::getenv(name)) line += fmt::format("{}={} ", name, value);
  }
  line += fmt::format("proctor check {} --clauses {} --tiers {} --seed {}", options_.implementation,
                      name, TierName(ruling.tier), options_.seed);
  for (const std::string& scenario : options_.scenarios) line += " --scenario " + scenario;
  if (options_.profile) line += fmt::format(" --profile {}", ProfileName(*options_.profile));
  return line;
}

int CheckRun::Report() {
  std::string text = implementation_.expectations;
  std::string why;
  if (!options_.expectations.empty()) {
    const std::optional<std::string> file = ReadFile(options_.expectations, why);
    if (!file) Say(why);
    text = file.value_or("");
  }
  Expectations expectations;
  if (!text.empty()) {
    const std::optional<Expectations> parsed = ParseExpectations(text, why);
    if (!parsed) Say(fmt::format("expectations: {}", why));
    expectations = parsed.value_or(Expectations());
  }
  const Profile profile = profile_.value_or(kGo1_20);
  Results results{.implementation = implementation_.name,
                  .version = version_,
                  .profile = profile,
                  .verdicts = Apply(expectations, profile, Rulings())};
  for (Result& result : results.verdicts) {
    result.replay = ReplayLine(result.ruling);
    const auto bundle = bundles_.find(result.ruling.clause);
    if (result.ruling.tier != kV || bundle == bundles_.end()) continue;
    result.scenario = FormatScenario(bundle->second.scenario);
    const std::string path = folder_.BundlePath(ClauseName(result.ruling.clause));
    if (std::string failure; !WriteFile(path, FormatBundle(bundle->second) + "\n", failure))
      Say(why = failure);
  }
  results.exit_status = why.empty() ? ExitStatusOf(results.verdicts) : kExitFailed;
  return Publish(results, folder_);
}

}  // namespace

int Check(const CheckOptions& options) {
  std::string why;
  const std::optional<OutputFolder> folder = OutputFolder::Open(options.out, why);
  if (!folder) {
    Say(why);
    return kExitFailed;
  }
  CheckRun run(options, *folder);
  if (!run.Build() || !run.Plan()) return run.status();
  // A second interruption ends the program at once; children die with it.
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  run.RunAll();
  return run.Report();
}

}  // namespace proctor
