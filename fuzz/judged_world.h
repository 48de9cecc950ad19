// A scenario in a world with a monitor and every judge: what came of it.
//
// Thread safety: one run at a time.

#ifndef PROCTOR_FUZZ_JUDGED_WORLD_H_
#define PROCTOR_FUZZ_JUDGED_WORLD_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/judge/verdict.h"
#include "conformance/port/port.h"
#include "conformance/scenario/scenario.h"
#include "conformance/world/world.h"

namespace proctor::fuzz {

// What tasks have done: how often each operation has ended, and tasks have begun and ended.
struct Ledger {
  std::array<int64_t, 32> ops{};
  int64_t started = 0;
  int64_t ended = 0;

  bool operator==(const Ledger&) const = default;
};

struct JudgedWorld {
  WorldRun run;
  std::vector<Ruling> rulings;
  Ledger ledger;
};

JudgedWorld RunJudged(const proctor_implementation& monitor, const Scenario& scenario,
                      const WorldOptions& options);

// The profile that a scenario is run in: its seed decides, so that the text alone replays.
Profile ProfileOf(const Scenario& scenario);

// Ends the process when a judge accuses the monitor, or the monitor misbehaves.
void RequireNoAccusation(const proctor_implementation& monitor, const JudgedWorld& judged);

// Whether the contract leaves nothing open about what the tasks do, only when: each channel has one
// task that sends and one that receives, each descriptor one that waits, and none of these tasks
// runs twice.
bool HasOneOutcome(const Scenario& scenario);

}  // namespace proctor::fuzz

#endif  // PROCTOR_FUZZ_JUDGED_WORLD_H_
