// Tunables: the contract's constants and a run's settings, as numbers with names (tunables.def).
//
// Thread safety: a Tunables is a plain value.

#ifndef PROCTOR_CONFORMANCE_CONTRACT_TUNABLES_H_
#define PROCTOR_CONFORMANCE_CONTRACT_TUNABLES_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace proctor {

struct Tunables {
#define TUNABLE(name, value, least, greatest, meaning) int64_t name = value;
#include "conformance/contract/tunables.def"
#undef TUNABLE

  // The longest deep sleep.
  int64_t deep_max_ns() const { return forcegc_period_ns / 2; }

  bool operator==(const Tunables&) const = default;
};

struct TunableField {
  std::string_view name;
  int64_t Tunables::* member;
  int64_t least;     // inclusive
  int64_t greatest;  // inclusive
  std::string_view meaning;
};

// All tunables in the order of tunables.def.
std::span<const TunableField> TunableFields();

// nullptr: no such tunable.
const TunableField* FindTunable(std::string_view name);

// Sets one by its name. What is wrong otherwise: "unknown tunable 'x'", "procs must be 0 to 1024";
// empty: it is set.
std::string SetTunable(Tunables& tunables, std::string_view name, int64_t value);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_CONTRACT_TUNABLES_H_
