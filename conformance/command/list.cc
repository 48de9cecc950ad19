#include "conformance/command/list.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/command/exit_status.h"
#include "conformance/contract/contract.h"
#include "conformance/implementations/implementation.h"
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
  return std::ranges::find(named.clauses, clause) != named.clauses.end();
}

}  // namespace

int ListClauses() {
  for (const Clause& clause : Clauses()) {
    fmt::print("{:9} {:6} {:8} {}\n", clause.name, LevelName(clause.level), TierNames(clause.tiers),
               clause.text);
  }
  return kExitAsExpected;
}

int ListScenarios() {
  for (const NamedScenario& named : ScenarioLibrary()) {
    fmt::print("{:32} {}\n", named.scenario.name, named.scenario.about);
  }
  return kExitAsExpected;
}

int ListImplementations() {
  for (const FoundImplementation& found : FindImplementations()) {
    fmt::print("{:24} {}\n", found.name, found.about);
  }
  return kExitAsExpected;
}

int Explain(const std::string& clause_name) {
  const std::optional<ClauseId> id = FindClause(clause_name);
  if (!id) {
    fmt::print(stderr, "proctor: unknown clause '{}'; `proctor list clauses` shows all\n", clause_name);
    return kExitWrongUsage;
  }
  const Clause& clause = GetClause(*id);
  fmt::print("{} ({}: {})\n\n  {}\n\n", clause.name, clause.section, clause.section_title, clause.text);
  fmt::print("level      {}\nkind       {}\ndecided by {}\nprofiles   {}\nscenarios ", LevelName(clause.level),
             KindName(clause.kind), TierNames(clause.tiers), ProfileNames(clause.profiles));
  for (const NamedScenario& named : ScenarioLibrary()) {
    if (Needs(named, *id)) fmt::print(" {}", named.scenario.name);
  }
  fmt::print("\n");
  return kExitAsExpected;
}

}  // namespace proctor
