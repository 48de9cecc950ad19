// The contract of a system monitor: its clauses as one table (clauses.def), typed ids, look-up,
// globs. CONTRACT.md at the top of the tree is printed from this table, and a test keeps the two
// equal.
//
// Thread safety: everything here is constant after program start.

#ifndef PROCTOR_CONFORMANCE_CONTRACT_CONTRACT_H_
#define PROCTOR_CONFORMANCE_CONTRACT_CONTRACT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/contract/profile.h"

namespace proctor {

// What kind of evidence can decide a clause. Used as a set: bits are or-ed.
enum Tier : uint8_t {
  kV = 1,   // virtual time, white box
  kT = 2,   // a trace that the runtime emits
  kO = 4,   // the monitor thread's system calls, seen from outside
  kX = 8,   // time stamps taken by tasks
  kD = 16,  // variables read at the stops of the monitor's thread, by debug information
};
using TierSet = uint8_t;
inline constexpr Tier kTiers[] = {kV, kT, kO, kX, kD};

std::string_view TierName(Tier tier);                                 // "V"
std::string TierNames(TierSet tiers);                                 // "V,T"
std::optional<TierSet> ParseTiers(std::string_view comma_separated);  // nullopt: unknown name

enum class Level : uint8_t { kMust, kShould, kMay };
enum class Kind : uint8_t { kSafety, kLiveness, kSafetyAndLiveness, kPermission };

std::string_view LevelName(Level level);  // "MUST"
std::string_view KindName(Kind kind);     // "safety and liveness"

// One enumerator per clause: ClauseId::kDEEP_9 is DEEP-9. The values index the table.
enum class ClauseId : uint8_t {
#define SECTION(section, title)
#define CLAUSE(section, number, level, kind, tiers, profiles, text) k##section##_##number,
#include "conformance/contract/clauses.def"
#undef CLAUSE
#undef SECTION
};

inline constexpr size_t kClauseCount = 0
#define SECTION(section, title)
#define CLAUSE(...) +1
#include "conformance/contract/clauses.def"
#undef CLAUSE
#undef SECTION
    ;

struct Clause {
  ClauseId id;
  std::string_view name;           // "DEEP-9"
  std::string_view section;        // "DEEP"
  std::string_view section_title;  // "deep sleep and its wake protocol"
  Level level;
  Kind kind;
  TierSet tiers;
  ProfileSet profiles;
  std::string_view text;
};

// All clauses in the order of the document.
std::span<const Clause> Clauses();

const Clause& GetClause(ClauseId id);
inline std::string_view ClauseName(ClauseId id) { return GetClause(id).name; }

// nullopt: no such clause. Exact spelling only ("DEEP-9").
std::optional<ClauseId> FindClause(std::string_view name);

// The clauses whose names match one of the comma-separated shell globs ("CAD-*,DEEP-1?"), in the
// order of the document. Empty: nothing matched.
std::vector<ClauseId> MatchClauses(std::string_view globs);

// CONTRACT.md, whole.
std::string ContractDocument();

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CONTRACT_CONTRACT_H_
