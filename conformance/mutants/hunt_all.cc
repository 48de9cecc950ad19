#include <fmt/format.h>
#include <chrono>
#include <cstdlib>
#include "conformance/mutants/mutants.h"
using namespace proctor;
int main(int argc, char** argv) {
  for (const Mutant& m : Mutants()) {
    bool wanted = argc < 2;
    for (int i = 1; i < argc; ++i) wanted |= m.name == argv[i];
    if (!wanted) continue;
    const auto start = std::chrono::steady_clock::now();
    Hunt h = HuntUntilKilled(m);
    const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::string other;
    for (ClauseId c : h.noticed) other += std::string(" ") + std::string(ClauseName(c));
    fmt::print("{:8} {:32} {:8} {:6} worlds {:.1f} s {}\n", h.killed() ? "killed" : "SURVIVES", m.name, ClauseName(m.clause), h.worlds, s, other);
    fflush(stdout);
  }
}
