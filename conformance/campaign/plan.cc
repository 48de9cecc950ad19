#include "conformance/campaign/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "conformance/file/input_file.h"
#include "conformance/implementations/implementation.h"
#include "conformance/json/json.h"

namespace proctor {
namespace {

// A scenario of 4096 tasks of 10,000 operations each is for nobody.
constexpr size_t kScenarioBytesMost = 16 << 20;
constexpr size_t kExpectationsBytesMost = 1 << 20;
constexpr size_t kStateMapBytesMost = 1 << 20;

TierSet PossibleTiers(const Plan& plan) {
  if (!plan.subject) return kAdapterTiers;
  return plan.request.implementation == "reference" ? kV | kAdapterTiers : kV;
}

bool PlanTiers(Plan& plan, std::string& error) {
  plan.possible = PossibleTiers(plan);
  plan.tiers = plan.request.tiers != 0 ? plan.request.tiers : plan.possible;
  const TierSet impossible = plan.tiers & ~plan.possible;
  if (impossible == 0) return true;
  error = fmt::format("--tiers: there is no evidence of tier {} from {}; give some of {}",
                      TierNames(impossible), plan.request.implementation, TierNames(plan.possible));
  return false;
}

// Known before anything runs only where nobody can declare another one.
std::optional<Profile> KnownProfile(const Plan& plan) {
  if (plan.request.profile || plan.RunsAdapter()) return plan.request.profile;
  return kDefaultProfile;
}

bool PlanClauses(Plan& plan, std::string& error) {
  std::optional<Selection> selection = SelectClauses(plan.request.clauses, error);
  if (!selection) return false;
  plan.selection = std::move(*selection);
  for (const SelectedPart& part : plan.selection.parts) {
    error = WhyNotJudged(part, plan.tiers, KnownProfile(plan));
    if (!error.empty()) return false;
  }
  return true;
}

std::optional<NamedScenario> FindOrRead(const std::string& name, const Plan& plan,
                                        std::string& error) {
  if (const NamedScenario* found = FindScenario(name)) {
    NamedScenario named = *found;
    // Clauses that are asked for by name are judged there, whatever the scenario is for.
    if (plan.request.clauses != "*") named.clauses = named.inspected = plan.selection.clauses;
    return named;
  }
  const std::optional<std::string> text = ReadWholeFile(name, error, kScenarioBytesMost);
  if (!text) {
    error = fmt::format("--scenario: {}; `proctor list scenarios` shows the named ones", error);
    return std::nullopt;
  }
  const std::optional<Scenario> scenario = ParseScenario(*text, error);
  if (!scenario) {
    error = fmt::format("{}: {}", name, error);
    return std::nullopt;
  }
  return NamedScenario{*scenario, plan.selection.clauses, plan.selection.clauses};
}

bool PlanScenarios(Plan& plan, std::string& error) {
  std::set<std::string> names;
  for (const std::string& name : plan.request.scenarios) {
    std::optional<NamedScenario> named = FindOrRead(name, plan, error);
    if (!named) return false;
    if (!names.insert(named->scenario.name).second) {
      error = fmt::format(
          "--scenario: two are called '{}', and their files would overwrite each other; rename one",
          named->scenario.name);
      return false;
    }
    plan.scenarios.push_back(std::move(*named));
  }
  if (!plan.request.scenarios.empty()) return true;
  for (const NamedScenario& named : ScenarioLibrary()) {
    const auto needs = [&](const std::vector<ClauseId>& clauses, TierSet tiers) {
      return std::ranges::any_of(clauses, [&](ClauseId clause) {
        return plan.selection.Has(clause) && (GetClause(clause).tiers & plan.tiers & tiers) != 0;
      });
    };
    NamedScenario needed = named;
    if (!needs(named.clauses, kAdapterTiers & ~kD)) needed.clauses.clear();
    if (!needs(named.inspected, kD)) needed.inspected.clear();
    if (needed.clauses.size() + needed.inspected.size() > 0) plan.scenarios.push_back(needed);
  }
  return true;
}

bool PlanStateMaps(Plan& plan, std::string& error) {
  if (plan.request.state_map.empty()) {
    plan.state_maps.assign(BuiltInStateMaps().begin(), BuiltInStateMaps().end());
    return true;
  }
  const std::optional<std::string> text =
      ReadWholeFile(plan.request.state_map, error, kStateMapBytesMost);
  if (!text) {
    error = "--state-map: " + error;
    return false;
  }
  std::optional<StateMap> map = ParseStateMap(*text, plan.request.state_map, error);
  if (map) plan.state_maps.push_back(std::move(*map));
  return map.has_value();
}

}  // namespace

std::optional<Expectations> LookUpExpectations(const std::string& path,
                                               const std::string& implementation,
                                               std::string& error) {
  std::string text;
  if (path.empty()) {
    text = BuiltInExpectations(implementation);
    if (text.empty()) return Expectations{};
  } else {
    std::optional<std::string> file = ReadWholeFile(path, error, kExpectationsBytesMost);
    if (!file) return std::nullopt;
    text = std::move(*file);
  }
  std::optional<Expectations> expectations = ParseExpectations(text, error);
  if (!expectations && !path.empty()) error = fmt::format("{}: {}", path, error);
  return expectations;
}

std::optional<Plan> MakePlan(const CampaignRequest& request, std::optional<Subject> subject,
                             std::string& error) {
  Plan plan{.request = request, .subject = std::move(subject)};
  if (!PlanTiers(plan, error) || !PlanClauses(plan, error) || !PlanScenarios(plan, error) ||
      !PlanStateMaps(plan, error)) {
    return std::nullopt;
  }
  // "go=PATH" is a go, too.
  const std::string name = request.implementation.substr(0, request.implementation.find('='));
  std::optional<Expectations> expectations = LookUpExpectations(request.expectations, name, error);
  if (!expectations) return std::nullopt;
  plan.expectations = std::move(*expectations);
  return plan;
}

}  // namespace proctor
