#include "conformance/command/list.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <thread>

#include "conformance/command/output.h"
#include "conformance/contract/contract.h"
#include "conformance/implementations/go/go_mutants.h"
#include "conformance/implementations/implementation.h"
#include "conformance/implementations/reference/mutants/mutants.h"
#include "conformance/mutants/hunt.h"
#include "conformance/report/exit_status.h"
#include "conformance/report/foreign_text.h"
#include "conformance/scenario/library.h"

namespace proctor {
namespace {

std::string ProfileNames(ProfileSet profiles) {
  if (profiles == kAllProfiles) return "all";
  std::string names;
  for (Profile profile : kProfiles) {
    if ((profiles & profile) == 0) continue;
    if (!names.empty()) names += ", ";
    names += ProfileName(profile);
  }
  return names;
}

bool Needs(const NamedScenario& named, ClauseId clause) {
  return std::ranges::find(named.clauses, clause) != named.clauses.end() ||
         std::ranges::find(named.inspected, clause) != named.inspected.end();
}

}  // namespace

int ListClauses() {
  for (const Clause& clause : Clauses()) {
    Print(fmt::format("{:9} {:6} {:8} {}\n", clause.name, LevelName(clause.level),
                      TierNames(clause.tiers), clause.text));
  }
  return kExitAsExpected;
}

int ListScenarios() {
  for (const NamedScenario& named : ScenarioLibrary()) {
    Print(fmt::format("{:32} {}\n", named.scenario.name, named.scenario.about));
  }
  return kExitAsExpected;
}

int ListImplementations() {
  for (const FoundImplementation& found : FindImplementations()) {
    Print(fmt::format("{:24} {}\n", Clean(found.name, Medium::kTerminal),
                      Clean(found.about, Medium::kTerminal)));
  }
  return kExitAsExpected;
}

int ListMutants() {
  const auto threads = static_cast<int32_t>(std::max(std::thread::hardware_concurrency(), 1u));
  size_t hunted = 0;
  size_t killed = 0;
  for (const Mutant& mutant : Mutants()) {
    ShowProgress(fmt::format("mutant {} of {}: {}", ++hunted, Mutants().size(), mutant.name));
    const Hunt hunt = HuntForAll(mutant, threads);
    ShowProgress("");
    killed += hunt.killed() ? 1 : 0;
    // Nobody hunts for minutes for what nobody reads.
    if (!Print(fmt::format("{:30} {} by {}: {}{}{}\n", mutant.name,
                           hunt.killed() ? "killed" : "NOT KILLED", ClauseName(mutant.clause),
                           mutant.text, mutant.origin.empty() ? "" : ", ", mutant.origin))) {
      return kExitFailed;
    }
    std::string others;
    for (const ClauseId clause : hunt.noticed) {
      if (clause != mutant.clause) others += fmt::format(" {}", ClauseName(clause));
    }
    if (!others.empty()) Print(fmt::format("{:30} noticed also by{}\n", "", others));
  }
  Print(fmt::format("{} mutants, {} killed\n", hunted, killed));
  return killed == hunted ? kExitAsExpected : kExitViolation;
}

int ListGoMutants() {
  std::string error;
  const auto mutants = ParseGoMutants(GoMutantsFile(), error);
  if (!mutants) {
    Say(error);
    return kExitFailed;
  }
  Print(fmt::format("{:32} {:8} O X D  {:13} {}\n", "mutant", "clause", "releases",
                    "what is wrong with it"));
  for (const GoMutant& mutant : *mutants) {
    const auto mark = [&](const char* tier) {
      return std::ranges::find(mutant.tiers, tier) != mutant.tiers.end() ? "x" : ".";
    };
    std::string releases;
    for (const std::string& release : mutant.releases) {
      releases += (releases.empty() ? "" : ",") + release.substr(2);
    }
    Print(fmt::format("{:32} {:8} {} {} {}  {:13} {}\n", mutant.name,
                      mutant.clause ? ClauseName(*mutant.clause) : "none", mark("O"), mark("X"),
                      mark("D"), releases, mutant.about));
  }
  Print("ci/go_mutants builds and grades them\n");
  return kExitAsExpected;
}

int Explain(const std::string& clause_name) {
  const std::optional<ClauseId> id = FindClause(clause_name);
  if (!id) {
    Say(fmt::format("unknown clause '{}'; `proctor list clauses` shows all", clause_name));
    return kExitWrongUsage;
  }
  const Clause& clause = GetClause(*id);
  std::string scenarios;
  for (const NamedScenario& named : ScenarioLibrary()) {
    if (Needs(named, *id)) scenarios += " " + named.scenario.name;
  }
  Print(fmt::format(
      "{} ({}: {})\n\n  {}\n\nlevel      {}\nkind       {}\ndecided by {}\n"
      "profiles   {}\nscenarios {}\n",
      clause.name, clause.section, clause.section_title, clause.text, LevelName(clause.level),
      KindName(clause.kind), TierNames(clause.tiers), ProfileNames(clause.profiles), scenarios));
  return kExitAsExpected;
}

}  // namespace proctor
