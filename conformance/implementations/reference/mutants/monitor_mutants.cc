#include "conformance/implementations/reference/mutants/monitor_mutants.h"

#include <algorithm>
#include <vector>

#include "conformance/implementations/reference/mutants/groups.h"

namespace proctor {

std::span<const MonitorMutant> MonitorMutants() {
  static const std::vector<MonitorMutant> all = [] {
    std::vector<MonitorMutant> together;
    for (const auto group :
         {mutants::OfCadence(), mutants::OfDeepSleep(), mutants::OfDuties(), mutants::OfRetake(),
          mutants::Unasked(), mutants::Missing(), mutants::AtBorders(), mutants::Carried()}) {
      together.insert(together.end(), group.begin(), group.end());
    }
    return together;
  }();
  return all;
}

const MonitorMutant* FindMonitorMutant(std::string_view name) {
  const auto all = MonitorMutants();
  const auto found = std::ranges::find(all, name, &MonitorMutant::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace proctor
