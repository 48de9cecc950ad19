#include "conformance/contract/contract.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <array>

namespace proctor {
namespace {

struct Section {
  std::string_view name;
  std::string_view title;
};

constexpr Section kSections[] = {
#define SECTION(section, title) {#section, title},
#define CLAUSE(section, number, level, kind, tiers, profiles, text)
#include "conformance/contract/clauses.def"
#undef CLAUSE
#undef SECTION
};

constexpr std::string_view TitleOf(std::string_view section) {
  for (const Section& candidate : kSections) {
    if (candidate.name == section) return candidate.title;
  }
  return "";
}

constexpr Clause kClauses[] = {
#define SECTION(section, title)
#define CLAUSE(section, number, level, kind, tiers, profiles, text) \
  {ClauseId::k##section##_##number,                                 \
   #section "-" #number,                                            \
   #section,                                                        \
   TitleOf(#section),                                               \
   Level::level,                                                    \
   Kind::kind,                                                      \
   tiers,                                                           \
   profiles,                                                        \
   text},
#include "conformance/contract/clauses.def"
#undef CLAUSE
#undef SECTION
};

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::string ProfileNote(ProfileSet profiles) {
  if (profiles == kAllProfiles) return "";
  std::string names;
  for (Profile profile : kProfiles) {
    if ((profiles & profile) == 0) continue;
    names += fmt::format("{}{}", names.empty() ? "; profiles " : ", ", ProfileName(profile));
  }
  return names;
}

}  // namespace

std::string_view TierName(Tier tier) {
  switch (tier) {
    case kV:
      return "V";
    case kT:
      return "T";
    case kO:
      return "O";
    case kX:
      return "X";
    case kD:
      return "D";
  }
  return "?";
}

std::string TierNames(TierSet tiers) {
  std::string names;
  for (Tier tier : kTiers) {
    if ((tiers & tier) == 0) continue;
    if (!names.empty()) names += ',';
    names += TierName(tier);
  }
  return names;
}

std::optional<TierSet> ParseTiers(std::string_view comma_separated) {
  TierSet tiers = 0;
  for (const std::string& name : SplitAtCommas(comma_separated)) {
    bool known = false;
    for (Tier tier : kTiers) {
      if (TierName(tier) != name) continue;
      tiers |= tier;
      known = true;
    }
    if (!known) return std::nullopt;
  }
  return tiers;
}

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kMust:
      return "MUST";
    case Level::kShould:
      return "SHOULD";
    case Level::kMay:
      return "MAY";
  }
  return "?";
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kSafety:
      return "safety";
    case Kind::kLiveness:
      return "liveness";
    case Kind::kSafetyAndLiveness:
      return "safety and liveness";
    case Kind::kPermission:
      return "permission";
  }
  return "?";
}

std::span<const Clause> Clauses() { return kClauses; }

const Clause& GetClause(ClauseId id) { return kClauses[static_cast<size_t>(id)]; }

std::optional<ClauseId> FindClause(std::string_view name) {
  for (const Clause& clause : kClauses) {
    if (clause.name == name) return clause.id;
  }
  return std::nullopt;
}

std::vector<ClauseId> MatchClauses(std::string_view globs) {
  const std::vector<std::string> patterns = SplitAtCommas(globs);
  std::vector<ClauseId> matches;
  for (const Clause& clause : kClauses) {
    const std::string name(clause.name);
    for (const std::string& pattern : patterns) {
      if (fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
      matches.push_back(clause.id);
      break;
    }
  }
  return matches;
}

std::string ContractDocument() {
  std::string document =
      "# The contract of a system monitor\n\n"
      "Printed from `conformance/contract/clauses.def`, the only source; a test keeps the two "
      "equal.\n"
      "After `bazel build //conformance/contract:document`, copy\n"
      "`bazel-bin/conformance/contract/CONTRACT.md` here.\n\n"
      "Each clause gives its level, its kind (safety: nothing bad; liveness: something good, "
      "within a\n"
      "bound; permission) and the evidence that can decide it: **V** virtual time, white box; "
      "**T** a\n"
      "trace that the runtime emits; **O** the monitor thread's system calls, seen from outside; "
      "**X**\n"
      "only time stamps taken by the tasks of a scenario; **D** the runtime's own variables, read "
      "from\n"
      "outside by its debug information at the stops of the monitor's thread. A clause that does "
      "not\n"
      "hold in every profile names those in which it does.\n\n"
      "Reads are free, effects are owned. The monitor may read what it likes, as often as it likes "
      "(but\n"
      "see CYC-2 for the clock). Whatever else it does (a sleep, the note, its flag, a lock, a "
      "swap, a\n"
      "tick, a hand-off, a request, a poll, an injection, a count, a thread, the helper, the "
      "scavenger,\n"
      "the hook, the processors, a line of the trace) belongs to one clause, which says when it is "
      "due\n"
      "and when it is allowed. An effect that its clause does not justify at that moment violates "
      "it; a\n"
      "due effect that has not come by the end of its step violates it. A decision must agree with "
      "one of\n"
      "the readings that it may rest on: those of its own step or, where the monitor did not look, "
      "what\n"
      "was so from the beginning of its duties to their end.\n";
  std::string_view section;
  for (const Clause& clause : kClauses) {
    if (clause.section != section) {
      section = clause.section;
      document += fmt::format("\n## {}: {}\n\n", clause.section, clause.section_title);
    }
    document += fmt::format("- **{}** ({}, {}; {}{}) {}\n", clause.name, LevelName(clause.level),
                            KindName(clause.kind), TierNames(clause.tiers),
                            ProfileNote(clause.profiles), clause.text);
  }
  return document;
}

}  // namespace proctor
