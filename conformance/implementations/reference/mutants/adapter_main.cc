// The adapter with a broken monitor in it: what the tiers of real time make of one.

#include <cstdio>
#include <cstdlib>

#include "conformance/implementations/reference/adapter.h"
#include "conformance/implementations/reference/mutants/monitor_mutants.h"

int main(int argc, char** argv) {
  const proctor::MonitorMutant* mutant = argc == 2 ? proctor::FindMonitorMutant(argv[1]) : nullptr;
  if (mutant == nullptr) {
    fprintf(stderr, "usage: %s MUTANT, one of:\n", argv[0]);
    for (const auto& known : proctor::MonitorMutants()) {
      fprintf(stderr, "  %.*s\n", static_cast<int>(known.name.size()), known.name.data());
    }
    return EXIT_FAILURE;
  }
  return proctor::reference::RunAdapter(mutant->profile, mutant->run);
}
