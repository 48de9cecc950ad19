#include "conformance/campaign/campaign.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "conformance/campaign/assembly.h"
#include "conformance/campaign/live_run.h"
#include "conformance/campaign/machine.h"
#include "conformance/campaign/never_came.h"
#include "conformance/campaign/ruling_table.h"
#include "conformance/campaign/shell.h"
#include "conformance/campaign/virtual_check.h"
#include "conformance/debug_information/layout.h"
#include "conformance/file/output_file.h"
#include "conformance/implementations/implementation.h"
#include "conformance/json/json.h"
#include "conformance/process/process.h"
#include "conformance/report/exit_status.h"

namespace proctor {
namespace {

class Campaign {
 public:
  Campaign(const Plan& plan, const OutputFolder& folder, Listener& listener)
      : plan_(plan),
        folder_(folder),
        listener_(listener),
        rulings_(plan.selection, plan.tiers),
        profile_(plan.request.profile) {}

  CampaignEnd Run();

 private:
  bool Build(int64_t end_ns);
  std::string AskedAs() const;
  bool HasItsExpectations(const Handshake& handshake);
  void RunWorlds(int64_t end_ns);
  std::shared_ptr<const Layout> FindLayout() const;
  void RunScenarios(int64_t end_ns);
  std::vector<Ruling> Rulings() const;
  bool HasEvidence(Tier tier) const;
  void FindUnjudged();
  bool WasJudged(const SelectedPart& part) const;
  void FindUnexercised();
  std::string ScenariosFor(ClauseId clause) const;
  void WriteBundles(const Results& results);
  std::string ReplayLine(const Ruling& ruling) const;

