// The adapter with a broken monitor or broken timers in it: what the tiers of real time make of
// them.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "conformance/contract/profile.h"
#include "conformance/implementations/reference/adapter.h"
#include "conformance/implementations/reference/mutants/monitor_mutants.h"
#include "conformance/implementations/reference/mutants/timer_mutants.h"

namespace {

void ShowName(std::string_view name) {
  fprintf(stderr, "  %.*s\n", static_cast<int>(name.size()), name.data());
}

}  // namespace

// ADAPTER NAME runs; ADAPTER --knows NAME only says by its status whether it would.
int main(int argc, char** argv) {
  using namespace proctor;
  if (argc == 3 && argv[1] == std::string_view("--knows")) {
    const bool known = FindMonitorMutant(argv[2]) != nullptr || FindTimerMutant(argv[2]) != nullptr;
    return known ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  if (argc == 2) {
    if (const MonitorMutant* mutant = FindMonitorMutant(argv[1])) {
      return reference::RunAdapter(mutant->profile, mutant->run);
    }
    if (const TimerMutant* mutant = FindTimerMutant(argv[1])) {
      return reference::RunAdapter(kDefaultProfile, {}, mutant->make);
    }
  }
  fprintf(stderr, "usage: %s MUTANT, one of:\n", argv[0]);
  for (const MonitorMutant& known : MonitorMutants()) ShowName(known.name);
  for (const TimerMutant& known : TimerMutants()) ShowName(known.name);
  if (argc == 2) fprintf(stderr, "no broken monitor is called '%s'\n", argv[1]);
  return EXIT_FAILURE;
}
