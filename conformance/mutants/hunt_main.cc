// A hunt for whatever is wrong with the monitor that is linked in: through all profiles, until
// something is noticed in one. It explains nothing and shrinks nothing: a mutation run asks a
// thousand times, and wants to know only whether anything is noticed, and by which clauses.
//
//   hunt_linked_monitor WORLDS
//
// First with few random worlds and single deviations from the usual schedule, which most bugs do
// not survive; then, unless WORLDS is 0, with that many and the suite's schedules. Prints the
// profile and the clauses that were violated, or never put to the test.
// Exit status: 0 nothing noticed, 1 something, 64 wrong usage.

#include <fmt/core.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "conformance/campaign/virtual_run.h"
#include "conformance/contract/contract.h"
#include "conformance/contract/profile.h"
#include "conformance/port/port.h"
#include "conformance/report/exit_status.h"

namespace proctor {
namespace {

constexpr int64_t kFewWorlds = 150;

// What is said against the monitor, clauses first; empty: nothing. A clause that no world came to
// counts where the worlds are all that the suite tries.
std::string Noticed(const VirtualResult& result, Profile profile, bool all_worlds) {
  std::string noticed;
  for (const auto& [clause, ruling] : result.rulings) {
    if (ruling.verdict == Verdict::kViolates) noticed += fmt::format("{} ", ClauseName(clause));
  }
  if (result.misbehaviour) noticed += "the port: " + result.misbehaviour->ruling.message;
  if (!noticed.empty() || !all_worlds) return noticed;
  for (const Clause& clause : Clauses()) {
    if ((clause.tiers & kV) == 0 || (clause.profiles & profile) == 0) continue;
    const auto found = result.rulings.find(clause.id);
    if (found == result.rulings.end() || found->second.verdict != Verdict::kConforms) {
      noticed += fmt::format("{} is not exercised ", clause.name);
    }
  }
  return noticed;
}

bool IsNoticed(Profile profile, int64_t worlds, bool all_worlds) {
  const proctor_implementation* implementation = proctor_implementation_under_test();
  const Subject subject = {.name = implementation->name, .implementation = implementation};
  const VirtualResult result = RunVirtually(subject, {.profile = profile,
                                                      .random_worlds = worlds,
                                                      .border_worlds = all_worlds,
                                                      .unusual_most = all_worlds ? 2 : 1,
                                                      .until_any_finding = true,
                                                      .shrink = false});
  const std::string noticed = Noticed(result, profile, all_worlds);
  if (!noticed.empty()) fmt::print("{}: {}\n", ProfileName(profile), noticed);
  return !noticed.empty();
}

int Main(int argc, char** argv) {
  const int64_t worlds = argc == 2 ? std::atoll(argv[1]) : -1;
  if (worlds < 0) {
    fmt::print(stderr, "usage: hunt_linked_monitor WORLDS\n");
    return kExitWrongUsage;
  }
  for (const Profile profile : kProfiles) {
    if (IsNoticed(profile, kFewWorlds, false)) return kExitViolation;
  }
  if (worlds == 0) return kExitAsExpected;
  for (const Profile profile : kProfiles) {
    if (IsNoticed(profile, worlds, true)) return kExitViolation;
  }
  return kExitAsExpected;
}

}  // namespace
}  // namespace proctor

int main(int argc, char** argv) { return proctor::Main(argc, argv); }
