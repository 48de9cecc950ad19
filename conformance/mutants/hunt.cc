#include "conformance/mutants/hunt.h"

#include <fmt/core.h>

#include "conformance/campaign/first_violated.h"
#include "conformance/campaign/virtual_run.h"

namespace proctor {
namespace {

constexpr int64_t kSmallCampaignWorlds = 100;
Hunt Carry(const Mutant& mutant, const VirtualOptions& options) {
  const VirtualResult result = RunVirtually(mutant.subject, options);
  Hunt hunt{.mutant = &mutant, .worlds = result.worlds};
  for (const auto& [clause, ruling] : result.rulings) {
    if (ruling.verdict == Verdict::kViolates) hunt.noticed.insert(clause);
  }
  return hunt;
}

}  // namespace

Hunt HuntUntilKilled(const Mutant& mutant, int32_t threads) {
  return Carry(mutant, {.profile = mutant.profile,
                        .threads = threads,
                        .until_violated = mutant.consequence.value_or(mutant.clause),
                        .shrink = false});
}

Hunt HuntForAll(const Mutant& mutant, int32_t threads) {
  Hunt hunt = Carry(mutant, {.profile = mutant.profile,
                             .random_worlds = kSmallCampaignWorlds,
                             .border_worlds = false,
                             .unusual_most = 1,
                             .threads = threads,
                             .shrink = false});
  if (!hunt.killed()) {
    const Hunt longer = HuntUntilKilled(mutant, threads);
    hunt.noticed.insert(longer.noticed.begin(), longer.noticed.end());
    hunt.worlds += longer.worlds;
  }
  hunt.first = FirstViolated(mutant.subject, mutant.profile);
  return hunt;
}

std::string MatrixMarkdown(std::span<const Hunt> hunts) {
  std::string table =
      "| mutant | must be noticed by | noticed also by | comes from | what it does "
      "|\n|---|---|---|---|---|\n";
  for (const Hunt& hunt : hunts) {
    const Mutant& mutant = *hunt.mutant;
    std::string others;
    for (const ClauseId clause : hunt.noticed) {
      if (clause == mutant.clause || clause == mutant.consequence) continue;
      if (!others.empty()) others += ", ";
      others += ClauseName(clause);
    }
    const std::string later =
        mutant.consequence ? fmt::format(", later {}", ClauseName(*mutant.consequence)) : "";
    table += fmt::format("| {} | {}{}{} | {} | {} | {} |\n", mutant.name, ClauseName(mutant.clause),
                         later, hunt.killed() ? "" : " (it did not)", others, mutant.origin,
                         mutant.text);
  }
  return table;
}

std::string MatrixCsv(std::span<const Hunt> hunts) {
  std::string table = "mutant,profile";
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & kV) != 0) table += fmt::format(",{}", clause.name);
  }
  table += '\n';
  for (const Hunt& hunt : hunts) {
    table += fmt::format("{},{}", hunt.mutant->name, ProfileName(hunt.mutant->profile));
    for (const Clause& clause : Clauses()) {
      if ((clause.tiers & kV) == 0) continue;
      const bool noticed = hunt.noticed.contains(clause.id);
      const bool killer = clause.id == hunt.mutant->clause || clause.id == hunt.mutant->consequence;
      table += killer ? (noticed ? ",K" : ",!") : (noticed ? ",x" : ",");
    }
    table += '\n';
  }
  return table;
}

}  // namespace proctor
