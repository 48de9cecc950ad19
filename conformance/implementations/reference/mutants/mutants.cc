#include "conformance/implementations/reference/mutants/mutants.h"

#include <algorithm>
#include <string>
#include <vector>

#include "conformance/implementations/reference/mutants/monitor_mutants.h"
#include "conformance/implementations/reference/ported_host.h"
#include "conformance/implementations/reference/reference.h"

namespace proctor {
namespace {

void RunMonitorMutant(const proctor_host* host, void* argument) {
  const auto& mutant = *static_cast<const MonitorMutant*>(argument);
  PortedHost ported(host);
  mutant.run(ported, FromPort(*host->constants));
}

std::vector<proctor_implementation> PortMonitorMutants() {
  std::vector<proctor_implementation> ported;
  for (const MonitorMutant& mutant : MonitorMutants()) {
    const char* name = mutant.name.data();  // NOLINT: a literal
    ported.push_back(
        {PROCTOR_PORT, name, "1", RunMonitorMutant, const_cast<MonitorMutant*>(&mutant)});
  }
  return ported;
}

std::vector<Mutant> MakeMutants() {
  static const std::vector<proctor_implementation> ported = PortMonitorMutants();
  std::vector<Mutant> mutants;
  for (size_t i = 0; i < ported.size(); ++i) {
    const MonitorMutant& mutant = MonitorMutants()[i];
    mutants.push_back({mutant.name,
                       mutant.clause,
                       mutant.text,
                       mutant.origin,
                       mutant.profile,
                       {.name = std::string(mutant.name), .implementation = &ported[i]},
                       mutant.consequence});
  }
  for (const Mutant& mutant : WorldMutants(ReferenceImplementation())) mutants.push_back(mutant);
  return mutants;
}

}  // namespace

std::span<const Mutant> Mutants() {
  static const std::vector<Mutant> mutants = MakeMutants();
  return mutants;
}

const Mutant* FindMutant(std::string_view name) {
  const auto all = Mutants();
  const auto found = std::ranges::find(all, name, &Mutant::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace proctor
