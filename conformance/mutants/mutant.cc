#include "conformance/mutants/mutant.h"

#include <string>

#include "conformance/world/deviation.h"

namespace proctor {
namespace {

struct WorldFault {
  Deviation deviation;
  std::string_view name;
  ClauseId clause;
  Profile profile;
  std::string_view origin;
  std::string_view text;
};

constexpr WorldFault kWorldFaults[] = {
#define DEVIATION(enumerator, name, clause, profile, origin, text) \
  {Deviation::enumerator, name, ClauseId::k##clause, profile, origin, text},
#include "conformance/world/deviations.def"
#undef DEVIATION
};

}  // namespace

std::vector<Mutant> WorldMutants(const proctor_implementation& right) {
  std::vector<Mutant> mutants;
  for (const WorldFault& fault : kWorldFaults) {
    mutants.push_back({fault.name,
                       fault.clause,
                       fault.text,
                       fault.origin,
                       fault.profile,
                       {.name = std::string(fault.name),
                        .implementation = &right,
                        .deviation = fault.deviation}});
  }
  return mutants;
}

}  // namespace proctor