  const Plan& plan_;
  const OutputFolder& folder_;
  Listener& listener_;
  RulingTable rulings_;
  Implementation implementation_;
  std::optional<Profile> profile_;
  std::string version_;
  std::vector<std::string> environment_;  // the variables that reach the runtime
  bool inspected_ = false;
  bool traced_ = false;
  std::map<ClauseId, Bundle> bundles_;  // for findings of tier V
  std::vector<std::string> unjudged_;
  bool all_ran_ = true;         // every scenario and world of the plan
  std::optional<Noise> noise_;  // nullopt: nothing ran in real time
  std::vector<Cadence> cadences_;
  CampaignEnd end_;
};

// How the user named it, where it has another name for itself.
std::string Campaign::AskedAs() const {
  const std::string& asked_as = plan_.request.implementation;
  return asked_as == implementation_.name ? "" : asked_as;
}

CampaignEnd Campaign::Run() {
  // Building is part of the budget.
  const int64_t end_ns = MonotonicNowNs() + plan_.request.budget_ms * 1'000'000;
  if (!Build(end_ns)) return std::move(end_);
  // On a slow machine the other tiers must not go without: what they do takes its time.
  const int64_t worlds_end_ns =
      plan_.RunsAdapter() ? end_ns - plan_.request.budget_ms * 1'000'000 * 3 / 4 : end_ns;
  if (plan_.RunsWorlds()) RunWorlds(worlds_end_ns);
  if (plan_.RunsAdapter()) RunScenarios(end_ns);
  FindUnjudged();
  if (!end_.errors.empty()) return std::move(end_);

  Results results = AssembleResults({.implementation = implementation_.name,
                                     .asked_as = AskedAs(),
                                     .version = version_,
                                     .profile = profile_.value_or(kDefaultProfile),
                                     .rulings = Rulings(),
                                     .whole = plan_.request.scenarios.empty() && all_ran_,
                                     .unjudged = unjudged_,
                                     .machine = plan_.RunsAdapter() ? DescribeMachine() : "",
                                     .noise = noise_,
                                     .cadences = cadences_,
                                     .bundles = bundles_,
                                     .replay = [&](const Ruling& r) { return ReplayLine(r); }},
                                    plan_.expectations);
  if (folder_.kept()) WriteBundles(results);
  if (!end_.errors.empty()) results.exit_status = kExitFailed;
  end_.exit_status = results.exit_status;
  end_.results = std::move(results);
  return std::move(end_);
}

bool Campaign::Build(int64_t end_ns) {
  if (!plan_.RunsAdapter()) {
    implementation_.name = plan_.request.implementation;
    return true;
  }
  listener_.OnProgress(fmt::format("building the adapter of {}", plan_.request.implementation));
  BuildFailure failure{};
  std::string error;
  std::optional<Implementation> built = BuildImplementation(
      plan_.request.implementation, folder_.path(), failure, error,
      {.within_ns = std::max<int64_t>(end_ns - MonotonicNowNs(), 0), .stop = listener_.stop()});
  if (!built) {
    end_.exit_status = failure == BuildFailure::kUnknownName ? kExitWrongUsage : kExitFailed;
    end_.errors.push_back(error);
    return false;
  }
  implementation_ = std::move(*built);
  if (plan_.request.profile && implementation_.name == "reference") {
    // It can be any of them.
    implementation_.argv.insert(implementation_.argv.end(),
                                {"--profile", std::string(ProfileName(*plan_.request.profile))});
  }
  return true;
}

void Campaign::RunWorlds(int64_t end_ns) {
  VirtualOptions options{.profile = profile_.value_or(kDefaultProfile),
                         .seed = plan_.request.seed,
                         .random_worlds = plan_.request.worlds};
  if (!plan_.request.scenarios.empty()) {
    for (const NamedScenario& named : plan_.scenarios) options.scenarios.push_back(named.scenario);
  }
  VirtualCheck check = CheckVirtually(*plan_.subject, options, listener_, end_ns);
  if (!plan_.RunsAdapter()) profile_ = options.profile;
  version_ = plan_.subject->implementation->release;
  bundles_ = std::move(check.bundles);
  for (const Ruling& ruling : check.rulings) rulings_.Take(ruling);
  all_ran_ = check.unfinished.empty();
  if (!all_ran_) unjudged_.push_back(check.unfinished);
  listener_.OnNote(check.summary);
}

// Null: the variables cannot be read, which is said where they should be, and leaves tier D not
// observable.
std::shared_ptr<const Layout> Campaign::FindLayout() const {
  if ((plan_.tiers & kD) == 0) return nullptr;
  std::string error;
  std::optional<Layout> layout =
      ResolveLayout(plan_.state_maps, implementation_.argv.front(), error);
  if (layout) return std::make_shared<const Layout>(std::move(*layout));
  const bool wanted = !plan_.request.state_map.empty() || (plan_.request.tiers & kD) != 0 ||
                      implementation_.name == "go";
  if (wanted) listener_.OnNote("tier D is not observable: " + error);
  return nullptr;
}

void Campaign::RunScenarios(int64_t end_ns) {
  LiveRun run({.implementation = implementation_,
               .tiers = plan_.tiers,
               .seed = plan_.request.seed,
               .profile = profile_,
               .layout = FindLayout()},
              folder_, rulings_, listener_);
  if (run.Introduce() && !HasItsExpectations(*run.handshake())) return;
  size_t number = 0;
  size_t left = 0;
  for (const NamedScenario& named : plan_.scenarios) {
    const bool stopped = listener_.Stopped();
    if (stopped || MonotonicNowNs() > end_ns) {
      ++left;
      rulings_.TakeForAll(named.clauses, kAdapterTiers, Verdict::kInconclusive,
                          stopped
                              ? "interrupted before its scenario ran"
                              : "the budget ended before its scenario ran; give a larger --budget");
      continue;
    }
    listener_.OnProgress(
        fmt::format("[{}/{}] {}", ++number, plan_.scenarios.size(), named.scenario.name));
    run.Run(named);
  }
  if (left > 0) {
    all_ran_ = false;
    unjudged_.push_back(fmt::format("{} of {} scenarios did not run: {}", left,
                                    plan_.scenarios.size(),
                                    listener_.Stopped() ? "interrupted" : "the budget ended"));
  }
  if (run.handshake()) {
    implementation_.name = run.handshake()->name;
    version_ = run.handshake()->version;
    environment_ = run.handshake()->environment;
  }
  profile_ = run.profile();
  traced_ = run.traced();
  noise_ = run.noise();
  cadences_ = run.cadences();
  inspected_ = run.inspected();
}

// An expectations file of another implementation would excuse what it should not.
bool Campaign::HasItsExpectations(const Handshake& handshake) {
  const std::string& wanted = plan_.expectations.implementation;
  if (wanted.empty() || wanted == handshake.name) return true;
  end_.errors.push_back(fmt::format("{}: these expectations are of '{}', and this is '{}'",
                                    plan_.request.expectations.empty()
                                        ? plan_.request.implementation
                                        : plan_.request.expectations,
                                    Quoted(wanted), Quoted(handshake.name)));
  end_.exit_status = kExitWrongUsage;
  return false;
}

bool Campaign::HasEvidence(Tier tier) const {
  return (tier & plan_.possible) != 0 && (tier != kT || traced_) && (tier != kD || inspected_);
}

std::vector<Ruling> Campaign::Rulings() const {
  std::vector<Ruling> rulings;
  for (const ClauseId id : plan_.selection.clauses) {
    const Clause& clause = GetClause(id);
    if ((clause.profiles & profile_.value_or(kDefaultProfile)) == 0) continue;
    for (const Tier tier : kTiers) {
      if ((clause.tiers & plan_.tiers & tier) == 0) continue;
      if (!HasEvidence(tier) && plan_.request.tiers == 0) continue;
      if (const Ruling* found = rulings_.Find(id, tier)) {
        rulings.push_back(*found);
      } else if (HasEvidence(tier)) {
        rulings.push_back({.clause = id, .tier = tier});
      } else {
        rulings.push_back({.clause = id,
                           .tier = tier,
                           .verdict = Verdict::kNotObservable,
                           .message = "there is no such evidence of it"});
      }
    }
  }
  return rulings;
}

bool Campaign::WasJudged(const SelectedPart& part) const {
  for (const ClauseId clause : part.clauses) {
    for (const Tier tier : kTiers) {
      const Ruling* ruling = rulings_.Find(clause, tier);
      const Verdict verdict = ruling != nullptr ? ruling->verdict : Verdict::kNotExercised;
      if (IsDecided(verdict) || verdict == Verdict::kInconclusive) return true;
      const Expectation* expected =
          FindExpectation(plan_.expectations, profile_.value_or(kDefaultProfile), clause, tier);
      if (expected != nullptr && expected->verdict == verdict) return true;
    }
  }
  return false;
}

// What was asked for by name, and is not among the verdicts.
void Campaign::FindUnjudged() {
  size_t of_other_profiles = 0;
  for (const SelectedPart& part : plan_.selection.parts) {
    const std::string error = WhyNotJudged(part, plan_.tiers, profile_);
    if (!error.empty()) {
      ++of_other_profiles;
      unjudged_.push_back(error);
    } else if (part.glob != "*" && !WasJudged(part)) {
      unjudged_.push_back(fmt::format("--clauses: '{}' was not put to the test", part.glob));
    }
  }
  FindUnexercised();
  for (const Tier tier : kTiers) {
    if ((plan_.request.tiers & tier) == 0 || HasEvidence(tier)) continue;
    unjudged_.push_back(fmt::format("--tiers: there is no evidence of tier {}", TierName(tier)));
  }
  if (of_other_profiles < plan_.selection.parts.size()) return;
  end_.errors = unjudged_;
  end_.exit_status = kExitWrongUsage;
}

std::string Campaign::ScenariosFor(ClauseId clause) const {
  std::string names;
  for (const NamedScenario& named : plan_.scenarios) {
    if (std::ranges::find(named.clauses, clause) == named.clauses.end() &&
        std::ranges::find(named.inspected, clause) == named.inspected.end())
      continue;
    names += (names.empty() ? "" : ", ") + named.scenario.name;
  }
  return names;
}

// What the scenarios were to put to the test, and none of the runtime's tiers was.
void Campaign::FindUnexercised() {
  if (!plan_.request.scenarios.empty() || !plan_.RunsAdapter()) return;
  const Profile profile = profile_.value_or(kDefaultProfile);
  for (const ClauseId id : plan_.selection.clauses) {
    const Clause& clause = GetClause(id);
    if (clause.level != Level::kMust || (clause.profiles & profile) == 0 || MayNeverCome(id))
      continue;
    const std::string scenarios = ScenariosFor(id);
    if (scenarios.empty()) continue;
    TierSet in_vain = 0;
    bool said = false;
    for (const Tier tier : kTiers) {
      if ((clause.tiers & plan_.tiers & kAdapterTiers & tier) == 0 || !HasEvidence(tier)) continue;
      const Ruling* ruling = rulings_.Find(id, tier);
      const bool expected = FindExpectation(plan_.expectations, profile, id, tier) != nullptr;
      if (!expected && (ruling == nullptr || ruling->verdict == Verdict::kNotExercised)) {
        in_vain |= tier;
      } else {
        said = true;
      }
    }
    if (said || in_vain == 0) continue;
    unjudged_.push_back(fmt::format("{} by {}: {} (scenarios: {})", clause.name, TierNames(in_vain),
                                    WhyNotExercised(id), scenarios));
  }
}

void Campaign::WriteBundles(const Results& results) {
  for (const Result& result : results.verdicts) {
    const auto bundle = bundles_.find(result.ruling.clause);
    if (result.ruling.tier != kV || bundle == bundles_.end()) continue;
    std::string error;
    const std::string path = folder_.BundlePath(ClauseName(result.ruling.clause));
    if (!WriteWholeFile(path, FormatBundle(bundle->second) + "\n", error)) {
      end_.errors.push_back(error);
    }
  }
}

std::string Campaign::ReplayLine(const Ruling& ruling) const {
  if (!folder_.kept() || ruling.tier != kV || !bundles_.contains(ruling.clause)) {
    return CheckLine(plan_.request, environment_, ruling.clause, ruling.tier);
  }
  const std::vector<std::string> words = {plan_.request.program, "replay",
                                          folder_.BundlePath(ClauseName(ruling.clause))};
  return ShellCommand(words);
}

}  // namespace

CampaignEnd RunCampaign(const Plan& plan, const OutputFolder& folder, Listener& listener) {
  return Campaign(plan, folder, listener).Run();
}

std::string CheckLine(const CampaignRequest& request, std::span<const std::string> environment,
                      ClauseId clause, Tier tier) {
  std::string line;
  for (const std::string& name : environment) {
    if (const char* value = std::getenv(name.c_str())) line += ShellAssignment(name, value) + " ";
  }
  std::vector<std::string> words = {request.program,
                                    "check",
                                    request.implementation,
                                    "--clauses",
                                    std::string(ClauseName(clause)),
                                    "--tiers",
                                    std::string(TierName(tier)),
                                    "--seed",
                                    std::to_string(request.seed)};
  const auto add = [&](const std::string& option, const std::string& value) {
    words.push_back(option);
    words.push_back(value);
  };
  for (const std::string& scenario : request.scenarios) add("--scenario", scenario);
  if (!request.state_map.empty()) add("--state-map", request.state_map);
  if (!request.expectations.empty()) add("--expectations", request.expectations);
  if (request.profile) add("--profile", std::string(ProfileName(*request.profile)));
  return line + ShellCommand(words);
}

}  // namespace proctor
